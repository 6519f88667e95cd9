"""From five submitted sheets to totals, ranks, ties and the stored trace."""

from decimal import Decimal

import pytest

from marketplace.core.errors import Invalid, Refused, WrongState
from marketplace.reviews import operations
from marketplace.reviews.models import Panel, PanelItem
from marketplace.reviews.queries.panels import items_of
from marketplace.reviews.queries.results import results_of
from marketplace.reviews.scoring import fingerprint, open_ties
from tests.reviews.story import FIVE, item_ids, marks, score, scored_panel, scoring_panel
from tests.support.world import World

TABLE = [[marks(a), marks(b), marks(c)] for a, b, c in (
    (95, 70, 80), (90, 72, 80), (85, 74, 80), (80, 76, 80), (10, 78, 80),
)]  # fmt: skip


def test_the_result_by_the_announced_rule(world: World) -> None:
    panel_id = scored_panel(world, TABLE)
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        ranked = items_of(session, panel_id)
        assert [(item.rank, str(item.total)) for item in ranked] == [(1, "85.00"), (2, "80.00"), (3, "74.00")]
        first = ranked[0].trace
        assert first is not None
        assert [sheet["total"] for sheet in first["sheets"] if sheet["dropped"]] == ["95.00", "10.00"]
        assert sum(Decimal(value) for value in first["contributions"].values()) == ranked[0].total
        assert panel.result is not None
        assert panel.result["sha256"] == fingerprint(panel.result)
        assert panel.result["rule"]["trim_from"] == 5
        assert panel.concluded_at == world.clock()


def test_nobody_else_concludes_and_nobody_twice(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, TABLE, conclude=False)
    for key in ("approver", "auditor", "expert1", "secadmin"):
        with pytest.raises(Refused, match="只有省局经办"):
            sqlite_world.do(key, operations.conclude_panel, (Panel, panel_id))
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with pytest.raises((Refused, WrongState)):
        sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))


def test_no_conclusion_before_all_have_submitted(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    for key in FIVE[:4]:
        score(sqlite_world, panel_id, key, [marks(80)] * 3)
    score(sqlite_world, panel_id, FIVE[4], [marks(80)] * 3, submit=False)
    with pytest.raises(Refused, match="还有1位专家未提交全部评分"):
        sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))


def tied(world: World) -> int:
    """Second and third item equal in everything."""
    return scored_panel(world, [[marks(90), marks(80), marks(80)] for _ in FIVE])


def test_a_tie_waits_for_the_vote_of_the_panel(world: World) -> None:
    panel_id = tied(world)
    first, second, third = item_ids(world, panel_id)
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert open_ties(panel.result) == [(2, (second, third))]
        before = (panel.result or {})["sha256"]
        assert [item.rank for item in items_of(session, panel_id)] == [1, 2, 2]
    for wrong in ([second], [second, second], [first, second], [], [second, third, first]):
        with pytest.raises(Invalid):
            world.do("officer", operations.record_vote, (Panel, panel_id), wrong, "表决")
    with pytest.raises(Invalid):
        world.do("officer", operations.record_vote, (Panel, panel_id), [third, second], "")
    world.do("officer", operations.record_vote, (Panel, panel_id), [third, second], "3票对2票（示例）")
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert [session.get_one(PanelItem, item).rank for item in (first, third, second)] == [1, 2, 3]
        assert panel.result is not None
        assert panel.result["sha256"] == fingerprint(panel.result) != before
        assert panel.result["votes"][0]["reason"] == "3票对2票（示例）"
    with pytest.raises(Refused, match="没有需要表决"):
        world.do("officer", operations.record_vote, (Panel, panel_id), [second, third], "再表决")


def test_a_sheet_with_no_judgement_does_not_count(sqlite_world: World) -> None:
    table = [[marks(80)] * 3 for _ in FIVE]
    table[4] = [marks(10, plan=None), marks(80), marks(80)]
    panel_id = scored_panel(sqlite_world, table)
    with sqlite_world.reading() as session:
        item = session.get_one(PanelItem, item_ids(sqlite_world, panel_id)[0])
        assert str(item.total) == "80.00"
        assert item.trace is not None
        assert len(item.trace["incomplete"]) == 1
        assert item.trace["counted"] == 4


def test_the_reviewed_unit_learns_score_and_opinions_without_names(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, TABLE)
    with sqlite_world.reading() as session:
        subject = session.get_one(PanelItem, item_ids(sqlite_world, panel_id)[0]).subject_id
        found = results_of(session, "bid", [subject])[subject]
        assert (str(found.total), found.rank) == ("85.00", 1)
        assert sorted(found.opinions) == sorted(f"{key}的意见" for key in FIVE)
        assert results_of(session, "outcome", [subject]) == {}
    unfinished = scored_panel(sqlite_world, TABLE, conclude=False)
    with sqlite_world.reading() as session:
        subject = session.get_one(PanelItem, item_ids(sqlite_world, unfinished)[0]).subject_id
        assert results_of(session, "bid", [subject]) == {}
