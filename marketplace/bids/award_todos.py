"""What waits for the province in awarding."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from marketplace.bids.models import AwardDecision
from marketplace.bids.workflow import AwardState
from marketplace.core.actor import PROVINCE_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem, asked_once
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState

MOST = 50


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """提出立项意见 where a result stands; 复核立项意见 for the approver who did not propose. One statement."""
    if not actor.has(*PROVINCE_ROLES):
        return []
    return [item for row in _in_award(session) if (item := _todo(actor, row)) is not None]


def ongoing_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """Proposals that wait for somebody else."""
    if not actor.has(*PROVINCE_ROLES):
        return []
    return [
        _item(N_("立项意见等待复核"), row, row.proposed_at)
        for row in _in_award(session)
        if row.proposed_at is not None and not _may_confirm(actor, row)
    ]


def _in_award(session: Session) -> Sequence[Any]:
    return asked_once(session, "awards", lambda: session.execute(_awards()).all())


@cache
def _awards() -> Any:
    """Topics with a result and no award yet, with the proposal that lies before the approver if there is one."""
    proposed = and_(AwardDecision.topic_id == Topic.id, AwardDecision.state == AwardState.PROPOSED)
    return (
        select(
            Topic.id, Topic.title, Topic.is_sample, Topic.result_at, AwardDecision.proposed_at,
            AwardDecision.proposed_by,
        )
        .outerjoin(AwardDecision, proposed)
        .where(Topic.state == TopicState.IN_REVIEW, Topic.result_at.is_not(None))
        .order_by(Topic.result_at, Topic.id)
        .limit(MOST)
    )  # fmt: skip


def _todo(actor: Actor, row: Any) -> WorkItem | None:
    if row.proposed_at is None:
        return _item(N_("提出立项意见"), row, row.result_at)
    return _item(N_("复核立项意见"), row, row.proposed_at) if _may_confirm(actor, row) else None


def _may_confirm(actor: Actor, row: Any) -> bool:
    return actor.has(Role.APPROVER) and row.proposed_by != actor.person_id


def _item(what: str, row: Any, since: datetime | None) -> WorkItem:
    return WorkItem(
        what, row.title, "awards.page", {"topic_id": row.id}, None, since, is_sample=row.is_sample
    )
