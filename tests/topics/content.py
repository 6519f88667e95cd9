"""A complete text of a topic, as the reference file has it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.topics.content import TopicContent
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.operations import approve_topic, draft_list, draft_topic, publish_list, submit_topic
from marketplace.topics.reference import topics_from_json
from tests.support.staging import staged
from tests.support.world import World


def complete(now: datetime, number: int = 0, **changes: Any) -> TopicContent:
    """The text of one sample topic with a deadline in thirty days."""
    _, content = topics_from_json()[number]
    return replace(content, deadline=now + timedelta(days=30), **changes)


@staged
def make_list(world: World, publish: bool = True, **more: Any) -> int:
    """A list, published unless told otherwise."""

    def draft(uow: UnitOfWork) -> int:
        return draft_list(uow, title="2026年度第一批榜单（示例）", year=2026, is_sample=True, **more).id

    list_id: int = world.do("officer", draft)
    if publish:
        world.do("approver", publish_list, (ChallengeList, list_id))
    return list_id


def make_topic(world: World, list_id: int, number: int = 0, **changes: Any) -> int:
    """A draft with a complete text."""

    def draft(uow: UnitOfWork) -> int:
        challenge_list = uow.session.get_one(ChallengeList, list_id)
        return draft_topic(uow, challenge_list, complete(uow.now, number, **changes), is_sample=True).id

    made: int = world.do("officer", draft)
    return made


@staged
def published_topic(world: World, number: int = 0, list_id: int | None = None, **changes: Any) -> int:
    """A topic that is open for bids."""
    topic_id = make_topic(world, list_id or make_list(world), number, **changes)
    world.do("officer", submit_topic, (Topic, topic_id))
    world.do("approver", approve_topic, (Topic, topic_id))
    return topic_id
