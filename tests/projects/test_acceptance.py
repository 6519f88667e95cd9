"""A delivered outcome before a real panel: convened, read, scored, concluded, graded, credited."""

from decimal import Decimal

from sqlalchemy import select

from marketplace.files.models import Attachment
from marketplace.priority.models import LedgerEntry
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

PANEL = ("expert1", "expert2", "expert3", "expert4", "expert5")
SCORES = (95, 92, 90, 88, 76)


def status(world: World, key: str, url: str) -> int:
    response = world.browser(key).get(url)
    response.close()
    return response.status_code


def score(world: World, panel_id: int, key: str, value: int) -> None:
    mine = seat_id(world, panel_id, key)
    marks = {c.code: MarkInput(Decimal(value), False, "") for c in OUTCOME_RUBRIC.criteria}
    with world.uow(key) as uow:
        (item,) = item_ids(world, panel_id)
        reviews.save_sheet(uow, place_for(uow.session, uow.actor, mine, item), marks, f"意见{value}")
    with world.uow(key) as uow:
        reviews.submit_sheets(uow, seat_for(uow.session, uow.actor, mine))


def test_a_panel_scores_the_outcome_and_the_project_gets_its_grade(world: World) -> None:
    project_id = delivered_project(world, partners=("ningbo",))
    panel = world.do("officer", convene_acceptance, (Outcome, outcome_id(world, project_id)))
    seat(world, panel.id, *PANEL)
    release(world, panel.id)
    with world.reading() as session:
        file = session.scalars(select(Attachment).where(Attachment.owner_kind == "outcome")).one()
    address = f"/files/{file.id}/x"
    assert status(world, "expert1", address) == 404
    confirm(world, panel.id, *PANEL)
    assert (status(world, "expert1", address), status(world, "expert6", address)) == (200, 404)
    (item,) = item_ids(world, panel.id)
    page = world.browser("expert1").get(f"/reviews/{seat_id(world, panel.id, 'expert1')}/items/{item}")
    assert "可在全省复制（示例）" in page.get_data(as_text=True)
    for key, value in zip(PANEL, SCORES, strict=True):
        score(world, panel.id, key, value)
    world.do("officer", reviews.conclude_panel, (Panel, panel.id))
    with world.reading() as session:
        project = session.get_one(Project, project_id)
        assert (project.state, project.score, project.grade) == ("accepted", Decimal("90.00"), "excellent")
        points = session.scalars(select(LedgerEntry.points).order_by(LedgerEntry.id)).all()
    assert points == [Decimal(10), Decimal(5)]
    opinions = world.browser("hangzhou_head").get(f"/projects/{project_id}/outcome").get_data(as_text=True)
    assert "意见95" in opinions
    assert "专家甲" not in opinions
    assert status(world, "expert1", address) == 404
