"""What waits for whom, and what runs."""

from marketplace.projects.models import Milestone
from marketplace.projects.operations import return_milestone
from marketplace.projects.todos import ongoing_for, todos_for
from tests.support.projects import delivered_project, finish_milestones, milestone_ids, opened_project, report
from tests.support.world import World


def todos(world: World, key: str) -> list[tuple[str, str]]:
    with world.reading() as session:
        return [(item.what, item.endpoint) for item in todos_for(session, world.actor(key), world.clock())]


def ongoing(world: World, key: str) -> int:
    with world.reading() as session:
        return len(ongoing_for(session, world.actor(key), world.clock()))


def test_the_unit_reports_and_the_officer_checks(sqlite_world: World) -> None:
    world = sqlite_world
    first, _ = milestone_ids(world, opened_project(world, partners=("ningbo",)))
    assert todos(world, "hangzhou_clerk") == []
    world.clock.forward(days=65)
    for key in ("hangzhou_clerk", "hangzhou_head"):
        assert todos(world, key) == [("提交里程碑报告", "projects.report")]
    report(world, first)
    assert todos(world, "hangzhou_clerk") == []
    assert todos(world, "officer") == [("审核里程碑报告", "projects.check")]
    world.do("officer", return_milestone, (Milestone, first), "不足")
    assert todos(world, "hangzhou_head") == [("补充里程碑报告", "projects.report")]
    for key in ("ningbo_head", "approver", "auditor", "expert1", "sysadmin"):
        assert todos(world, key) == []


def test_a_finished_project_waits_for_its_outcome_then_for_acceptance(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world)
    finish_milestones(world, project_id)
    assert todos(world, "hangzhou_head") == [("核对并提交成果", "projects.outcome_check")]
    delivered_project(world, "ningbo")
    assert todos(world, "officer") == [("组织成果验收", "projects.outcome")]


def test_what_runs_is_shown_to_lead_partner_and_province(sqlite_world: World) -> None:
    world = sqlite_world
    opened_project(world, partners=("ningbo",))
    found = {
        key: ongoing(world, key)
        for key in ("hangzhou_clerk", "ningbo_head", "officer", "auditor", "anji_head", "expert1")
    }
    assert found == {
        "hangzhou_clerk": 1, "ningbo_head": 1, "officer": 1, "auditor": 1, "anji_head": 0, "expert1": 0,
    }  # fmt: skip
    with world.reading() as session, world.statements() as seen:
        todos_for(session, world.actor("officer"), world.clock())
    assert len([s for s in seen if "FROM milestone" in s or "FROM project" in s]) <= 2
