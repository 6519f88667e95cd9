"""What a job could not do (未办成的事项): on record until it succeeds or is due no more, tried again after pauses."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.audit.operations import record
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import JobFailure

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""After each vain try the next pause; the last one again and again: what is due stays due."""


def pausing(session: Session, job: str) -> dict[int, datetime]:
    """The rows of a job that failed, with the moment of the next try."""
    query = select(JobFailure.key, JobFailure.next_at).where(JobFailure.job == job)
    return {key: moment for key, moment in session.execute(query)}


def forget(session: Session, job: str, keys: Collection[int]) -> None:
    """These rows are done, or due no more."""
    session.execute(delete(JobFailure).where(JobFailure.job == job, JobFailure.key.in_(keys)))


def note(uow: UnitOfWork, job: str, key: int, error: str, *, sealed: bool = False) -> None:
    """One more vain try. The first is in the trail too, with the kind of error only: its text, and which row it was,
    may tell what is sealed."""
    failure = uow.session.get(JobFailure, (job, key))
    if failure is None:
        failure = JobFailure(job=job, key=key, sealed=sealed, tries=0, first_at=uow.now)
        uow.session.add(failure)
        record(
            uow, action="job", label=N_("定时任务失败"), subject_kind="job", outcome="failed",
            details={"job": job, "error": error},
        )  # fmt: skip
    failure.error, failure.last_at = error, uow.now
    failure.next_at = uow.now + PAUSES[min(failure.tries, len(PAUSES) - 1)]
    failure.tries += 1
