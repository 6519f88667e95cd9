"""The workbench names what of funding waits, and for whom."""

from marketplace.priority.funding import operations
from marketplace.priority.funding.models import FundingTerms
from marketplace.priority.funding.queries import terms_of
from marketplace.priority.funding.todos import todos_for
from tests.priority.funding.conftest import Scene
from tests.priority.funding.test_operations import deviate
from tests.support.funding import Round, confirmed, requested, terms
from tests.support.world import World


def newest(world: World, one: Round) -> tuple[type[FundingTerms], int]:
    with world.reading() as session:
        return (FundingTerms, terms_of(session, one.id)[0].id)


def waiting(world: World, key: str) -> list[str]:
    actor = world.actor(key)
    with world.statements() as seen, world.reading() as session:
        found = [item.what for item in todos_for(session, actor, world.clock())]
    assert len(seen) <= 1
    return found


def test_terms_then_requests(drafted_scene: Scene) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    world.do("officer", operations.draft_terms, one.key, terms(world))
    assert waiting(world, "approver") == [], "they are announced with the round"
    assert waiting(world, "ningbo_clerk") == []
    confirmed(world, one, terms(world))
    world.do("officer", operations.draft_terms, one.key, terms(world, 150), "下达数调整（示例）")
    assert waiting(world, "approver") == ["确认资金规则"]
    world.do("approver", operations.confirm_terms, one.key, newest(world, one))
    assert waiting(world, "approver") == []
    assert waiting(world, "ningbo_clerk") == waiting(world, "ningbo_head") == ["申请项目资金"]
    assert waiting(world, "jiaxing_clerk") == [], "no project of theirs"
    requested(world, one, "ningbo")
    assert waiting(world, "ningbo_clerk") == []
    assert waiting(world, "anji_clerk") == ["申请项目资金"]
    world.clock.forward(days=11)
    assert waiting(world, "anji_clerk") == [], "too late"


def test_deviations_wait_for_another(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    deviate(world, one, "anji", 0)
    assert waiting(world, "approver") == ["确认会议偏离意见"]
    assert waiting(world, "officer") == []
    page = world.browser("approver").get("/workbench").text
    assert f"/priority/{one.id}/funding" in page
