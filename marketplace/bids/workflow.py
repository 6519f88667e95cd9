"""What may become of a bid and of an award decision."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow


class BidState(StrEnum):
    """揭榜申请状态."""

    DRAFT = "draft"
    WITH_HEAD = "with_head"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    DISQUALIFIED = "disqualified"
    AWARDED = "awarded"
    NOT_SELECTED = "not_selected"


OPENED_STATES = (BidState.OPENED, BidState.DISQUALIFIED, BidState.AWARDED, BidState.NOT_SELECTED)
"""States a bid can only reach by the opening."""

BID = Workflow(
    N_("揭榜申请"),
    BidState,
    {
        BidState.DRAFT: N_("草稿"),
        BidState.WITH_HEAD: N_("待单位审核"),
        BidState.SUBMITTED: N_("已提交"),
        BidState.WITHDRAWN: N_("已撤回"),
        BidState.OPENED: N_("已启封"),
        BidState.DISQUALIFIED: N_("不予受理"),
        BidState.AWARDED: N_("已立项"),
        BidState.NOT_SELECTED: N_("未入选"),
    },
    (
        Move(BidState.DRAFT, "send_to_head", BidState.WITH_HEAD, N_("送单位审核"), N_("填报人")),
        Move(BidState.WITH_HEAD, "return", BidState.DRAFT, N_("退回修改"), N_("单位负责人")),
        Move(BidState.WITH_HEAD, "submit", BidState.SUBMITTED, N_("提交揭榜"), N_("单位负责人")),
        Move(BidState.DRAFT, "submit", BidState.SUBMITTED, N_("提交揭榜"), N_("单位负责人")),
        Move(BidState.SUBMITTED, "withdraw", BidState.WITHDRAWN, N_("撤回"), N_("单位负责人")),
        Move(BidState.WITHDRAWN, "revise", BidState.DRAFT, N_("重新编辑"), N_("填报人")),
        Move(BidState.SUBMITTED, "open", BidState.OPENED, N_("启封"), N_("系统定时")),
        Move(BidState.OPENED, "disqualify", BidState.DISQUALIFIED, N_("形式审查不予受理"), N_("省局经办")),
        Move(BidState.OPENED, "award", BidState.AWARDED, N_("确定揭榜"), N_("省局审定")),
        Move(BidState.OPENED, "not_select", BidState.NOT_SELECTED, N_("未入选"), N_("省局审定")),
    ),
)


class ConsentState(StrEnum):
    """参与单位确认状态."""

    UNASKED = "unasked"
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    BY_AGREEMENT = "by_agreement"
    HISTORIC = "historic"


CONSENT = Workflow(
    N_("参与单位确认"),
    ConsentState,
    {
        ConsentState.UNASKED: N_("未征询"),
        ConsentState.ASKED: N_("待参与单位确认"),
        ConsentState.GIVEN: N_("参与单位已同意"),
        ConsentState.REFUSED: N_("参与单位不同意"),
        ConsentState.BY_AGREEMENT: N_("以联合体协议为准"),
        ConsentState.HISTORIC: N_("早期申请，未设确认"),
    },
    (
        Move(ConsentState.UNASKED, "ask", ConsentState.ASKED, N_("请参与单位确认"), N_("牵头单位")),
        Move(ConsentState.REFUSED, "ask", ConsentState.ASKED, N_("再次请参与单位确认"), N_("牵头单位")),
        Move(ConsentState.ASKED, "give", ConsentState.GIVEN, N_("同意参与"), N_("参与单位负责人")),
        Move(ConsentState.ASKED, "refuse", ConsentState.REFUSED, N_("不同意参与"), N_("参与单位负责人")),
        Move(ConsentState.GIVEN, "refuse", ConsentState.REFUSED, N_("收回同意"), N_("参与单位负责人")),
        Move(ConsentState.ASKED, "void", ConsentState.UNASKED, N_("条款变动"), N_("牵头单位")),
        Move(ConsentState.GIVEN, "void", ConsentState.UNASKED, N_("条款变动，同意失效"), N_("牵头单位")),
        Move(ConsentState.REFUSED, "void", ConsentState.UNASKED, N_("条款变动"), N_("牵头单位")),
        Move(ConsentState.UNASKED, "sign", ConsentState.BY_AGREEMENT, N_("随申请提交联合体协议"), N_("牵头单位")),
        Move(ConsentState.ASKED, "sign", ConsentState.BY_AGREEMENT, N_("随申请提交联合体协议"), N_("牵头单位")),
        Move(ConsentState.REFUSED, "sign", ConsentState.BY_AGREEMENT, N_("随申请提交联合体协议"), N_("牵头单位")),
        Move(ConsentState.UNASKED, "carry_over", ConsentState.HISTORIC, N_("升级前已经提交，沿用"), N_("系统升级")),
        Move(ConsentState.BY_AGREEMENT, "void", ConsentState.UNASKED, N_("撤回后重新编辑"), N_("牵头单位")),
        Move(ConsentState.HISTORIC, "void", ConsentState.UNASKED, N_("撤回后重新编辑"), N_("牵头单位")),
    ),
)  # fmt: skip
"""A partner's word on what it takes on. ``sign`` is for units without anybody who could answer in the system."""


class AwardState(StrEnum):
    """立项决定状态."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


AWARD = Workflow(
    N_("立项决定"),
    AwardState,
    {
        AwardState.PROPOSED: N_("待复核"),
        AwardState.CONFIRMED: N_("已确认"),
        AwardState.REJECTED: N_("已退回"),
    },
    (
        Move(AwardState.PROPOSED, "confirm", AwardState.CONFIRMED, N_("复核确认"), N_("省局审定（另一人）")),
        Move(AwardState.PROPOSED, "reject", AwardState.REJECTED, N_("退回重议"), N_("省局审定（另一人）")),
    ),
)
