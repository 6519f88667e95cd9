"""An outcome that nobody on the panel could judge is not graded out of nothing: the officer calls somebody who can."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from marketplace.core.errors import Refused
from marketplace.projects.models import Outcome, Project
from marketplace.projects.outcomes import convene_acceptance
from marketplace.reviews import operations as reviews
from marketplace.reviews.models import Panel
from marketplace.reviews.queries.own import place_for, seat_for
from marketplace.reviews.scoring import MarkInput
from marketplace.topics.rules import OUTCOME_RUBRIC
from tests.reviews.story import confirm, item_ids, release, seat, seat_id
from tests.support.projects import delivered_project, outcome_id
from tests.support.world import World

FIVE = ("expert1", "expert2", "expert3", "expert4", "expert5")
REASON = "没有可用的得分"


def score(world: World, panel_id: int, key: str, value: int | None) -> None:
    """The same mark for each criterion; None: the first cannot be judged."""
    codes = [criterion.code for criterion in OUTCOME_RUBRIC.criteria]
    marks = {code: MarkInput(Decimal(value or 80)) for code in codes}
    if value is None:
        marks[codes[0]] = MarkInput(None, True, "不属于本人专业（示例）")
    (item,) = item_ids(world, panel_id)
    with world.uow(key) as uow:
        place = place_for(uow.session, uow.actor, seat_id(world, panel_id, key), item)
        reviews.save_sheet(uow, place, marks, "意见（示例）")
    with world.uow(key) as uow:
        reviews.submit_sheets(uow, seat_for(uow.session, uow.actor, seat_id(world, panel_id, key)))


def panel_scored(world: World, values: Sequence[int | None]) -> tuple[int, int]:
    project_id = delivered_project(world)
    panel = world.do("officer", convene_acceptance, (Outcome, outcome_id(world, project_id)))
    seat(world, panel.id, *FIVE)
    release(world, panel.id)
    confirm(world, panel.id, *FIVE)
    for key, value in zip(FIVE, values, strict=True):
        score(world, panel.id, key, value)
    return project_id, panel.id


def test_no_result_without_a_score_until_somebody_can_judge(world: World) -> None:
    project_id, panel_id = panel_scored(world, [None] * 5)
    officer = world.browser("officer")
    page = officer.get(f"/panels/{panel_id}").get_data(as_text=True)
    assert REASON in page
    assert "可选专家" in page, "now another may be chosen although the panel is complete"
    with pytest.raises(Refused, match=REASON):
        world.do("officer", reviews.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        project = session.get_one(Project, project_id)
        assert (project.state, project.grade) == ("in_acceptance", None)
    seat(world, panel_id, "expert6")
    confirm(world, panel_id, "expert6")
    score(world, panel_id, "expert6", 88)
    world.do("officer", reviews.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        project = session.get_one(Project, project_id)
        assert (project.state, project.score) == ("accepted", Decimal("88.00"))


def test_one_whole_score_is_enough_and_nobody_else_is_called(sqlite_world: World) -> None:
    _, panel_id = panel_scored(sqlite_world, [None, None, None, None, 91])
    page = sqlite_world.browser("officer").get(f"/panels/{panel_id}").get_data(as_text=True)
    assert REASON not in page
    assert "可选专家" not in page
    with pytest.raises(Refused, match="不能再增加专家"):
        seat(sqlite_world, panel_id, "expert6")
    sqlite_world.do("officer", reviews.conclude_panel, (Panel, panel_id))
