"""Points credited once, lists published by two persons, snapshots that can be computed again — on both databases."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from marketplace.core.errors import Invalid, MarketplaceError, Refused, WrongState
from marketplace.notices.models import Notice
from marketplace.priority.models import LedgerEntry, Placement, PriorityList, Snapshot
from marketplace.priority.operations import (
    announce_list,
    compute_list,
    correct_list,
    draft_list,
    drop_correction,
    propose_correction,
    publish_list,
    revise_list,
)
from marketplace.priority.queries import uses_of
from marketplace.priority.reactions import credit
from marketplace.priority.rules import Conditions, RoundRules
from marketplace.priority.snapshots import verify_snapshot
from marketplace.priority.todos import ongoing_for, todos_for
from marketplace.projects.events import OutcomeAccepted
from tests.support.projects import accepted_project, outcome_id
from tests.support.rounds import announced, computed, drafted, published
from tests.support.world import World

RULES = RoundRules(10)
ANOTHER = RoundRules(8)


def ledger(world: World) -> list[tuple[str, str, Decimal]]:
    with world.reading() as session:
        query = select(LedgerEntry).order_by(LedgerEntry.id)
        return [(e.organisation.code, e.part, e.points) for e in session.scalars(query)]


def snapshots(world: World) -> list[Snapshot]:
    with world.reading() as session:
        return list(session.scalars(select(Snapshot).order_by(Snapshot.number)))


def test_an_accepted_outcome_earns_points_once(world: World) -> None:
    project_id = accepted_project(world, score="91", partners=("ningbo",))
    assert ledger(world) == [("330100", "lead", Decimal(10)), ("330200", "partner", Decimal(5))]
    with world.uow() as uow:
        event = OutcomeAccepted(
            project_id=project_id, outcome_id=outcome_id(world, project_id), score="91.00", grade="excellent"
        )
        credit(uow, event)
    assert len(ledger(world)) == 2


def test_a_failed_outcome_costs_points(world: World) -> None:
    accepted_project(world, score="40", partners=("ningbo",))
    assert [points for _, _, points in ledger(world)] == [Decimal(-5), Decimal("-2.50")]


def test_publication_freezes_and_two_persons_are_needed(world: World) -> None:
    accepted_project(world, "hangzhou", "91")
    accepted_project(world, "ningbo", "85", partners=("hangzhou",))
    key = drafted(world)
    for verb in (announce_list, publish_list):
        with pytest.raises(Refused):
            world.do("officer", verb, key)
    with pytest.raises(Refused, match="请先公布规则"):
        world.do("approver", publish_list, key)
    world.do("approver", announce_list, key)
    with pytest.raises(Invalid) as refused:
        world.do("approver", publish_list, key)
    assert refused.value.problems == {"rows": "还没有测算排序，请先测算"}
    computed(world, key)
    snapshot = world.do("approver", publish_list, key)
    assert snapshot.number == 1
    (stored,) = snapshots(world)
    rows = stored.content["rows"]
    assert [(row["unit"], row["base"], row["priority"], row["total"]) for row in rows] == [
        ("杭州市机关事务管理局", "91.00", "10.00", "101.00"), ("宁波市机关事务管理局", "85.00", "6.00", "91.00"),
    ]  # fmt: skip
    assert len(rows[0]["entries"]) == 2
    assert verify_snapshot(stored).ok
    with world.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.kind == "ranking")).one()
    assert "杭州市机关事务管理局" in notice.body
    assert "宁波市机关事务管理局" not in notice.body
    assert stored.sha256 in notice.body


def test_whoever_drafted_does_not_publish(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    key = drafted(world)
    with world.uow() as uow:
        uow.session.execute(update(PriorityList).values(created_by=world.people["approver"]))
    with pytest.raises(Refused, match="另一人"):
        world.do("approver", announce_list, key)
    world.do("approver2", announce_list, key)
    computed(world, key)
    with pytest.raises(Refused, match="另一人"):
        world.do("approver", publish_list, key)
    assert world.do("approver2", publish_list, key).number == 1


def test_a_correction_is_the_next_snapshot(world: World) -> None:
    accepted_project(world, "hangzhou", "91")
    key = published(world)
    accepted_project(world, "ningbo", "95")
    with pytest.raises(Invalid):
        world.do("officer", propose_correction, key, "")
    world.do("officer", propose_correction, key, "补充新验收的成果")
    with pytest.raises(Invalid) as early:
        world.do("approver2", correct_list, key)
    assert early.value.problems == {"rows": "排序还没有测算完成"}
    world.compute()
    world.do("approver2", correct_list, key)
    first, second = snapshots(world)
    assert [row["unit_id"] for row in second.content["rows"]][1:] == [
        row["unit_id"] for row in first.content["rows"]
    ]
    assert (first.sha256 != second.sha256, second.reason) == (True, "补充新验收的成果")
    assert verify_snapshot(first).ok
    assert verify_snapshot(second).ok
    with world.reading() as session:
        assert len(session.scalars(select(Notice).where(Notice.kind == "ranking")).all()) == 2


def test_a_correction_needs_another_person_and_a_change(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    key = published(world)
    world.do("officer", propose_correction, key, "复核")
    world.compute()
    with pytest.raises(Invalid, match="内容"):
        world.do("approver", correct_list, key)
    with world.uow() as uow:
        uow.session.execute(update(PriorityList).values(correction_by=world.people["approver"]))
    for verb, args in ((correct_list, ()), (drop_correction, ("理由",))):
        with pytest.raises(Refused, match="另一人"):
            world.do("approver", verb, key, *args)
    world.do("approver2", drop_correction, key, "名单没有变化")
    with world.reading() as session:
        plist = session.get_one(*key)
        assert (plist.state, plist.correction_reason, len(plist.snapshots)) == ("published", None, 1)


def test_what_changed_since_must_be_computed_again(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    key = computed(world, announced(world))
    accepted_project(world, "ningbo", "95")
    with pytest.raises(Invalid) as stale:
        world.do("approver", publish_list, key)
    assert stale.value.problems == {"rows": "测算以后依据有变化，请重新测算"}
    assert world.do("approver", publish_list, computed(world, key)).number == 1


def test_points_and_places_remember_where_they_were_used(world: World) -> None:
    accepted_project(world, "hangzhou", "91", partners=("ningbo",))
    published(world)
    published(world, "national")
    with world.reading() as session:
        entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
        uses = uses_of(session, [entry.id for entry in entries])
        places = session.scalars(select(Placement).order_by(Placement.id)).all()
    assert [[(use.code, use.number, use.rank) for use in uses[entry.id]] for entry in entries] == [
        [("YX-2026-01", 1, 1), ("YX-2026-02", 1, 1)], [],
    ]  # fmt: skip
    assert [(place.candidate.split(":")[0], place.rank) for place in places] == [("unit", 1), ("project", 1)]


def test_who_was_selected_often_enough_is_left_out(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world, "hangzhou", "91")
    accepted_project(world, "ningbo", "85")
    published(world)
    published(world, rules=RoundRules(conditions=Conditions(selected_most=1)))
    second = snapshots(world)[1].content
    assert [row["unit"] for row in second["rows"]] == ["宁波市机关事务管理局"]
    assert [(row["unit"], row["params"]["times"]) for row in second["excluded"]] == [
        ("杭州市机关事务管理局", 1)
    ]


def test_a_changed_snapshot_is_found_out(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    published(world)
    (stored,) = snapshots(world)
    forged = {**stored.content, "rows": [{**stored.content["rows"][0], "total": "100.00"}]}
    changed = Snapshot(content=forged, sha256=stored.sha256)
    assert (verify_snapshot(changed).content_intact, verify_snapshot(changed).rows_follow) == (False, False)
    other = Snapshot(content={**stored.content, "number": 2}, sha256=stored.sha256)
    assert (verify_snapshot(other).content_intact, verify_snapshot(other).rows_follow) == (False, True)


def test_an_empty_list_is_not_published(sqlite_world: World) -> None:
    key = computed(sqlite_world, announced(sqlite_world))
    with pytest.raises(Invalid) as refused:
        sqlite_world.do("approver", publish_list, key)
    assert refused.value.problems == {"rows": "没有符合条件的候选对象，名单为空，不能发布"}


def test_expired_points_do_not_count(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world, score="85")
    world.clock.forward(days=3 * 366)
    published(world, rules=RoundRules(conditions=Conditions(within_months=120)))
    (row,) = snapshots(world)[0].content["rows"]
    assert (row["base"], row["priority"], row["entries"]) == ("85.00", "0.00", [])


def test_a_national_list_ranks_projects(world: World) -> None:
    accepted_project(world, "hangzhou", "82")
    accepted_project(world, "hangzhou", "95")
    published(world, "national", 5)
    rows = snapshots(world)[0].content["rows"]
    assert [(row["base"], row["priority"]) for row in rows] == [("95.00", "10.00"), ("82.00", "10.00")]


@pytest.mark.parametrize(
    ("kind", "title", "places", "cap"),
    [("pilot", "", 5, 10), ("pilot", "名" * 121, 5, 10), ("pilot", "名单", 0, 10), ("pilot", "名单", 501, 10),
     ("pilot", "名单", 5, 31), ("forged", "名单", 5, 10)],
)  # fmt: skip
def test_bad_drafts_are_refused(sqlite_world: World, kind: str, title: str, places: int, cap: int) -> None:
    with pytest.raises(Invalid):
        sqlite_world.do("officer", draft_list, kind, title, places, RoundRules(cap))


VERBS: dict[str, tuple[str, Any, tuple[Any, ...]]] = {
    "revise": ("officer", revise_list, ("新名称", 3, ANOTHER)),
    "announce": ("approver", announce_list, ()),
    "compute": ("officer", compute_list, ()),
    "publish": ("approver", publish_list, ()),
    "propose": ("officer", propose_correction, ("更正",)),
    "correct": ("approver", correct_list, ()),
    "drop": ("approver", drop_correction, ("不必",)),
}


def allowed(world: World, key: Any) -> set[str]:
    """The verbs that this state takes; each is tried and undone."""
    taken = set()
    for name, (who, verb, args) in VERBS.items():
        with pytest.raises((MarketplaceError, Undone)) as end:
            world.do(who, undone(verb), key, *args)
        if not isinstance(end.value, Refused | WrongState):
            taken.add(name)
    return taken


class Undone(Exception):
    """Rolls back what has been tried."""


def undone(verb: Any) -> Any:
    def tried(*args: Any) -> None:
        verb(*args)
        raise Undone

    return tried


def test_every_forbidden_move_of_a_round_is_refused(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    key = drafted(world)
    assert allowed(world, key) == {"revise", "announce"}
    world.do("approver", announce_list, key)
    assert allowed(world, key) == {"compute", "publish"}
    world.do("approver", publish_list, computed(world, key))
    assert allowed(world, key) == {"propose"}
    world.do("officer", propose_correction, key, "更正")
    assert allowed(world, key) == {"compute", "correct", "drop"}


@pytest.mark.parametrize("key", ["approver", "auditor", "hangzhou_head", "expert1", "sysadmin"])
def test_only_officers_draft(sqlite_world: World, key: str) -> None:
    with pytest.raises(Refused):
        sqlite_world.do(key, draft_list, "pilot", "名单", 5, RULES)


def test_rounds_wait_for_the_approver(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    key = drafted(world)

    def waiting(who: str, list_: Any = todos_for) -> list[str]:
        with world.reading() as session:
            return [item.what for item in list_(session, world.actor(who), world.clock())]

    assert waiting("approver") == ["公布轮次规则"]
    assert (waiting("officer"), waiting("officer", ongoing_for)) == ([], ["轮次规则待公布"])
    assert waiting("hangzhou_head", ongoing_for) == []
    world.do("approver", announce_list, key)
    assert (waiting("approver"), waiting("officer", ongoing_for)) == (["发布优先名单"], ["优先名单待发布"])
    world.do("approver", publish_list, computed(world, key))
    assert (waiting("approver"), waiting("officer", ongoing_for)) == ([], [])
    world.do("officer", propose_correction, key, "更正")
    assert (waiting("approver"), waiting("officer", ongoing_for)) == (["确认名单更正"], ["名单更正待确认"])
