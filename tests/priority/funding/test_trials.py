"""资金假设测算: other terms computed apart, beside the official plan, which stays as it is."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.computations.models import Computation
from marketplace.core.errors import Invalid, Refused
from marketplace.priority.funding.factors import Factor
from marketplace.priority.funding.models import FundingTrial
from marketplace.priority.funding.terms import Group, Terms, Year
from marketplace.priority.funding.trials import try_terms
from marketplace.priority.operations import publish_list
from tests.priority.funding.conftest import Scene
from tests.priority.funding.test_operations import problems, standing
from tests.support.funding import WAN, Round
from tests.support.world import World

TYPED = {"years-0-year": "2026", "years-0-envelope": "110", "cut_off": "70"}


def other(envelope: int = 110, groups: tuple[Group, ...] = (), factors: tuple[Factor, ...] = ()) -> Terms:
    return Terms((Year(2026, envelope * WAN),), "70", groups, factors=factors)


def link(world: World, one: Round, typed: dict[str, str]) -> str:
    answer = world.browser("officer").post(f"/priority/{one.id}/funding/what-if", typed)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def test_a_trial_stands_beside_the_official_plan_and_changes_nothing(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    before = standing(world, one)
    officer = world.browser("officer")
    here = f"/priority/{one.id}/funding"
    assert f"{here}/what-if" in officer.get(here).text
    assert 'value="170.00"' in officer.get(f"{here}/what-if").text
    typed = TYPED | {"groups-0-subject": "level:county", "groups-0-least": "1"}
    address = link(world, one, typed)
    assert "取消计算" in officer.get(address).text
    assert link(world, one, typed) == address, "the same numbers have the same address"
    world.compute()
    for browser in (officer, world.browser("auditor")):
        page = browser.get(address).text
        assert "调出示例榜题" in page.replace("<strong>", "")
        assert "正式方案" in page
        assert "县级单位的项目不少于1个" in page
    english = world.browser("approver", "en").get(address).text
    assert "Beside the official plan" in english
    assert standing(world, one).proposal == before.proposal
    for key, status in (("ningbo_head", 403), ("hangzhou_clerk", 403), ("sysadmin", 403)):
        assert world.browser(key).get(address).status_code == status
    assert world.browser("auditor").post(f"{here}/what-if", TYPED).status_code == 403
    assert officer.get(f"{here}/what-if/999").status_code == 404


def test_a_published_round_is_tried_on_its_snapshot(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    snapshot = world.do("approver", publish_list, one.key)
    address = link(world, one, TYPED | {"factors-0-subject": "level:county", "factors-0-factor": "2"})
    world.compute()
    page = world.browser("officer").get(address).text
    assert "依据第 1 号快照" in page
    assert "战略系数2.00" in page
    with world.reading() as session:
        (kept,) = session.get_one(type(snapshot), snapshot.id).plist.snapshots
        assert kept.sha256 == snapshot.sha256


def test_when_the_basis_has_changed_the_trial_says_so(planned_scene: Scene) -> None:
    from marketplace.priority.funding import operations
    from tests.priority.funding.test_operations import queries_request

    world, one = planned_scene.world, planned_scene.round
    address = link(world, one, TYPED)
    world.compute()
    world.do(
        "officer", operations.return_request, one.key, queries_request(world, one, "wenzhou"), "重复（示例）"
    )
    page = world.browser("officer").get(address).text
    assert "请重新试算" in page
    assert "与正式方案对照" not in page


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (other(110, (Group("level:county", least=3),)), "groups.0.least"),
        (other(90, (Group("level:county", least=2),)), "groups.0.least"),
        (other(200, (Group("level:county", least=2, share=40),)), "groups.0.share"),
        (other(200, (Group("level:county", most=1), Group("city:*", least=2))), "groups.1.least"),
        (other(110, (Group("level:county", least=2, most=1),)), "groups.0.subject"),
        (other(0), "years.0.envelope"),
        (Terms((Year(2027, 110 * WAN),), "70"), "years"),
        (other(110, (), (Factor("level:county", "3"),)), "factors.0.factor"),
    ],
)
def test_what_contradicts_itself_is_told_at_its_field_before_anything_is_computed(
    planned_scene: Scene, terms: Terms, field: str
) -> None:
    world, one = planned_scene.world, planned_scene.round
    assert list(problems(world, "officer", try_terms, one.key, terms)) == [field]
    with world.reading() as session:
        assert session.scalar(select(func.count(FundingTrial.id))) == 0


def test_what_only_the_solver_finds_is_told_at_the_fields_too(planned_scene: Scene) -> None:
    """Two of the cities and two of the counties do not fit into 150."""
    world, one = planned_scene.world, planned_scene.round
    typed = TYPED | {
        "years-0-envelope": "150", "groups-0-subject": "level:county", "groups-0-least": "2",
        "groups-1-subject": "level:municipal", "groups-1-least": "2",
    }  # fmt: skip
    address = link(world, one, typed)
    world.compute()
    page = world.browser("officer").get(address).text
    assert "资金规则互相矛盾" in page
    for field, text in (
        ("years-0-envelope", "从150万元增加到200万元"),
        ("groups-0-least", "降为“不少于1个”"),
        ("groups-1-least", "降为“不少于1个”"),
    ):
        (error,) = re.findall(rf'id="{field}-error"[^>]*>(.*?)</p>', page, re.DOTALL)
        assert text in error


def test_who_may_try_and_when(drafted_scene: Scene) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    given: Any = other()
    with pytest.raises(Refused, match="规则公布后"):
        world.do("officer", try_terms, one.key, given)
    assert world.browser("officer").get(f"/priority/{one.id}/funding/what-if").status_code == 404
    from tests.support.funding import confirmed
    from tests.support.funding import terms as official

    confirmed(world, one, official(world))
    with pytest.raises(Invalid) as refused:
        world.do("officer", try_terms, one.key, given)
    assert "plan" in refused.value.problems
    with world.reading() as session:
        assert (
            session.scalar(select(func.count(Computation.id)).where(Computation.kind == "funding_trial")) == 0
        )
