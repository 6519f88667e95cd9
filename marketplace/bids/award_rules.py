"""立项规则: which bids may win, and what the ranking would choose. Pure: no session, no clock."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from marketplace.core.actor import PROVINCE_ROLES, Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.topics.models import AwardMode
from marketplace.topics.workflow import TopicState

SHORTEST_REASON = 5
SHORTEST_DEPARTURE = 30
LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Contender:
    """One opened bid with its place in the ranking and what its unit has under way."""

    bid_id: int
    label: str
    rank: int | None
    total: Decimal | None
    running: int
    received: bool
    """False once the formal check has turned it down."""

    def obstacle(self, pass_line: int, running_limit: int) -> Verdict:
        """Whether this bid may win at all."""
        return first_refusal(
            YES if self.received else no(N_("形式审查不予受理")),
            YES if self.total is not None else no(N_("没有得分")),
            YES
            if self.total is None or self.total >= pass_line
            else no(N_("低于合格线%(line)s分"), line=pass_line),
            YES
            if self.running < running_limit
            else no(N_("在研项目已达上限%(limit)s项"), limit=running_limit),
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """The topic's terms and its list's rules, as far as an award asks for them."""

    award_mode: str
    max_awardees: int
    pass_line: int
    running_limit: int

    @property
    def most(self) -> int:
        """How many bids may win."""
        return 1 if self.award_mode == AwardMode.SINGLE else self.max_awardees


def eligible(contenders: Sequence[Contender], terms: Terms) -> list[Contender]:
    """Those that may win, best first."""
    able = [c for c in contenders if c.rank is not None and c.obstacle(terms.pass_line, terms.running_limit)]
    return sorted(able, key=lambda contender: contender.rank or 0)


def follows_ranking(contenders: Sequence[Contender], chosen: Collection[int], terms: Terms) -> bool:
    """True when nobody left out stands before somebody chosen; none is right only when nobody may win."""
    able = eligible(contenders, terms)
    if not chosen:
        return not able
    worst = max((c.rank or 0 for c in able if c.bid_id in chosen), default=0)
    return all(c.bid_id in chosen for c in able if (c.rank or 0) < worst)


@dataclass(frozen=True, slots=True)
class Meeting:
    """会议审议: bids on whose winning announced and calibrated result disagree — those that still wait for the panel's
    vote, and those it has voted against."""

    waiting: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()


NO_MEETING = Meeting()


def award_problems(
    contenders: Sequence[Contender],
    chosen: Sequence[int],
    reason: str,
    terms: Terms,
    open_ties: Sequence[Collection[int]] = (),
    meeting: Meeting = NO_MEETING,
) -> dict[str, Problem]:
    """What is wrong with a proposal, by field. Empty ``chosen`` means 不予立项. ``open_ties``: groups of bid ids that
    wait for the panel's vote."""
    by_id = {contender.bid_id: contender for contender in contenders}
    problem = (
        _unknown(by_id, chosen)
        or _number(chosen, terms)
        or _obstacles([by_id[one] for one in chosen if one in by_id], terms)
        or _ties(chosen, open_ties)
        or _meeting(chosen, meeting)
    )
    problems = {"bids": problem} if problem else {}
    least = SHORTEST_REASON if follows_ranking(contenders, chosen, terms) else SHORTEST_DEPARTURE
    if len(reason) > LONGEST_REASON:
        problems["reason"] = (N_("最多%(limit)s字"), {"limit": LONGEST_REASON})
    elif len(reason) < SHORTEST_REASON:
        problems["reason"] = (N_("请填写理由，至少%(least)s字"), {"least": SHORTEST_REASON})
    elif len(reason) < least:
        problems["reason"] = (N_("意见与评审排名不一致，请详细说明理由，至少%(least)s字"), {"least": least})
    return problems


def _unknown(by_id: Collection[int], chosen: Sequence[int]) -> Problem | None:
    known = all(one in by_id for one in chosen) and len(set(chosen)) == len(chosen)
    return None if known else N_("所选揭榜申请不在评审范围内")


def _number(chosen: Sequence[int], terms: Terms) -> Problem | None:
    if len(chosen) > terms.most:
        return N_("本榜题最多确定%(most)s家揭榜单位"), {"most": terms.most}
    return None


def _obstacles(chosen: Sequence[Contender], terms: Terms) -> Problem | None:
    for contender in chosen:
        verdict = contender.obstacle(terms.pass_line, terms.running_limit)
        if not verdict:
            return verdict.reason, verdict.params
    return None


def _ties(chosen: Sequence[int], open_ties: Sequence[Collection[int]]) -> Problem | None:
    for group in open_ties:
        picked = set(group).intersection(chosen)
        if picked and picked != set(group):
            return N_("并列名次须先由评审组表决")
    return None


def _meeting(chosen: Sequence[int], meeting: Meeting) -> Problem | None:
    if chosen and meeting.waiting:
        return (
            N_("公布得分与校正分对%(count)s家单位是否入选结论不同，须先由评审组在“评分分析”页逐项表决"),
            {"count": len(meeting.waiting)},
        )
    return N_("所选单位经会议审议表决未获同意") if meeting.refused.intersection(chosen) else None


# ---------------------------------------------------------------------------------------------------- who may


def may_propose(actor: Actor, topic_state: str, panel_concluded: bool, live: bool) -> Verdict:
    """提出立项意见: by the province, once the result stands, one proposal at a time."""
    return first_refusal(
        YES if actor.has(*PROVINCE_ROLES) else no(N_("只有省局经办、审定人员可以提出立项意见")),
        YES if topic_state == TopicState.IN_REVIEW else no(N_("榜题不在评审中")),
        YES if panel_concluded else no(N_("形成评审结果后才能提出立项意见")),
        no(N_("已有立项意见等待复核或已确认")) if live else YES,
    )


def may_decide(actor: Actor, proposed_by: int, waiting: bool) -> Verdict:
    """复核立项意见: by an approver who is not the one who proposed (两人原则)."""
    return first_refusal(
        YES if actor.has(Role.APPROVER) else no(N_("只有省局审定人员可以复核")),
        YES if waiting else no(N_("没有等待复核的立项意见")),
        YES if actor.person_id != proposed_by else no(N_("提出意见和复核确认不能是同一人")),
    )


def may_read_award(actor: Actor) -> Verdict:
    """查看立项意见."""
    allowed = actor.has(*PROVINCE_ROLES, Role.AUDITOR)
    return YES if allowed else no(N_("只有省局经办、审定和监督人员可以查看立项意见"))
