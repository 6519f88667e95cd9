"""Points credited once, lists published by two persons, snapshots that can be computed again — on both databases."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from marketplace.core.errors import Invalid, MarketplaceError, Refused
from marketplace.notices.models import Notice
from marketplace.priority.models import LedgerEntry, PriorityList, Snapshot
from marketplace.priority.operations import (
    correct_list,
    draft_list,
    publish_list,
    revise_list,
    verify_snapshot,
)
from marketplace.priority.reactions import credit
from marketplace.priority.rules import RoundRules
from marketplace.priority.todos import ongoing_for, todos_for
from marketplace.projects.events import OutcomeAccepted
from tests.support.projects import accepted_project, outcome_id
from tests.support.world import World

RULES = RoundRules(10)


def ledger(world: World) -> list[tuple[str, str, Decimal]]:
    with world.reading() as session:
        query = select(LedgerEntry).order_by(LedgerEntry.id)
        return [(e.organisation.code, e.part, e.points) for e in session.scalars(query)]


def drafted(world: World, kind: str = "pilot", places: int = 1) -> tuple[type[PriorityList], int]:
    plist = world.do("officer", draft_list, kind, "2026年度名单（示例）", places, RULES)
    return (PriorityList, plist.id)


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
    with pytest.raises(Refused):
        world.do("officer", publish_list, key)
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
    _, list_id = drafted(world)
    with world.uow() as uow:
        uow.session.execute(update(PriorityList).values(created_by=world.people["approver"]))
    with pytest.raises(Refused, match="另一人"):
        world.do("approver", publish_list, (PriorityList, list_id))
    assert world.do("approver2", publish_list, (PriorityList, list_id)).number == 1


def test_a_correction_is_the_next_snapshot(world: World) -> None:
    accepted_project(world, "hangzhou", "91")
    key = drafted(world)
    world.do("approver", publish_list, key)
    with pytest.raises(Invalid):
        world.do("approver", correct_list, key, "复核")
    accepted_project(world, "ningbo", "95")
    with pytest.raises(Invalid):
        world.do("approver", correct_list, key, "")
    world.do("approver2", correct_list, key, "补充新验收的成果")
    first, second = snapshots(world)
    assert [row["unit_id"] for row in second.content["rows"]][1:] == [
        row["unit_id"] for row in first.content["rows"]
    ]
    assert (first.sha256 != second.sha256, second.reason) == (True, "补充新验收的成果")
    assert verify_snapshot(first).ok
    assert verify_snapshot(second).ok
    with world.reading() as session:
        assert len(session.scalars(select(Notice).where(Notice.kind == "ranking")).all()) == 2


def test_a_changed_snapshot_is_found_out(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    world.do("approver", publish_list, drafted(world))
    (stored,) = snapshots(world)
    forged = {**stored.content, "rows": [{**stored.content["rows"][0], "total": "100.00"}]}
    changed = Snapshot(content=forged, sha256=stored.sha256)
    assert (verify_snapshot(changed).content_intact, verify_snapshot(changed).rows_follow) == (False, False)
    other = Snapshot(content={**stored.content, "number": 2}, sha256=stored.sha256)
    assert (verify_snapshot(other).content_intact, verify_snapshot(other).rows_follow) == (False, True)


def test_an_empty_list_is_not_published(sqlite_world: World) -> None:
    with pytest.raises(Invalid):
        sqlite_world.do("approver", publish_list, drafted(sqlite_world))


def test_expired_points_do_not_count(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world, score="85")
    world.clock.forward(days=3 * 366)
    world.do("approver", publish_list, drafted(world))
    (row,) = snapshots(world)[0].content["rows"]
    assert (row["base"], row["priority"], row["entries"]) == ("85.00", "0.00", [])


def test_the_funding_list_ranks_projects(world: World) -> None:
    accepted_project(world, "hangzhou", "82")
    accepted_project(world, "hangzhou", "95")
    world.do("approver", publish_list, drafted(world, "funding", 5))
    rows = snapshots(world)[0].content["rows"]
    assert [(row["base"], row["priority"]) for row in rows] == [("95.00", "10.00"), ("82.00", "10.00")]


@pytest.mark.parametrize(
    ("kind", "title", "places", "cap"),
    [("pilot", "", 5, 10), ("pilot", "名" * 121, 5, 10), ("pilot", "名单", 0, 10), ("pilot", "名单", 501, 10),
     ("pilot", "名单", 5, 101), ("forged", "名单", 5, 10)],
)  # fmt: skip
def test_bad_drafts_are_refused(sqlite_world: World, kind: str, title: str, places: int, cap: int) -> None:
    with pytest.raises(Invalid):
        sqlite_world.do("officer", draft_list, kind, title, places, RoundRules(cap))


def test_every_forbidden_move_of_a_list_is_refused(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    key = drafted(world)
    verbs: dict[str, Any] = {
        "revise": ("officer", revise_list, ("新名称", 3, RULES)),
        "publish": ("approver", publish_list, ()),
        "correct": ("approver", correct_list, ("更正",)),
    }
    with pytest.raises(MarketplaceError):
        world.do(verbs["correct"][0], verbs["correct"][1], key, *verbs["correct"][2])
    for name in ("revise", "publish"):
        world.do(verbs[name][0], verbs[name][1], key, *verbs[name][2])
    for name in ("revise", "publish"):
        with pytest.raises(MarketplaceError):
            world.do(verbs[name][0], verbs[name][1], key, *verbs[name][2])


@pytest.mark.parametrize("key", ["approver", "auditor", "hangzhou_head", "expert1", "sysadmin"])
def test_only_officers_draft(sqlite_world: World, key: str) -> None:
    with pytest.raises(Refused):
        sqlite_world.do(key, draft_list, "pilot", "名单", 5, RULES)


def test_drafts_wait_for_the_approver(sqlite_world: World) -> None:
    world = sqlite_world
    drafted(world)
    with world.reading() as session:
        assert [item.what for item in todos_for(session, world.actor("approver"), world.clock())] == [
            "发布优先名单"
        ]
        assert todos_for(session, world.actor("officer"), world.clock()) == []
        assert len(ongoing_for(session, world.actor("officer"), world.clock())) == 1
        assert ongoing_for(session, world.actor("hangzhou_head"), world.clock()) == []
