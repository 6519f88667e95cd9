"""What the workbench shows: collected from the steps, a constant number of statements for each role."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.work import WorkItem

Source = Callable[[Session, Actor, datetime], Sequence[WorkItem]]


def collect(sources: Sequence[Source], session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """The items of all steps, the most urgent first; what has no deadline stands last, oldest first."""
    items = [item for source in sources for item in source(session, actor, now)]
    return sorted(items, key=_urgency)


def _urgency(item: WorkItem) -> tuple[bool, float, float]:
    due = item.due_at.timestamp() if item.due_at else 0.0
    since = item.since.timestamp() if item.since else 0.0
    return (item.due_at is None, due, since)
