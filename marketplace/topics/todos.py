"""What waits for the officers and approvers of the province, and which topics are running."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, select, union_all
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem, asked_once
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.workflow import ListState, TopicState

MOST = 50
LINE = (
    Topic.id, Topic.code, Topic.title, Topic.state, Topic.returned_reason, Topic.submitted_by, Topic.publish_at,
    Topic.deadline, Topic.is_sample,
)  # fmt: skip
RUNNING = (TopicState.SCHEDULED, TopicState.OPEN)


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """待办: an officer's own drafts; for an approver what others have submitted and lists to publish."""
    found: list[WorkItem] = []
    if actor.has(Role.OFFICER):
        found += [_draft(topic) for topic in _at_work(session, actor) if topic.state == TopicState.DRAFT]
    if actor.has(Role.APPROVER):
        found += [_approval(topic) for topic in _submitted(session, actor)]
        found += [_list(item) for item in _draft_lists(session)]
    return found


def ongoing_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """进行中: scheduled and open topics, for the province."""
    if not actor.has(Role.OFFICER, Role.APPROVER):
        return []
    return [_running(topic) for topic in _at_work(session, actor) if topic.state in RUNNING]


def _at_work(session: Session, actor: Actor) -> Sequence[Any]:
    """The actor's drafts, and the running topics with the nearest deadlines: one statement, each part of it in the
    order of an index."""

    def ask() -> Sequence[Any]:
        return session.execute(_drafts_and_running(), {"person": actor.person_id}).all()

    return asked_once(session, "topics", ask)


@cache
def _drafts_and_running() -> Executable:
    drafts = select(*LINE).where(Topic.state == TopicState.DRAFT, Topic.drafted_by == bindparam("person"))
    running = (
        select(*LINE).where(Topic.state == state).order_by(Topic.deadline, Topic.id) for state in RUNNING
    )
    ordered = drafts.order_by(Topic.deadline, Topic.id)
    parts = (query.limit(MOST).subquery() for query in (ordered, *running))
    return union_all(*(select(part) for part in parts))


def _submitted(session: Session, actor: Actor) -> Sequence[Any]:
    query = select(*LINE).where(
        Topic.state == TopicState.IN_APPROVAL, Topic.submitted_by.is_distinct_from(actor.person_id)
    )
    return session.execute(query.order_by(Topic.id).limit(MOST)).all()


def _draft_lists(session: Session) -> Sequence[ChallengeList]:
    query = select(ChallengeList).where(ChallengeList.state == ListState.DRAFT)
    return session.scalars(query.order_by(ChallengeList.id).limit(MOST)).all()


def _draft(topic: Any) -> WorkItem:
    what = N_("修改被退回的榜题") if topic.returned_reason else N_("完成榜题草稿并提交审定")
    return _item(what, topic, "topics.check")


def _approval(topic: Any) -> WorkItem:
    return _item(N_("审定榜题"), topic, "topics.approval")


def _running(topic: Any) -> WorkItem:
    if topic.state == TopicState.SCHEDULED:
        return _item(N_("待发榜"), topic, "topics.show", due_at=topic.publish_at)
    return _item(N_("揭榜中"), topic, "topics.show", due_at=topic.deadline)


def _item(what: str, topic: Any, endpoint: str, due_at: datetime | None = None) -> WorkItem:
    return WorkItem(
        what, topic.title or topic.code, endpoint, {"topic_id": topic.id}, due_at, is_sample=topic.is_sample
    )


def _list(item: ChallengeList) -> WorkItem:
    return WorkItem(
        N_("核对规则并发布榜单"),
        item.title,
        "topics.show_list",
        {"list_id": item.id},
        is_sample=item.is_sample,
    )
