"""A deviation rests on a named, dated meeting, like any other opinion of the meeting."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from marketplace.core.errors import Invalid
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority.archive import pack, verify
from marketplace.priority.funding import operations
from marketplace.priority.funding.models import FundingDeviation
from marketplace.priority.held import Held
from marketplace.priority.models import PriorityList
from marketplace.priority.operations import publish_list
from tests.priority.funding.conftest import Scene
from tests.priority.funding.test_operations import deviate, problems, standing
from tests.support.funding import planned, terms
from tests.support.rounds import MEETING, held
from tests.support.world import World

REASON = "会议研究（示例）"


def of_old(world: World) -> None:
    with world.uow() as uow:
        uow.session.execute(update(FundingDeviation).values(meeting_name=None, meeting_on=None))


def test_the_published_plan_names_the_meeting(world: World) -> None:
    one = planned(world, terms(world, 170))
    made = deviate(world, one, "anji", 0)
    with world.reading() as session:
        assert session.scalars(select(FundingDeviation)).one().held == held(world)
    world.do("approver", operations.confirm_deviation, one.key, (FundingDeviation, made.id))
    content = world.do("approver", publish_list, one.key).content
    assert content["plan"]["deviations"][0]["meeting"] == held(world).record()
    assert verify(pack(content)).findings == ()
    told = world.browser("hangzhou_head", "en").get(f"/priority/{one.id}/snapshots/1").text
    assert f"Meeting: {MEETING}, " in told


@pytest.mark.parametrize(
    ("name", "days", "field"),
    [
        ("", 0, "meeting_name"),
        ("会" * 101, 0, "meeting_name"),
        (MEETING, 1, "meeting_on"),
        (MEETING, -400, "meeting_on"),
        (MEETING, None, "meeting_on"),
    ],
)
def test_no_deviation_without_a_proper_meeting(
    planned_scene: Scene, name: str, days: int | None, field: str
) -> None:
    world, one = planned_scene.world, planned_scene.round
    today = held(world).on or date.min
    bad = Held(name, None if days is None else today + timedelta(days=days))
    wrong = problems(
        world, "officer", operations.propose_deviation, one.key, one.projects["anji"], [0], REASON, bad
    )
    assert set(wrong) == {field}


def test_the_form_keeps_what_was_typed_and_is_filled_for_the_next(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    officer = world.browser("officer")
    url = f"/priority/{one.id}/funding/deviate/{one.projects['anji']}"
    assert MEETING not in officer.get(url).text
    good = {
        "years-0-amount": "0", "reason": REASON, "meeting_name": MEETING, "meeting_on": held(world).day,
    }  # fmt: skip
    for change, told in (
        ({"meeting_name": ""}, "请填写会议名称，不超过100字"),
        ({"meeting_on": ""}, "请填写会议日期"),
        ({"meeting_on": "2026-13-01"}, 'value="2026-13-01"'),
    ):
        bad = officer.post(url, {**good, **change})
        assert (bad.status_code, told in bad.text, REASON in bad.text) == (422, True, True)
    assert officer.post(url, good).status_code == 302
    other = officer.get(url.replace(str(one.projects["anji"]), str(one.projects["hangzhou"]))).text
    assert f'value="{MEETING}"' in other
    assert f'value="{held(world).day}"' in other
    shown = world.browser("approver").get(f"/priority/{one.id}/funding").text
    assert f"会议：{MEETING}，" in shown[shown.index('id="deviations"') :]


def test_a_deviation_of_old_counts_and_can_be_given_its_meeting(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    made = deviate(world, one, "anji", 0)
    world.do("approver", operations.confirm_deviation, one.key, (FundingDeviation, made.id))
    with pytest.raises(Invalid):
        deviate(world, one, "anji", 0)
    of_old(world)
    shown = world.browser("approver").get(f"/priority/{one.id}/funding").text
    assert "会议偏离：" in shown
    assert "会议：" not in shown
    assert "meeting" not in standing(world, one).counted[0]
    again = deviate(world, one, "anji", 0)
    world.do("approver", operations.confirm_deviation, one.key, (FundingDeviation, again.id))
    content = world.do("approver", publish_list, one.key).content
    assert [found.get("meeting") for found in content["plan"]["deviations"]] == [None, held(world).record()]
    assert verify(pack(content)).findings == ()


def test_a_plan_with_deviations_of_old_alone_is_published(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    made = deviate(world, one, "anji", 0)
    of_old(world)
    world.do("approver", operations.confirm_deviation, one.key, (FundingDeviation, made.id))

    def publish(uow: UnitOfWork, plist: PriorityList) -> dict[str, object]:
        return publish_list(uow, plist).content

    content = world.do("approver", publish, one.key)
    assert "meeting" not in content["plan"]["deviations"][0]
    assert verify(pack(content)).findings == ()
