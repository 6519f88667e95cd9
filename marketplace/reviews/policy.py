"""May this person do this to a panel, a seat or a sheet? Pure: values in, a verdict with its reason out."""

from datetime import datetime

from marketplace.core.actor import BUREAU_ROLES, Actor, Role
from marketplace.core.clock import before_deadline
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.reviews.protocol import Protocol
from marketplace.reviews.workflow import PanelState, RecusalState, SeatState, SheetState, SubjectKind
from marketplace.topics.workflow import TopicState

ACTIVE_SEATS = (SeatState.INVITED, SeatState.CONFIRMED)
READERS = (Role.OFFICER, Role.APPROVER, Role.AUDITOR)
"""Who reads every panel: progress while it scores, all sheets once it has concluded."""


@dataclass(frozen=True, slots=True)
class Progress:
    """评分进度 of a panel: seats by state, items, and submitted sheets of confirmed seats."""

    items: int
    invited: int
    confirmed: int
    finished: int
    """Confirmed seats that have submitted everything asked of them."""
    extra: int = 0
    """Of those invited and confirmed: called for single items, not members of the panel."""

    @property
    def active(self) -> int:
        """Members of the panel."""
        return self.invited + self.confirmed - self.extra


def _officer(actor: Actor) -> Verdict:
    return YES if actor.has(Role.OFFICER) else no(N_("只有省局经办可以办理"))


def _in(state: str, *states: PanelState) -> Verdict:
    return YES if state in states else no(N_("评审组当前状态不能办理这一步"))


def may_read_panels(actor: Actor) -> Verdict:
    """The list of panels."""
    return YES if actor.has(*READERS) else no(N_("只有省局经办、审定和监督人员可以查看评审组"))


def may_convene(actor: Actor, topic_state: str, kind: str, existing: bool, items: int) -> Verdict:
    """组建评审组: once for the bids of a topic in review, once for an outcome."""
    return first_refusal(
        _officer(actor),
        YES
        if kind != SubjectKind.BID or topic_state == TopicState.IN_REVIEW
        else no(N_("榜题截止启封后才能组建评审组")),
        no(N_("已经组建过评审组")) if existing else YES,
        YES if items else no(N_("没有可以评审的对象")),
    )


def needs_replacement(panel_size: int, active: int) -> bool:
    """After a late recusal: too few members are left, or an even number."""
    return active < panel_size or active % 2 == 0


def may_add_member(actor: Actor, panel_state: str, panel_size: int, active: int, short: int = 0) -> Verdict:
    """选入专家: freely while the panel is being composed; while it scores only to fill a seat that fell empty, or
    when an item is short of experts who can judge it."""
    if panel_state == PanelState.SCORING and not short and not needs_replacement(panel_size, active):
        return first_refusal(_officer(actor), no(N_("评分已开始，人数符合要求，不能再增加专家")))
    return first_refusal(_officer(actor), _in(panel_state, PanelState.DRAFT, PanelState.SCORING))


def may_remove_member(
    actor: Actor,
    panel_state: str,
    seat_state: str,
    due_at: datetime | None,
    has_submitted: bool,
    now: datetime,
) -> Verdict:
    """调整专家: anybody while composing, who has not answered while scoring, and a confirmed member only when the
    time is over and she has submitted nothing."""
    silent = seat_state == SeatState.INVITED or panel_state == PanelState.DRAFT
    late = due_at is not None and not before_deadline(now, due_at) and not has_submitted
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.DRAFT, PanelState.SCORING),
        YES if seat_state in ACTIVE_SEATS else no(N_("该专家已不在评审组")),
        YES if silent or late else no(N_("已承诺的专家，须逾期未提交任何评分才能调整")),
    )


def may_name_head(actor: Actor, panel_state: str, seat_state: str, extra: bool = False) -> Verdict:
    """指定组长: by the office, like the choice of the members: one of them, until the result stands."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.DRAFT, PanelState.SCORING),
        YES if seat_state in ACTIVE_SEATS else no(N_("该专家已不在评审组")),
        no(N_("按规程增加的专家只评个别项，不能任组长")) if extra else YES,
    )


def may_release(
    actor: Actor, panel_state: str, fits: Verdict, leads: int = 0, headed: bool = True
) -> Verdict:
    """开始评分: the composition must fit the rules; one of the members heads the panel; of a blind panel somebody has
    decided about every lead."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.DRAFT),
        fits,
        YES if headed else no(N_("请先从成员中指定组长")),
        no(N_("盲评材料中还有%(count)s条可能泄露身份的线索没有处理，请先核查"), count=leads)
        if leads
        else YES,
    )


def may_blind(actor: Actor, panel_state: str, blind: bool) -> Verdict:
    """盲评核查: before the scoring, and while it goes on."""
    return first_refusal(
        _officer(actor),
        YES if blind else no(N_("本评审组不是盲评")),
        _in(panel_state, PanelState.DRAFT, PanelState.SCORING),
    )


def may_withdraw_mark(actor: Actor, panel_state: str, blind: bool) -> Verdict:
    """撤销盲评处理: until the experts have begun; afterwards nothing hidden is shown again."""
    return first_refusal(may_blind(actor, panel_state, blind), _in(panel_state, PanelState.DRAFT))


def may_conclude(
    actor: Actor,
    panel_state: str,
    panel_size: int,
    progress: Progress,
    disputed: int = 0,
    short: int = 0,
    unscored: int = 0,
    headed: bool = True,
) -> Verdict:
    """形成结果: everybody confirmed has submitted everything, nobody's answer is open, enough have scored, no item
    still needs another expert, every outcome has at least one whole score, and one of the members heads the panel."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.SCORING),
        no(N_("还有%(count)s位专家未确认是否回避，请等待或调整"), count=progress.invited)
        if progress.invited
        else YES,
        YES
        if progress.active >= panel_size
        else no(
            N_("至少需要%(size)s位专家评分，现有%(count)s位，请补充专家"),
            size=panel_size,
            count=progress.active,
        ),
        no(N_("还有%(count)s项评审对象的专家人数不足，请补齐分配"), count=short) if short else YES,
        YES
        if progress.finished == progress.confirmed
        else no(N_("还有%(count)s位专家未提交全部评分"), count=progress.confirmed - progress.finished),
        no(N_("还有%(count)s项分歧较大，按规程须增加专家评分"), count=disputed) if disputed else YES,
        no(N_("全部评分表都含“无法判断”，没有可用的得分，不能形成结果；请增加能够判断的专家评分"))
        if unscored
        else YES,
        YES if headed else no(N_("评审组没有组长，请先从成员中另行指定")),
    )


def may_assign(actor: Actor, panel_state: str, shared: bool) -> Verdict:
    """分配评审对象: where the list says that not everybody scores everything."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.DRAFT, PanelState.SCORING),
        YES if shared else no(N_("本榜单由评审组全体评每一项，不需要分配")),
    )


def may_ask_preferences(actor: Actor, panel_state: str, protocol: Protocol, members: int) -> Verdict:
    """征求评审意愿: of the members of a draft among whom the items will be shared. Not in a blind panel: without the
    units, one item looks like the other, as all answer the same topic."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.DRAFT),
        YES if protocol.scores_per_item is not None else no(N_("全体专家评每一项，不需要征求意愿")),
        no(N_("盲评不显示单位，同一榜题的各项无从区分，不征求意愿")) if protocol.blind else YES,
        YES if members else no(N_("请先选定专家")),
    )


def may_say_preferences(
    actor: Actor, person_id: int, panel_state: str, seat_state: str, until: datetime | None, now: datetime
) -> Verdict:
    """填写评审意愿: by the member herself, until the deadline, as long as the scoring has not begun."""
    return first_refusal(
        YES if actor.has(Role.EXPERT) and actor.person_id == person_id else no(N_("只能由专家本人办理")),
        _in(panel_state, PanelState.DRAFT),
        YES if seat_state == SeatState.INVITED else no(N_("您已不在评审组")),
        YES if until is not None and before_deadline(now, until) else no(N_("征求意愿的时间已过")),
    )


def may_move_duty(actor: Actor, panel_state: str) -> Verdict:
    """调整评审分工 by hand, until the scoring begins."""
    return first_refusal(_officer(actor), _in(panel_state, PanelState.DRAFT))


def may_choose_anchor(actor: Actor, panel_state: str, anchored: bool) -> Verdict:
    """指定先评的一项."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.DRAFT),
        YES if anchored else no(N_("本榜单没有规定先评同一项")),
    )


def may_recuse_item(actor: Actor, person_id: int, panel_state: str, seat_state: str, single: bool) -> Verdict:
    """对一项申明回避: where another expert can take the item over; else the whole seat is recused."""
    return first_refusal(
        YES if actor.has(Role.EXPERT) and actor.person_id == person_id else no(N_("只能由专家本人办理")),
        _in(panel_state, PanelState.SCORING),
        YES if seat_state == SeatState.CONFIRMED else no(N_("请先承诺与评审对象无利害关系")),
        YES if single else no(N_("全体专家评每一项，须对整个评审申明回避")),
    )


def may_call_extra(actor: Actor, panel_state: str, disputed: int) -> Verdict:
    """按规程增加专家, once more: the rule itself has found nobody before."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.SCORING),
        YES if disputed else no(N_("没有需要增加专家的评审对象")),
    )


def may_vote(actor: Actor, panel_state: str, open_ties: int) -> Verdict:
    """记录表决: only where the rule leaves items equal."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.CONCLUDED),
        YES if open_ties else no(N_("没有需要表决的并列名次")),
    )


def may_read_analysis(actor: Actor, panel_state: str, heads: bool = False) -> Verdict:
    """查看评分分析: by the province, the auditor and the panel's head, after the conclusion; of the experts by nobody
    else. ``heads``: the actor is the panel's head. What it says of single experts is not for her (``names_experts``,
    ``reads_severity``)."""
    return first_refusal(
        YES if heads or actor.has(*READERS) else no(N_("只有省局经办、审定、监督人员和组长可以查看评分分析")),
        YES if panel_state == PanelState.CONCLUDED else no(N_("形成结果后才能查看评分分析")),
    )


def names_experts(actor: Actor) -> bool:
    """Whether severity and marks stand beside names: for the office only; the auditor reads letters."""
    return actor.has(Role.OFFICER, Role.APPROVER)


def reads_severity(actor: Actor) -> bool:
    """Whether how severe single experts are is shown at all: to the office and (by letters) the auditor."""
    return actor.has(*READERS)


def sees_names(actor: Actor, panel_state: str, blind: bool, member: bool = False) -> bool:
    """盲评可见范围: whether the units behind the code names may be named. In a blind panel the office and the auditor
    see them always, everybody else once the result stands; ``member``: the page is an expert's own, whatever else she
    may be."""
    return not blind or panel_state == PanelState.CONCLUDED or (actor.has(*READERS) and not member)


def may_analyse(actor: Actor, panel_state: str, official: str = "announced") -> Verdict:
    """重新分析: by the office, once the result stands; before, only where the result is made from it."""
    states = [PanelState.CONCLUDED, *([PanelState.SCORING] if official == "calibrated" else [])]
    return first_refusal(
        YES if actor.has(Role.OFFICER, Role.APPROVER) else no(N_("只有省局经办、审定人员可以办理")),
        _in(panel_state, *states),
    )


def may_write_note(actor: Actor, panel_state: str, final: bool = False, heads: bool = False) -> Verdict:
    """记录评审会讨论: by the office and the panel's head, once the result stands, until the opinion is final."""
    return first_refusal(
        YES if heads else _officer(actor),
        _in(panel_state, PanelState.CONCLUDED),
        no(N_("专家组意见书已定稿，记录不能再改；确需修改的，先由主持人收回意见书")) if final else YES,
    )


def may_read_opinion(actor: Actor, final: bool, heads: bool = False) -> Verdict:
    """查看专家组意见书, of a panel whose result one may read: its head sees the draft, other members what is final."""
    return YES if final or heads or actor.has(*READERS) else no(N_("专家组意见书还没有定稿"))


def may_confirm_opinion(
    heads: bool, panel_state: str, final: bool, ready: Verdict, confirmed: bool
) -> Verdict:
    """组长确认意见书: by the head alone, once everything that it says stands. ``confirmed``: the text as it stands has
    been."""
    return first_refusal(
        YES if heads else no(N_("只有本评审组组长可以确认意见书")),
        _in(panel_state, PanelState.CONCLUDED),
        no(N_("专家组意见书已经定稿")) if final else YES,
        ready,
        no(N_("您已经确认过现在的文本")) if confirmed else YES,
    )


def may_finalise_opinion(
    actor: Actor, chair_id: int | None, panel_state: str, final: bool, ready: Verdict
) -> Verdict:
    """意见书定稿: by the chair, once everything that it says stands."""
    return first_refusal(
        _chair(actor, chair_id),
        _in(panel_state, PanelState.CONCLUDED),
        no(N_("专家组意见书已经定稿")) if final else YES,
        ready,
    )


def may_reopen_opinion(actor: Actor, chair_id: int | None, final: bool) -> Verdict:
    """收回意见书: by the chair, to correct it; the version taken back stays on record."""
    return first_refusal(_chair(actor, chair_id), YES if final else no(N_("专家组意见书还没有定稿")))


def _chair(actor: Actor, chair_id: int | None) -> Verdict:
    own = chair_id in (None, actor.person_id)
    return first_refusal(_officer(actor), YES if own else no(N_("只有组建本评审组的主持人可以办理")))


def may_vote_in_meeting(actor: Actor, panel_state: str, open_items: int) -> Verdict:
    """会议审议表决: only where announced and calibrated result disagree about who wins."""
    return first_refusal(
        _officer(actor),
        _in(panel_state, PanelState.CONCLUDED),
        YES if open_items else no(N_("没有需要会议审议的项目")),
    )


def may_answer(actor: Actor, person_id: int, panel_state: str, seat_state: str) -> Verdict:
    """承诺无利害关系."""
    return first_refusal(
        YES if actor.has(Role.EXPERT) and actor.person_id == person_id else no(N_("只能由专家本人办理")),
        _in(panel_state, PanelState.SCORING),
        YES if seat_state == SeatState.INVITED else no(N_("您已经作出答复")),
    )


def may_recuse(actor: Actor, person_id: int, panel_state: str, seat_state: str) -> Verdict:
    """申明回避: also late, as long as there is no result."""
    return first_refusal(
        YES if actor.has(Role.EXPERT) and actor.person_id == person_id else no(N_("只能由专家本人办理")),
        _in(panel_state, PanelState.SCORING),
        YES if seat_state in ACTIVE_SEATS else no(N_("您已不在评审组")),
    )


def may_score(
    actor: Actor,
    person_id: int,
    panel_state: str,
    seat_state: str,
    sheet_state: str | None = None,
    held: bool = False,
) -> Verdict:
    """评分: by the confirmed member herself, while the panel scores, until she has submitted. ``held``: the item all
    score first is not submitted yet."""
    return first_refusal(
        YES if actor.has(Role.EXPERT) and actor.person_id == person_id else no(N_("只能由专家本人办理")),
        YES if seat_state == SeatState.CONFIRMED else no(N_("请先承诺与评审对象无利害关系")),
        YES if panel_state == PanelState.SCORING else no(N_("评分已经结束")),
        no(N_("评分已提交，不能再修改")) if sheet_state == SheetState.SUBMITTED else YES,
        no(N_("请先评完并提交全体专家先评的一项")) if held else YES,
    )


def may_reopen(
    actor: Actor, chair_id: int | None, panel_state: str, seat_state: str, sheet_state: str
) -> Verdict:
    """重开评分表: only by the chair (主持人: the officer who convened the panel), as long as there is no result."""
    return first_refusal(
        _officer(actor),
        YES if chair_id in (None, actor.person_id) else no(N_("只有组建本评审组的主持人可以重开评分表")),
        _in(panel_state, PanelState.SCORING),
        YES if seat_state == SeatState.CONFIRMED else no(N_("该专家已不在评审组")),
        YES if sheet_state == SheetState.SUBMITTED else no(N_("评分表还没有提交")),
    )


def may_propose_reopening(heads: bool, panel_state: str, seat_state: str, sheet_state: str) -> Verdict:
    """建议重开评分表: by the panel's head; the chair alone reopens, under the same conditions."""
    return first_refusal(
        YES if heads else no(N_("只有本评审组组长可以建议重开")),
        _in(panel_state, PanelState.SCORING),
        YES if seat_state == SeatState.CONFIRMED else no(N_("该专家已不在评审组")),
        YES if sheet_state == SheetState.SUBMITTED else no(N_("评分表还没有提交")),
    )


def may_decline_reopening(actor: Actor, chair_id: int | None, open_: bool) -> Verdict:
    """不采纳重开建议: by the chair."""
    return first_refusal(_chair(actor, chair_id), YES if open_ else no(N_("这条建议已经处理")))


def may_read_result(actor: Actor, panel_state: str, own_seat_state: str | None = None) -> Verdict:
    """查看排名和各专家评分: after the conclusion, by the province, the auditor and the panel's own members."""
    member = actor.has(Role.EXPERT) and own_seat_state == SeatState.CONFIRMED
    return first_refusal(
        YES if actor.has(*READERS) or member else no(N_("您无权查看评审结果")),
        YES if panel_state == PanelState.CONCLUDED else no(N_("形成结果后才能查看评分")),
    )


def may_decline(actor: Actor, person_id: int, panel_state: str, seat_state: str) -> Verdict:
    """谢绝邀请: before she has answered; she is not invited to this panel again."""
    return may_answer(actor, person_id, panel_state, seat_state)


def may_rate(actor: Actor, panel_state: str, seat_state: str) -> Verdict:
    """评价履职: every member who scored, once the panel has a result."""
    return first_refusal(
        _officer(actor),
        YES if panel_state == PanelState.CONCLUDED else no(N_("形成结果后才能评价专家履职")),
        YES if seat_state == SeatState.CONFIRMED else no(N_("只评价完成评审的专家")),
    )


def may_request_recusal(actor: Actor, concluded: bool, known: int, most: int) -> Verdict:
    """申请专家回避: by the bidder, as long as its bid has no result, for a few experts."""
    return first_refusal(
        YES if actor.has(*BUREAU_ROLES) else no(N_("由揭榜单位办理")),
        no(N_("评审结果已经形成，不能再申请回避")) if concluded else YES,
        YES if known < most else no(N_("一份申请最多对%(most)s位专家申请回避"), most=most),
    )


def may_decide_recusal(actor: Actor, state: str, agreed: bool, concluded: bool) -> Verdict:
    """决定回避申请: once; nobody can be recused from a panel that has its result."""
    return first_refusal(
        _officer(actor),
        YES if state == RecusalState.REQUESTED else no(N_("这件申请已经决定")),
        no(N_("评审结果已经形成，不能再同意回避")) if agreed and concluded else YES,
    )


def may_recuse_by_office(actor: Actor, panel_state: str) -> Verdict:
    """省局决定回避: until the panel has its result."""
    return first_refusal(_officer(actor), _in(panel_state, PanelState.DRAFT, PanelState.SCORING))
