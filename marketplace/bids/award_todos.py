"""What waits for the province in awarding."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from marketplace.bids.models import AwardDecision
from marketplace.bids.workflow import AwardState
from marketplace.core.actor import PROVINCE_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem
from marketplace.reviews.models import Panel
from marketplace.reviews.workflow import PanelState, SubjectKind
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState

MOST = 50


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """提出立项意见 where a result stands; 复核立项意见 for the approver who did not propose. One statement."""
    if not actor.has(*PROVINCE_ROLES):
        return []
    return [item for row in _in_award(session) if (item := _todo(actor, *row)) is not None]


def ongoing_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """Proposals that wait for somebody else."""
    if not actor.has(*PROVINCE_ROLES):
        return []
    return [
        _item(N_("立项意见等待复核"), topic, decision.proposed_at)
        for topic, _, decision in _in_award(session)
        if decision is not None and not _may_confirm(actor, decision)
    ]


def _in_award(session: Session) -> list[tuple[Topic, Panel, AwardDecision | None]]:
    query = (
        select(Topic, Panel, AwardDecision)
        .join(Panel, and_(Panel.topic_id == Topic.id, Panel.subject_kind == SubjectKind.BID))
        .outerjoin(
            AwardDecision,
            and_(AwardDecision.topic_id == Topic.id, AwardDecision.state == AwardState.PROPOSED),
        )
        .where(Topic.state == TopicState.IN_REVIEW, Panel.state == PanelState.CONCLUDED)
        .order_by(Panel.concluded_at, Topic.id)
        .limit(MOST)
    )
    return [(topic, panel, decision) for topic, panel, decision in session.execute(query)]


def _todo(actor: Actor, topic: Topic, panel: Panel, decision: AwardDecision | None) -> WorkItem | None:
    if decision is None:
        return _item(N_("提出立项意见"), topic, panel.concluded_at)
    return _item(N_("复核立项意见"), topic, decision.proposed_at) if _may_confirm(actor, decision) else None


def _may_confirm(actor: Actor, decision: AwardDecision) -> bool:
    return actor.has(Role.APPROVER) and decision.proposed_by != actor.person_id


def _item(what: str, topic: Topic, since: datetime | None) -> WorkItem:
    return WorkItem(
        what, topic.title, "awards.page", {"topic_id": topic.id}, None, since, is_sample=topic.is_sample
    )
