"""What waits for the officers and approvers of the province, and which topics are running."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.workflow import ListState, TopicState

MOST = 100


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """待办: an officer's own drafts; for an approver what others have submitted and lists to publish."""
    found: list[WorkItem] = []
    if actor.has(Role.OFFICER):
        found += [_draft(topic) for topic in _own_drafts(session, actor)]
    if actor.has(Role.APPROVER):
        found += [_approval(topic) for topic in _submitted(session, actor)]
        found += [_list(item) for item in _draft_lists(session)]
    return found


def ongoing_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """进行中: scheduled and open topics, for the province."""
    if not actor.has(Role.OFFICER, Role.APPROVER):
        return []
    running = (TopicState.SCHEDULED, TopicState.OPEN)
    query = select(Topic).where(Topic.state.in_(running)).order_by(Topic.deadline, Topic.id).limit(MOST)
    return [_running(topic) for topic in session.scalars(query)]


def _own_drafts(session: Session, actor: Actor) -> Sequence[Topic]:
    query = select(Topic).where(Topic.state == TopicState.DRAFT, Topic.drafted_by == actor.person_id)
    return session.scalars(query.order_by(Topic.id).limit(MOST)).all()


def _submitted(session: Session, actor: Actor) -> Sequence[Topic]:
    query = select(Topic).where(
        Topic.state == TopicState.IN_APPROVAL, Topic.submitted_by.is_distinct_from(actor.person_id)
    )
    return session.scalars(query.order_by(Topic.id).limit(MOST)).all()


def _draft_lists(session: Session) -> Sequence[ChallengeList]:
    query = select(ChallengeList).where(ChallengeList.state == ListState.DRAFT)
    return session.scalars(query.order_by(ChallengeList.id).limit(MOST)).all()


def _draft(topic: Topic) -> WorkItem:
    what = N_("修改被退回的榜题") if topic.returned_reason else N_("完成榜题草稿并提交审定")
    return _item(what, topic, "topics.check")


def _approval(topic: Topic) -> WorkItem:
    return _item(N_("审定榜题"), topic, "topics.approval")


def _running(topic: Topic) -> WorkItem:
    if topic.state == TopicState.SCHEDULED:
        return _item(N_("待发榜"), topic, "topics.show", due_at=topic.publish_at)
    return _item(N_("揭榜中"), topic, "topics.show", due_at=topic.deadline)


def _item(what: str, topic: Topic, endpoint: str, due_at: datetime | None = None) -> WorkItem:
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
