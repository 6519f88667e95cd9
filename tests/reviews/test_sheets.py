"""Saving and submitting: drafts may be incomplete, submission freezes, saving is cheap."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.core.errors import Invalid, NotFound, Refused, StaleVersion
from marketplace.reviews import operations
from marketplace.reviews.models import ScoreSheet
from marketplace.reviews.queries.own import place_for, seat_for
from marketplace.reviews.scoring import MarkInput
from marketplace.reviews.workflow import SheetState
from tests.reviews.story import (
    FIVE,
    convene,
    item_ids,
    marks,
    release,
    score,
    scoring_panel,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.support.world import World


def test_a_draft_is_kept_and_changed(world: World) -> None:
    panel_id = scoring_panel(world)
    mine, item = seat_id(world, panel_id, "expert1"), item_ids(world, panel_id)[0]
    with world.uow("expert1") as uow:
        place = place_for(uow.session, uow.actor, mine, item)
        assert place.sheet is None
        operations.save_sheet(uow, place, {"goals": MarkInput(Decimal("88.5"))}, "初步意见", 0)
    with world.uow("expert1") as uow:
        place = place_for(uow.session, uow.actor, mine, item)
        assert place.sheet is not None
        assert place.sheet.marks["goals"] == {"score": "88.5", "unable": False, "comment": ""}
        assert place.sheet.total is None
        with pytest.raises(StaleVersion) as stale:
            operations.save_sheet(
                uow, place, {"goals": MarkInput(Decimal(1))}, "另一窗口", place.sheet.version - 1
            )
        assert stale.value.theirs["comment"] == "初步意见"
        assert stale.value.yours["comment"] == "另一窗口"
        operations.save_sheet(uow, place, marks(70), "", place.sheet.version)
    with world.reading() as session:
        assert session.scalars(select(ScoreSheet.comment)).all() == [""]


def test_saving_takes_two_statements_beside_the_frame(world: World) -> None:
    panel_id = scoring_panel(world)
    mine, item = seat_id(world, panel_id, "expert1"), item_ids(world, panel_id)[0]
    counts = []
    for value in (70, 80):
        with world.statements() as seen, world.uow("expert1") as uow:
            place = place_for(uow.session, uow.actor, mine, item)
            operations.save_sheet(uow, place, marks(value))
        counts.append(len([one for one in seen if "sign_in_session" not in one]))
    assert counts == [2, 2]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"goals": MarkInput(Decimal("NaN"))}, "score_goals"),
        ({"goals": MarkInput(Decimal(101))}, "score_goals"),
        ({"forged": MarkInput(Decimal(1))}, "score_forged"),
    ],
)
def test_wrong_marks_are_never_saved(sqlite_world: World, given: dict[str, MarkInput], field: str) -> None:
    panel_id = scoring_panel(sqlite_world)
    mine, item = seat_id(sqlite_world, panel_id, "expert1"), item_ids(sqlite_world, panel_id)[0]
    with sqlite_world.uow("expert1") as uow, pytest.raises(Invalid) as refused:
        operations.save_sheet(uow, place_for(uow.session, uow.actor, mine, item), given)
    assert set(refused.value.problems) == {field}


def test_submission_needs_everything_and_freezes(world: World) -> None:
    panel_id = scoring_panel(world)
    mine, items = seat_id(world, panel_id, "expert1"), item_ids(world, panel_id)
    with world.uow("expert1") as uow:
        operations.save_sheet(uow, place_for(uow.session, uow.actor, mine, items[0]), marks(80))
    with world.uow("expert1") as uow, pytest.raises(Invalid) as refused:
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, mine))
    assert set(refused.value.problems) == {f"item_{item}" for item in items[1:]}
    score(world, panel_id, "expert1", [marks(80), marks(59), marks(88, basis="90.5")])
    with world.reading() as session:
        sheets = session.scalars(select(ScoreSheet).order_by(ScoreSheet.item_id)).all()
        assert [str(sheet.total) for sheet in sheets] == ["80.00", "59.00", "88.38"]
        assert {sheet.state for sheet in sheets} == {SheetState.SUBMITTED}
    with world.uow("expert1") as uow, pytest.raises(Refused, match="不能再修改"):
        operations.save_sheet(uow, place_for(uow.session, uow.actor, mine, items[0]), marks(1))
    with world.uow("expert1") as uow, pytest.raises(Refused, match="不能再修改"):
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, mine))


def test_nothing_to_score_before_the_declaration(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE)
    mine, item = seat_id(sqlite_world, panel_id, "expert1"), item_ids(sqlite_world, panel_id)[0]
    with sqlite_world.uow("expert1") as uow, pytest.raises(NotFound):
        seat_for(uow.session, uow.actor, mine)
    release(sqlite_world, panel_id)
    with sqlite_world.uow("expert1") as uow:
        seat_for(uow.session, uow.actor, mine)
        with pytest.raises(NotFound):
            place_for(uow.session, uow.actor, mine, item)


def test_nobody_scores_on_another_ones_seat(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    mine, item = seat_id(sqlite_world, panel_id, "expert1"), item_ids(sqlite_world, panel_id)[0]
    for key in ("expert2", "expert6", "officer", "auditor", "hangzhou_head", "sysadmin"):
        with sqlite_world.uow(key) as uow, pytest.raises(NotFound):
            place_for(uow.session, uow.actor, mine, item)
