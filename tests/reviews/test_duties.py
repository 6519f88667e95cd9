"""Who scores what: everybody everything unless the list says otherwise; only live duties open an item."""

import pytest
from sqlalchemy import update

from marketplace.core.errors import NotFound, Refused
from marketplace.reviews import operations
from marketplace.reviews.models import Duty, Panel, PanelItem
from marketplace.reviews.queries.own import may_read_subject, own_items, place_for, seat_for
from marketplace.reviews.queries.workload import duties_of, loads_of
from marketplace.reviews.workflow import DutyState
from tests.reviews.story import FIVE, confirm, item_ids, marks, score, scoring_panel, seat, seat_id
from tests.support.world import World


def lift(world: World, panel_id: int, key: str, item: int) -> None:
    """Takes one item from one expert."""
    with world.uow() as uow:
        uow.session.execute(
            update(Duty)
            .where(Duty.seat_id == seat_id(world, panel_id, key), Duty.item_id == item)
            .values(state=DutyState.LIFTED)
        )


def test_at_release_everybody_gets_everything(world: World) -> None:
    panel_id = scoring_panel(world)
    items = item_ids(world, panel_id)
    seats = {seat_id(world, panel_id, key) for key in FIVE}
    with world.reading() as session:
        duties = duties_of(session, panel_id)
        assert {(one.seat_id, one.item_id) for one in duties} == {(s, i) for s in seats for i in items}
        assert {one.origin for one in duties} == {"whole"}
        assert all(load.duties == 3 and not load.finished for load in loads_of(session, panel_id).values())


def test_a_lifted_duty_opens_nothing_and_is_not_waited_for(world: World) -> None:
    panel_id = scoring_panel(world)
    first, *rest = item_ids(world, panel_id)
    lift(world, panel_id, "expert1", first)
    actor, mine = world.actor("expert1"), seat_id(world, panel_id, "expert1")
    with world.reading() as session:
        subject = session.get_one(PanelItem, first).subject_id
        assert [item.id for item, _ in own_items(session, seat_for(session, actor, mine))] == rest
        assert not may_read_subject(session, actor, "bid", subject)
        assert may_read_subject(session, world.actor("expert2"), "bid", subject)
        with pytest.raises(NotFound):
            place_for(session, actor, mine, first)
    with world.uow("expert1") as uow:
        for item in rest:
            operations.save_sheet(uow, place_for(uow.session, actor, mine, item), marks(80))
        operations.submit_sheets(uow, seat_for(uow.session, actor, mine))
    for key in FIVE[1:]:
        score(world, panel_id, key, [marks(70)] * 3)
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        traces = [item.trace for item in session.get_one(Panel, panel_id).items]
        assert [len(trace["sheets"]) for trace in traces if trace] == [4, 5, 5]


def test_a_sheet_of_a_lifted_duty_does_not_count(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    for key in FIVE:
        score(sqlite_world, panel_id, key, [marks(80 if key != "expert1" else 65)] * 3)
    first = item_ids(sqlite_world, panel_id)[0]
    lift(sqlite_world, panel_id, "expert1", first)
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with sqlite_world.reading() as session:
        trace = session.get_one(PanelItem, first).trace
        assert trace is not None
        assert trace["recused"] == [seat_id(sqlite_world, panel_id, "expert1")]


def test_who_replaces_takes_over_all_items(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    gone = seat_id(sqlite_world, panel_id, "expert5")
    with sqlite_world.uow("expert5") as uow:
        operations.recuse_seat(uow, seat_for(uow.session, uow.actor, gone), "利害关系（示例）")
    with sqlite_world.reading() as session:
        assert gone not in loads_of(session, panel_id)
    seat(sqlite_world, panel_id, "expert6")
    confirm(sqlite_world, panel_id, "expert6")
    with sqlite_world.reading() as session:
        assert loads_of(session, panel_id)[seat_id(sqlite_world, panel_id, "expert6")].duties == 3
    for key in FIVE[:4]:
        score(sqlite_world, panel_id, key, [marks(80)] * 3)
    with pytest.raises(Refused, match="未提交全部评分"):
        sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
