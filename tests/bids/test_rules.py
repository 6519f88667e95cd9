"""Tables: who may do what in which state; every pair of state and action; what a complete form needs."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from marketplace.bids import policy
from marketplace.bids.bounds import LIMITS
from marketplace.bids.checks import Demand, problems
from marketplace.bids.content import (
    BidContent,
    BudgetLine,
    Indicator,
    Member,
    PlannedMilestone,
    Source,
    content_from_dict,
    digest,
    even_shares,
    snapshot,
)
from marketplace.bids.models import Bid
from marketplace.bids.sections import SECTIONS, changed_sections
from marketplace.bids.workflow import BID, BidState
from marketplace.core.actor import Actor, Role
from marketplace.core.errors import WrongState
from marketplace.organisations.models import OrganisationKind
from marketplace.topics.models import Topic
from tests.support.world import BEGINNING as NOW

LEAD, OTHER = 7, 8
NO_LEAD = "参与单位可以加入联合揭榜，但不能牵头"


def actor(*roles: Role, unit: int = LEAD, kind: OrganisationKind = OrganisationKind.MUNICIPAL) -> Actor:
    return Actor(1, "某人", unit, "某单位", kind, frozenset(roles))


CLERK, HEAD = actor(Role.CLERK), actor(Role.HEAD)
STRANGERS = [
    actor(Role.CLERK, unit=OTHER), actor(Role.HEAD, unit=OTHER), actor(Role.OFFICER), actor(Role.APPROVER),
    actor(Role.AUDITOR), actor(Role.EXPERT), actor(Role.SYSTEM_ADMIN), actor(),
]  # fmt: skip


def topic(state: str = "open", **more: Any) -> Topic:
    values: dict[str, Any] = {
        "state": state, "deadline": NOW + timedelta(days=1), "eligible_levels": ["municipal"], "setter_id": 99, **more,
    }  # fmt: skip
    return Topic(**values)


def bid(state: str, of: Topic | None = None) -> Bid:
    return Bid(state=state, lead_id=LEAD, topic=of or topic())


VERBS = {
    "send_to_head": (policy.may_send_to_head, {"draft"}, {CLERK, HEAD}),
    "edit": (policy.may_edit, {"draft"}, {CLERK, HEAD}),
    "return": (policy.may_return, {"with_head"}, {HEAD}),
    "submit": (policy.may_submit, {"draft", "with_head"}, {HEAD}),
    "withdraw": (policy.may_withdraw, {"submitted"}, {HEAD}),
    "revise": (policy.may_revise, {"withdrawn"}, {CLERK, HEAD}),
}


@pytest.mark.parametrize(("verb", "state"), [*product(VERBS, BidState)])
def test_who_may_do_what_in_which_state(verb: str, state: BidState) -> None:
    may, states, people = VERBS[verb]
    for who in (CLERK, HEAD, *STRANGERS):
        verdict = may(who, bid(state), NOW)
        assert bool(verdict) == (state in states and who in people), (verb, state, who.roles)
        assert verdict.allowed or verdict.reason


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "shut",
    [topic("in_review"), topic("withdrawn"), topic("draft"), topic(deadline=NOW), topic(deadline=None)],
    ids=["in review", "withdrawn", "draft", "at the deadline", "no deadline"],
)
def test_nothing_moves_when_the_topic_is_not_open(verb: str, shut: Topic) -> None:
    may, states, _people = VERBS[verb]
    for state in states:
        assert not may(HEAD, bid(state, shut), NOW)


@pytest.mark.parametrize(
    ("who", "of", "reason"),
    [
        (CLERK, topic(), ""),
        (HEAD, topic(), ""),
        (actor(Role.OFFICER), topic(), "由单位填报人或负责人办理"),
        (actor(Role.CLERK, kind=OrganisationKind.COMPANY), topic(eligible_levels=["company"]), NO_LEAD),
        (actor(Role.CLERK, kind=OrganisationKind.UNIVERSITY), topic(), NO_LEAD),
        (actor(Role.CLERK, kind=OrganisationKind.COUNTY), topic(), "本榜题不面向您单位的层级"),
        (actor(Role.CLERK, kind=OrganisationKind.DIRECT_UNIT), topic(eligible_levels=["direct_unit"]), ""),
        (actor(Role.CLERK, unit=99), topic(), "出题单位不能揭自己的榜"),
        (CLERK, topic(deadline=NOW), "已过揭榜截止时间"),
        (CLERK, topic("in_review"), "榜题不在揭榜中"),
        (CLERK, topic("withdrawn"), "榜题已撤榜"),
    ],
)  # fmt: skip
def test_who_may_begin(who: Actor, of: Topic, reason: str) -> None:
    verdict = policy.may_start(who, of, NOW)
    assert (verdict.allowed, verdict.reason) == (not reason, reason)


def test_the_limit_of_running_projects_holds_at_submission() -> None:
    assert policy.may_submit(HEAD, bid("draft"), NOW, 1, 2)
    refused = policy.may_submit(HEAD, bid("draft"), NOW, 2, 2)
    assert (refused.allowed, refused.params) == (False, {"limit": 2})


@pytest.mark.parametrize(("state", "of"), [*product(BidState, ["open", "in_review", "awarded", "no_award"])])
def test_only_officers_disqualify_opened_bids_under_review(state: BidState, of: str) -> None:
    for who in (actor(Role.OFFICER), HEAD, actor(Role.APPROVER), actor(Role.AUDITOR)):
        verdict = policy.may_disqualify(who, bid(state, topic(of)))
        wanted = who.has(Role.OFFICER) and state == BidState.OPENED and of == "in_review"
        assert bool(verdict) == wanted


@pytest.mark.parametrize(
    ("state", "action"), [*product(BidState, sorted({move.action for move in BID.moves}))]
)
def test_every_pair_of_state_and_action(state: BidState, action: str) -> None:
    moving = Bid(state=state)
    row = next((m for m in BID.moves if (m.state, m.action) == (state, action)), None)
    if row is None:
        with pytest.raises(WrongState):
            BID.advance(moving, action)
        assert moving.state == state
    else:
        BID.advance(moving, action)
        assert moving.state == row.next


DEMAND = Demand((("d1", "标准文本"), ("d2", "报告")), duration_months=12, provincial_fen=10_000_000)
WHOLE = BidContent(
    leader_name="甲", leader_title="处长", leader_phone="1", understanding="x", approach="x", basis="x",
    indicators=(Indicator("d1", "a", "", "b", "c"), Indicator("d2", "a", "", "b", "c")),
    milestones=(PlannedMilestone("一", 3, "x", ("y",)), PlannedMilestone("二", 12, "x", ("y",))),
    team=(Member("甲", "单位", task="起草"),), budget=(BudgetLine(Source.OWN, "调研", 100),),
    organisation="x", replication="x", risks="x", pledged=True,
)  # fmt: skip


def test_a_whole_form_lacks_nothing() -> None:
    assert problems(WHOLE, DEMAND) == []


GAPS: list[tuple[str, dict[str, Any], str]] = [
    *((f"no {name}", {name: ""}, name) for name in ("leader_name", "leader_title", "leader_phone", "understanding",
      "approach", "basis", "organisation", "replication", "risks")),
    ("uncovered", {"indicators": WHOLE.indicators[:1]}, "indicators"),
    ("no target", {"indicators": (WHOLE.indicators[0], Indicator("d2", "a", "", "", "c"))}, "indicators"),
    ("no proof", {"indicators": (WHOLE.indicators[0], Indicator("d2", "a", "", "b", ""))}, "indicators"),
    ("gone deliverable", {"indicators": (*WHOLE.indicators, Indicator("d9", "a", "", "b", "c"))}, "indicators"),
    ("one milestone", {"milestones": WHOLE.milestones[:1]}, "milestones"),
    ("too late", {"milestones": (WHOLE.milestones[0], replace(WHOLE.milestones[1], month=13))}, "milestones"),
    ("no month", {"milestones": (WHOLE.milestones[0], replace(WHOLE.milestones[1], month=None))}, "milestones"),
    ("weights 99", {"milestones": (replace(WHOLE.milestones[0], weight=50), replace(WHOLE.milestones[1], weight=49))},
     "milestones"),
    ("some weights", {"milestones": (replace(WHOLE.milestones[0], weight=100), WHOLE.milestones[1])}, "milestones"),
    ("nobody", {"team": ()}, "team"),
    ("idle member", {"team": (Member("甲", "单位"),)}, "team"),
    ("zero without words", {"budget": ()}, "budget_statement"),
    ("too much", {"budget": (BudgetLine(Source.PROVINCIAL, "x", 10_000_001),)}, "budget"),
    ("no subject", {"budget": (BudgetLine(Source.OWN, "", 1),)}, "budget"),
    ("no pledge", {"pledged": False}, "pledged"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "changes", "field"), GAPS)
def test_each_gap_is_told_where_it_is(_name: str, changes: dict[str, Any], field: str) -> None:
    found = problems(replace(WHOLE, **changes), DEMAND)
    assert {gap.field for gap in found} == {field}
    assert all(gap.section in {section.code for section in SECTIONS} for gap in found)


def test_zero_is_allowed_with_a_statement() -> None:
    assert problems(replace(WHOLE, budget=(), budget_statement="使用既有条件"), DEMAND) == []


def test_partners_where_none_are_allowed_are_a_gap() -> None:
    alone = replace(DEMAND, joint_allowed=False)
    assert [gap.field for gap in problems(WHOLE, alone, partners=1)] == ["partners"]
    assert [gap.field for gap in problems(WHOLE, DEMAND, partners=6)] == ["partners"]


@pytest.mark.parametrize("count", range(1, 21))
def test_even_shares_sum_to_a_hundred(count: int) -> None:
    shares = even_shares(count)
    assert sum(shares) == 100
    assert max(shares) - min(shares) <= 1


def test_the_form_survives_the_database() -> None:
    weighted = WHOLE.weighted()
    assert content_from_dict(weighted.to_dict()) == weighted
    assert [line.weight for line in weighted.milestones] == [50, 50]
    assert content_from_dict({"unknown": 1}) == BidContent()


def test_the_digest_covers_everything_but_the_order_of_files() -> None:
    file_a, file_b = {"sha256": "a" * 64, "name": "a"}, {"sha256": "b" * 64, "name": "b"}
    lead, partner = {"organisation_id": 1, "name": "甲"}, {"organisation_id": 3, "name": "x", "task": ""}
    parts: dict[str, Any] = {
        "topic": "T", "lead": lead, "content": WHOLE, "partners": [partner], "files": [file_a, file_b],
    }  # fmt: skip
    whole = digest(snapshot(**parts))
    assert whole == digest(snapshot(**{**parts, "files": [file_b, file_a]}))
    for change in (
        {"topic": "U"}, {"lead": partner}, {"content": replace(WHOLE, risks="y")}, {"partners": []},
        {"files": [file_a]}, {"files": [file_a, {**file_b, "sha256": "c" * 64}]},
    ):  # fmt: skip
        assert whole != digest(snapshot(**{**parts, **change}))


def test_each_text_of_the_form_has_a_bound() -> None:
    texts = {name for name, value in vars_of(BidContent()).items() if isinstance(value, str)}
    kinds = {"indicators": Indicator, "milestones": PlannedMilestone, "team": Member, "budget": BudgetLine}
    for rows, kind in kinds.items():
        texts |= {f"{rows}.{n}" for n, v in vars_of(kind()).items() if isinstance(v, str | tuple)}
    assert set(LIMITS) == texts


def vars_of(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}


def test_changes_are_told_by_section() -> None:
    assert changed_sections(WHOLE, replace(WHOLE, risks="y", basis="z")) == ["team", "guarantee"]
