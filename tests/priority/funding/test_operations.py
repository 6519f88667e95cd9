"""Terms by two persons, requests until the deadline, the plan, deviations by two persons, publication."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.core.errors import Invalid, NotFound, Refused, StaleVersion, WrongState
from marketplace.notices.models import Notice
from marketplace.priority.funding import operations, queries
from marketplace.priority.funding.models import FundingDeviation, FundingRequest, FundingTerms
from marketplace.priority.funding.plan import Standing, standing_of
from marketplace.priority.funding.terms import Group, Terms, Year
from marketplace.priority.models import Placement, PriorityList
from marketplace.priority.operations import announce_list, publish_list
from marketplace.priority.rules import rules_sha256
from marketplace.projects.models import Project
from tests.priority.funding.conftest import Scene
from tests.support.funding import (
    WAN,
    Round,
    amounts,
    closed,
    confirmed,
    drafted,
    finished,
    plan,
    planned,
    terms,
)
from tests.support.rounds import held
from tests.support.world import World


def standing(world: World, one: Round) -> Standing:
    with world.reading() as session:
        found = standing_of(session, session.get_one(PriorityList, one.id), world.clock())
    assert isinstance(found, Standing), found
    return found


def funded(world: World, one: Round) -> dict[str, int]:
    """Unit to amount in 万元, as settled."""
    names = {f"project:{project}": unit for unit, project in one.projects.items()}
    return {names[key]: sum(row) // WAN for key, row in standing(world, one).settled.amounts.items()}


def version(world: World, one: Round) -> int:
    with world.reading() as session:
        return session.get_one(PriorityList, one.id).version


def problems(world: World, key: str, operation: Any, *args: Any) -> dict[str, Any]:
    with pytest.raises(Invalid) as refused:
        world.do(key, operation, *args)
    return refused.value.problems


def test_from_terms_to_a_published_plan(world: World) -> None:
    groups = (Group("level:county", least=1), Group("city:*", most=1))
    one = planned(world, terms(world, 170, groups))
    assert funded(world, one) == {"hangzhou": 60, "ningbo": 60, "anji": 50}
    proposal = standing(world, one).proposal
    assert (proposal["status"], proposal["proven"], proposal["left_over"]) == ("plan", True, [0])
    waiting = {row["key"]: row["runner_up"] for row in proposal["rows"] if row["runner_up"]}
    wenzhou = waiting[f"project:{one.projects['wenzhou']}"]
    assert wenzhou["enters_at"] is not None
    assert 170 * WAN < wenzhou["enters_at"] <= 220 * WAN
    snapshot = world.do("approver", publish_list, one.key)
    record = snapshot.content["plan"]
    assert record["proposal"] == proposal
    assert record["settled"]["spent"] == [170 * WAN]
    assert [version["number"] for version in record["terms_history"]] == [1]
    with world.reading() as session:
        places = session.scalars(select(Placement.candidate).order_by(Placement.rank)).all()
        notice = session.scalars(select(Notice).where(Notice.kind == "ranking")).one()
    assert places == [f"project:{one.projects[unit]}" for unit in ("hangzhou", "ningbo", "anji")]
    assert "资助50.00万元" in notice.body
    assert "funded with 60.00 × 10,000 yuan" in notice.body_en


def test_terms_are_frozen_with_the_announcement_and_a_change_needs_a_reason(world: World) -> None:
    one = drafted(world)
    assert "请先拟定资金规则" in problems(world, "approver", announce_list, one.key)["terms"]
    made = world.do("officer", operations.draft_terms, one.key, terms(world, 100))
    with pytest.raises(Refused, match="一并公布"):
        world.do("approver", operations.confirm_terms, one.key, (FundingTerms, made.id))
    seen = version(world, one)
    again = world.do("officer", operations.draft_terms, one.key, terms(world, 120))
    assert again.id == made.id, "a draft is edited"
    with pytest.raises(StaleVersion):
        world.do("approver", announce_list, one.key, seen)
    world.do("approver", announce_list, one.key)
    with world.reading() as session:
        plist, (first,) = session.get_one(PriorityList, one.id), queries.terms_of(session, one.id)
        assert (first.state, first.confirmed_at) == ("in_force", plist.announced_at)
        assert plist.rules_sha256 == rules_sha256(plist.rules, plist.places, first.sha256)
        assert plist.rules_sha256 != rules_sha256(plist.rules, plist.places)
    with pytest.raises(Refused):
        world.do("approver", operations.confirm_terms, one.key, (FundingTerms, made.id))
    assert set(problems(world, "officer", operations.draft_terms, one.key, terms(world, 90))) == {"reason"}
    confirmed(world, one, terms(world, 90), "省财政下达数调整（示例）")
    with world.reading() as session:
        assert [(t.number, t.state) for t in queries.terms_of(session, one.id)] == [
            (2, "in_force"),
            (1, "replaced"),
        ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"years": ()}, "years"),
        ({"years": (Year(2026, 0),)}, "years.0.envelope"),
        ({"years": (Year(2026, 150),)}, "years.0.envelope"),
        ({"years": (Year(2026, WAN), Year(2026, WAN))}, "years"),
        ({"years": (Year(26, WAN),)}, "years.0.year"),
        ({"cut_off": "NaN"}, "cut_off"),
        ({"cut_off": "131"}, "cut_off"),
        ({"cut_off": "70.001"}, "cut_off"),
        ({"cut_off": "x"}, "cut_off"),
        ({"groups": (Group("level:county"),)}, "groups.0.subject"),
        ({"groups": (Group("city:*", least=3, most=2),)}, "groups.0.subject"),
        ({"groups": (Group("level:county", least=-3),)}, "groups.0.subject"),
        ({"groups": (Group("level:county", most=-1),)}, "groups.0.subject"),
        ({"groups": (Group("nobody:*", most=2),)}, "groups.0.subject"),
        ({"groups": (Group("city:*", share=101),)}, "groups.0.subject"),
        ({"groups": (Group("city:*", most=1), Group("city:*", most=2))}, "groups"),
        ({"request_until": ""}, "request_until"),
        ({"request_until": "2026-01-01T00:00:00+00:00"}, "request_until"),
    ],
)
def test_bad_terms_are_told_at_their_field(drafted_scene: Scene, change: dict[str, Any], field: str) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    given = terms(world)
    broken = Terms(**{name: getattr(given, name) for name in given.__slots__} | change)
    assert field in problems(world, "officer", operations.draft_terms, one.key, broken)
    with world.reading() as session:
        assert not queries.terms_of(session, one.id), "nothing is saved by half"


def test_requests_are_asked_for_in_time_and_decided_by_heads(world: World) -> None:
    one = drafted(world)
    project = (Project, one.projects["ningbo"])
    save = operations.save_request
    with pytest.raises((Refused, NotFound)):
        world.do("ningbo_clerk", save, one.key, project, amounts(), "设备（示例）")
    confirmed(world, one, terms(world))
    with pytest.raises(Refused, match="由项目牵头单位"):
        world.do("hangzhou_clerk", save, one.key, project, amounts(), "设备（示例）")
    made = world.do("ningbo_clerk", save, one.key, project, amounts(), "设备（示例）")
    key = (FundingRequest, made.id)
    with pytest.raises(Refused, match="由单位负责人提交"):
        world.do("ningbo_clerk", operations.submit_request, one.key, key)
    world.do("ningbo_head", operations.submit_request, one.key, key)
    with pytest.raises(Refused, match="已提交"):
        world.do("ningbo_clerk", save, one.key, project, amounts(40, 30), "设备（示例）")
    world.do("officer", operations.return_request, one.key, key, "请说明明细（示例）")
    world.do("ningbo_clerk", save, one.key, project, amounts(40, 30), "设备明细（示例）")
    world.do("ningbo_head", operations.submit_request, one.key, key)
    world.do("ningbo_head", operations.withdraw_request, one.key, key)
    world.clock.forward(days=11)
    with pytest.raises(Refused, match="已经截止"):
        world.do("ningbo_head", operations.submit_request, one.key, key)
    paper = world.do(
        "officer", save, one.key, (Project, one.projects["anji"]), amounts(), "纸质件录入（示例）"
    )
    assert paper.by_office
    world.do("officer", operations.submit_request, one.key, (FundingRequest, paper.id))


@pytest.mark.parametrize(
    ("years", "purpose", "field"),
    [
        (amounts(0, 0), "设备（示例）", "years.0.amount"),
        (amounts(50, 0), "设备（示例）", "years.0.minimum"),
        (amounts(50, 60), "设备（示例）", "years.0.minimum"),
        (amounts(300, 60), "设备（示例）", "years.0.amount"),
        ([{"year": 2026, "amount": 150, "minimum": 100}], "设备（示例）", "years.0.amount"),
        (amounts(), "", "purpose"),
    ],
)
def test_bad_requests_are_told_at_their_field(
    drafted_scene: Scene, years: list[dict[str, int]], purpose: str, field: str
) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    confirmed(world, one, terms(world))
    project = (Project, one.projects["ningbo"])
    wrong = problems(world, "ningbo_clerk", operations.save_request, one.key, project, years, purpose)
    assert field in wrong


def test_contradictory_rules_have_no_plan_but_the_smallest_changes_in_words(drafted_scene: Scene) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    finished(world, one, terms(world, 90, (Group("level:county", least=2),)))
    proposal = standing(world, one).proposal
    assert proposal["status"] == "infeasible"
    assert not any(row["funded"] for row in proposal["rows"])
    assert [(r["kind"], r["old"], r["new"]) for r in proposal["relaxations"]] == [
        ("budget", "90", "100"),
        ("least", "2", "1"),
    ]
    assert proposal["relaxations"][0]["zh"] == "把2026年度资金总额从90万元增加到100万元"
    assert "没有可行的资助方案" in problems(world, "approver", publish_list, one.key)["plan"]
    changed = terms(world, 90, (Group("level:county", least=1),))
    confirmed(world, one, changed, "县级名额调整（示例）")
    world.clock.forward(days=11)
    plan(world, one)
    assert funded(world, one).keys() & {"anji", "deqing"}


def test_the_plan_must_follow_from_what_is_on_record(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    request = queries_request(world, one, "wenzhou")
    world.do("officer", operations.return_request, one.key, request, "重复申请（示例）")
    assert "依据有变化" in problems(world, "approver", publish_list, one.key)["plan"]
    plan(world, one)
    assert world.do("approver", publish_list, one.key).number == 1


def queries_request(world: World, one: Round, unit: str) -> tuple[type[FundingRequest], int]:
    with world.reading() as session:
        found = queries.request_of(session, one.id, one.projects[unit])
    assert found is not None
    return (FundingRequest, found.id)


def test_no_plan_before_the_requests_are_closed_and_the_ranking_is_there(drafted_scene: Scene) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    with pytest.raises(Refused, match="规则公布后"):
        world.do("officer", operations.plan_funding, one.key)
    confirmed(world, one, terms(world))
    with pytest.raises(Refused, match="尚未截止"):
        world.do("officer", operations.plan_funding, one.key)
    world.clock.forward(days=11)
    assert "请先测算" in problems(world, "officer", operations.plan_funding, one.key)["plan"]
    closed(world, one)
    assert "还没有提交" in problems(world, "officer", operations.plan_funding, one.key)["plan"]


def deviate(
    world: World, one: Round, unit: str, money: int, reason: str = "会议研究（示例）"
) -> FundingDeviation:
    made: FundingDeviation = world.do(
        "officer", operations.propose_deviation, one.key, one.projects[unit], [money * WAN], reason, held(world),
    )  # fmt: skip
    return made


def test_a_deviation_counts_once_a_second_person_has_confirmed_it(world: World) -> None:
    one = planned(world, terms(world, 170))
    assert funded(world, one) == {"hangzhou": 60, "ningbo": 60, "anji": 50}
    out = deviate(world, one, "anji", 0)
    assert "待确认" in problems(world, "approver", publish_list, one.key)["plan"]
    assert funded(world, one)["anji"] == 50, "not yet"
    world.do("approver", operations.confirm_deviation, one.key, (FundingDeviation, out.id))
    into = deviate(world, one, "deqing", 50)
    world.do("approver", operations.confirm_deviation, one.key, (FundingDeviation, into.id))
    assert funded(world, one) == {"hangzhou": 60, "ningbo": 60, "deqing": 50}
    snapshot = world.do("approver", publish_list, one.key)
    record = snapshot.content["plan"]
    assert [(d["amounts"], d["reason"]) for d in record["deviations"]] == [
        ([0], "会议研究（示例）"),
        ([50 * WAN], "会议研究（示例）"),
    ]
    proposed = {row["key"] for row in record["proposal"]["rows"] if row["funded"]}
    assert f"project:{one.projects['anji']}" in proposed, "the proposal stands beside it unchanged"


def test_the_envelope_holds_whatever_the_meeting_wants(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    extra = deviate(world, one, "deqing", 50)
    key = (FundingDeviation, extra.id)
    told = problems(world, "approver", operations.confirm_deviation, one.key, key)
    assert told["plan"][1] == {"budgets": "2026年度资金总额"}
    world.do("approver", operations.refuse_deviation, one.key, key, "超出预算（示例）")
    with pytest.raises(Refused, match="已经办理"):
        world.do("approver", operations.confirm_deviation, one.key, key)


def test_rules_that_a_deviation_breaks_are_named(drafted_scene: Scene) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    finished(world, one, terms(world, 170, (Group("level:county", least=1),)))
    out = deviate(world, one, "anji", 0)
    world.do("approver", operations.confirm_deviation, one.key, (FundingDeviation, out.id))
    assert [rule.zh for rule in standing(world, one).settled.broken] == ["县级单位的项目不少于1个"]


@pytest.mark.parametrize(
    ("unit", "money", "reason", "field"),
    [
        ("deqing", 10, "会议研究（示例）", "years.0.amount"),
        ("deqing", 90, "会议研究（示例）", "years.0.amount"),
        ("deqing", 50, "", "reason"),
        ("deqing", 0, "会议研究（示例）", "project_id"),
        ("hangzhou", 60, "会议研究（示例）", "project_id"),
    ],
)
def test_bad_deviations_are_told_at_their_field(
    planned_scene: Scene, unit: str, money: int, reason: str, field: str
) -> None:
    world, one = planned_scene.world, planned_scene.round
    wrong = problems(
        world,
        "officer",
        operations.propose_deviation,
        one.key,
        one.projects[unit],
        [money * WAN],
        reason,
        held(world),
    )
    assert field in wrong


def test_who_proposed_a_deviation_does_not_confirm_it(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    made = world.do(
        "approver", operations.propose_deviation, one.key, one.projects["anji"], [0], "会议研究（示例）", held(world),
    )  # fmt: skip
    with pytest.raises(Refused, match="由另一人办理"):
        world.do("approver", operations.confirm_deviation, one.key, (FundingDeviation, made.id))
    world.do("approver2", operations.confirm_deviation, one.key, (FundingDeviation, made.id))


def test_a_deviation_from_an_earlier_plan_does_not_count(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    made = deviate(world, one, "anji", 0)
    request = queries_request(world, one, "wenzhou")
    world.do("officer", operations.return_request, one.key, request, "重复申请（示例）")
    plan(world, one)
    told = problems(world, "approver", operations.confirm_deviation, one.key, (FundingDeviation, made.id))
    assert "重新测算" in told["plan"]


def test_after_publication_nothing_changes_any_more(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    world.do("approver", publish_list, one.key)
    with pytest.raises(Refused):
        world.do("officer", operations.draft_terms, one.key, terms(world), "理由（示例）")
    with pytest.raises(Refused):
        deviate(world, one, "anji", 0)
    request = queries_request(world, one, "wenzhou")
    with pytest.raises((Refused, WrongState)):
        world.do("officer", operations.return_request, one.key, request, "重复申请（示例）")
