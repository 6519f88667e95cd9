"""上传频次: how many files one person may upload within an hour, so that nobody fills the disk."""

from datetime import timedelta

from sqlalchemy import func, select

from marketplace.audit.models import AuditRow
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.events import FileAttached, FileHeld, FileTurnedAway

MOST_AN_HOUR = 100
UPLOADS = tuple(event.__name__ for event in (FileAttached, FileHeld, FileTurnedAway))


def is_too_fast(uow: UnitOfWork, more: int) -> bool:
    """Whether so many more uploads are beyond what the actor may bring within an hour. The trail tells, its sealed rows
    too: they are her own. The system has no bound."""
    if uow.actor.person_id is None or not more:
        return False
    rows = select(func.count()).where(
        AuditRow.person_id == uow.actor.person_id,
        AuditRow.at > uow.now - timedelta(hours=1),
        AuditRow.action.in_(UPLOADS),
    )
    return int(uow.session.scalar(rows) or 0) + more > MOST_AN_HOUR
