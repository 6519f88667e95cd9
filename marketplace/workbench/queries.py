"""What the workbench shows: collected from the steps, a constant number of statements for each role."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.work import WorkItem

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when something waits that has no date."""
Source = Callable[[Session, Actor, datetime], Sequence[WorkItem]]


def collect(sources: Sequence[Source], session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """The items of all steps, the most urgent first; what has no deadline stands last, oldest first."""
    items = [item for source in sources for item in source(session, actor, now)]
    return sorted(items, key=_urgency)


def _urgency(item: WorkItem) -> tuple[bool, datetime, datetime]:
    return item.due_at is None, item.due_at or ALWAYS, item.since or ALWAYS
