"""What the workbench shows: collected from the steps, a constant number of statements for each role."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.core.actor import Actor
from marketplace.core.work import WorkItem

Source = Callable[[Session, Actor, datetime], Sequence[WorkItem]]
DONE_LIMIT = 20


def collect(sources: Sequence[Source], session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """The items of all steps, the most urgent first; what has no deadline stands last, oldest first."""
    items = [item for source in sources for item in source(session, actor, now)]
    return sorted(items, key=_urgency)


def _urgency(item: WorkItem) -> tuple[bool, float, float]:
    due = item.due_at.timestamp() if item.due_at else 0.0
    since = item.since.timestamp() if item.since else 0.0
    return (item.due_at is None, due, since)


def done_by(session: Session, person_id: int) -> Sequence[AuditRow]:
    """已办: what this person did last. One's own deeds may be seen though others may not yet know of them."""
    query = (
        select(AuditRow)
        .where(
            AuditRow.person_id == person_id,
            AuditRow.outcome == "done",
            AuditRow.subject_kind.in_(
                ("challenge_list", "topic", "bid", "panel", "project", "priority_list")
            ),
        )
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
        .limit(DONE_LIMIT)
    )
    return session.scalars(query).all()
