"""Everybody finds her workbench after signing in, whatever her role."""

import pytest

from marketplace.audit.models import AuditRow
from marketplace.sample.cast import CAST
from marketplace.topics.models import Topic
from marketplace.workbench.done import done_by
from tests.support.builders import build_topic
from tests.support.world import World
from tests.topics.content import published_topic


@pytest.mark.parametrize("key", [part.key for part in CAST])
@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_workbench_answers_for_everybody(sqlite_world: World, key: str, language: str) -> None:
    page = sqlite_world.browser(key, language).get("/workbench")
    assert page.status_code == 200
    assert ("待办" if language != "en" else "To do") in page.get_data(as_text=True)


def test_what_was_done_names_its_object_and_leads_back_to_it(world: World) -> None:
    topic_id = published_topic(world)
    page = world.browser("officer").get("/workbench").get_data(as_text=True)
    done = page[page.index('id="done"') :]
    with world.uow("officer") as uow:
        topic = uow.session.get_one(Topic, topic_id)
        assert topic.title in done
        assert f'href="/manage/topics/{topic_id}"' in done
        assert topic.list.title in done


def test_the_same_act_on_the_same_object_is_one_line(world: World) -> None:
    with world.uow("officer") as uow:
        panel = build_topic(uow)
        for number in (1, 2, 3):
            uow.session.add(
                AuditRow(
                    at=uow.now,
                    action="SeatAdded",
                    label="选入专家",
                    person_id=uow.actor.person_id,
                    person_name="省局经办",
                    organisation_id=None,
                    organisation_name="省局",
                    subject_kind="topic",
                    subject_id=panel.id,
                    details={"number": number},
                )  # fmt: skip
            )
    page = world.browser("officer").get("/workbench").get_data(as_text=True)
    assert page.count("选入专家（3次）") == 1


def test_the_deeds_cost_two_statements_whatever_was_done(sqlite_world: World) -> None:
    def asked() -> int:
        with sqlite_world.uow("officer") as uow, sqlite_world.statements() as statements:
            assert uow.actor.person_id is not None
            done_by(uow.session, uow.actor.person_id)
        return len(statements)

    few = asked()
    for number in range(5):
        published_topic(sqlite_world, number)
    assert asked() == few
