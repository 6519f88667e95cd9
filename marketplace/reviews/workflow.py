"""What may become of a panel, of a member's seat and of a score sheet."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow


class SubjectKind(StrEnum):
    """评审对象."""

    BID = "bid"  # 揭榜申请
    OUTCOME = "outcome"  # 验收成果


class PanelState(StrEnum):
    """评审组状态."""

    DRAFT = "draft"
    SCORING = "scoring"
    CONCLUDED = "concluded"


class SeatState(StrEnum):
    """评审席位状态."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    RECUSED = "recused"
    REMOVED = "removed"


class RecusalState(StrEnum):
    """回避申请状态."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"


class SheetState(StrEnum):
    """评分表状态."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


class DutyOrigin(StrEnum):
    """How an expert came to score an item."""

    WHOLE = "whole"  # 全员评审
    ASSIGNED = "assigned"  # 分配
    EXTRA = "extra"  # 增加评审
    ANCHOR = "anchor"  # 锚定对象


class DutyState(StrEnum):
    """评审分工状态."""

    LIVE = "live"
    LIFTED = "lifted"


class OpinionState(StrEnum):
    """专家组意见书状态."""

    DRAFT = "draft"
    FINAL = "final"


class BlindDecision(StrEnum):
    """盲评处理类别."""

    HARMLESS = "harmless"  # 不泄露身份
    HIDE = "hide"  # 补充隐去
    FILE = "file"  # 附件可提供


class NoteKind(StrEnum):
    """评审会记录类别."""

    DISCUSSION = "discussion"
    DISSENT = "dissent"
    CONCLUSION = "conclusion"


NOTE_KINDS = {
    NoteKind.DISCUSSION: N_("讨论情况"),
    NoteKind.DISSENT: N_("不同意见"),
    NoteKind.CONCLUSION: N_("专家组意见"),
}
"""Their names on pages and in the document."""

PANEL = Workflow(
    N_("评审组"),
    PanelState,
    {
        PanelState.DRAFT: N_("组建中"),
        PanelState.SCORING: N_("评分中"),
        PanelState.CONCLUDED: N_("已形成结果"),
    },
    (
        Move(PanelState.DRAFT, "release", PanelState.SCORING, N_("确定评审组并开始评分"), N_("省局经办")),
        Move(PanelState.SCORING, "conclude", PanelState.CONCLUDED, N_("汇总并形成结果"), N_("省局经办")),
    ),
)

SEAT = Workflow(
    N_("评审席位"),
    SeatState,
    {
        SeatState.INVITED: N_("待确认"),
        SeatState.CONFIRMED: N_("已承诺无利害关系"),
        SeatState.DECLINED: N_("已谢绝"),
        SeatState.RECUSED: N_("已回避"),
        SeatState.REMOVED: N_("已调整"),
    },
    (
        Move(SeatState.INVITED, "confirm", SeatState.CONFIRMED, N_("承诺无利害关系"), N_("专家")),
        Move(SeatState.INVITED, "decline", SeatState.DECLINED, N_("谢绝邀请"), N_("专家")),
        Move(SeatState.INVITED, "recuse", SeatState.RECUSED, N_("申明回避"), N_("专家")),
        Move(SeatState.CONFIRMED, "recuse", SeatState.RECUSED, N_("申明回避"), N_("专家")),
        Move(SeatState.INVITED, "exclude", SeatState.RECUSED, N_("决定回避"), N_("省局经办")),
        Move(SeatState.CONFIRMED, "exclude", SeatState.RECUSED, N_("决定回避"), N_("省局经办")),
        Move(SeatState.CONFIRMED, "ask", SeatState.INVITED, N_("请专家先说明"), N_("省局经办")),
        Move(SeatState.INVITED, "remove", SeatState.REMOVED, N_("调整出组"), N_("省局经办")),
        Move(SeatState.CONFIRMED, "remove", SeatState.REMOVED, N_("逾期未评分调整出组"), N_("省局经办")),
        Move(SeatState.REMOVED, "invite", SeatState.INVITED, N_("重新选入"), N_("省局经办")),
    ),
)

SHEET = Workflow(
    N_("评分表"),
    SheetState,
    {SheetState.DRAFT: N_("评分草稿"), SheetState.SUBMITTED: N_("已提交")},
    (
        Move(SheetState.DRAFT, "submit", SheetState.SUBMITTED, N_("提交评分"), N_("专家")),
        Move(SheetState.SUBMITTED, "reopen", SheetState.DRAFT, N_("重开评分表"), N_("主持人")),
    ),
)

RECUSAL = Workflow(
    N_("回避申请"),
    RecusalState,
    {
        RecusalState.REQUESTED: N_("待决定"),
        RecusalState.GRANTED: N_("已同意"),
        RecusalState.REFUSED: N_("未同意"),
    },
    (
        Move(RecusalState.REQUESTED, "grant", RecusalState.GRANTED, N_("同意回避申请"), N_("省局经办")),
        Move(RecusalState.REQUESTED, "refuse", RecusalState.REFUSED, N_("不同意回避申请"), N_("省局经办")),
    ),
)

OPINION = Workflow(
    N_("专家组意见书"),
    OpinionState,
    {OpinionState.DRAFT: N_("意见书起草中"), OpinionState.FINAL: N_("已定稿")},
    (
        Move(OpinionState.DRAFT, "finalise", OpinionState.FINAL, N_("意见书定稿"), N_("主持人")),
        Move(OpinionState.FINAL, "reopen", OpinionState.DRAFT, N_("收回意见书"), N_("主持人")),
    ),
)
