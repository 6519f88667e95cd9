"""What a job is, and the shift in which jobs run (定时任务)."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.core.actor import SYSTEM
from marketplace.core.database import database_now, reading_session, writing_session
from marketplace.core.dataclass import dataclass
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications import failures
from marketplace.notifications.lease import LostLease
from marketplace.web.runtime import Runtime

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shift:
    """值班: what a worker acts with. ``may_continue`` is asked between steps; ``confirm`` raises before a commit when
    another worker has taken over."""

    app: Flask
    may_continue: Callable[[], bool]
    confirm: Callable[[Session], None]

    @property
    def runtime(self) -> Runtime:
        parts: Runtime = self.app.extensions["marketplace"]
        return parts

    def now(self, session: Session) -> datetime:
        """The database's clock on PostgreSQL, the program's on SQLite."""
        return database_now(session, self.runtime.clock())

    @contextmanager
    def unit_of_work(self, *, fenced: bool = True) -> Iterator[UnitOfWork]:
        """A unit of work of the system, committed at the end of the block. Not ``fenced``: for what already happened
        outside (a mail left) and must be noted whoever holds the lease."""
        parts = self.runtime
        with writing_session(parts.engine) as session:
            uow = UnitOfWork(
                session,
                SYSTEM,
                self.now(session),
                parts.settings,
                parts.files,
                parts.reactions,
                parts.witnesses,
            )
            yield uow
            uow.react()
            if fenced:
                self.confirm(session)
            session.commit()


@dataclass(frozen=True, slots=True)
class Job:
    """Does what is due at ``uow.now``, in one transaction, and answers how many things it did; doing it again does
    nothing more."""

    name: str
    label: str
    run: Callable[[UnitOfWork], int]

    def go(self, shift: Shift) -> int:
        with shift.unit_of_work() as uow:
            return self.run(uow)


@dataclass(frozen=True, slots=True)
class SteppedJob:
    """A job that needs several small transactions of its own (mail between two of them)."""

    name: str
    label: str
    run: Callable[[Shift], int]

    def go(self, shift: Shift) -> int:
        return self.run(shift)


class Deed(Protocol):
    """What a row job does: everything due at ``uow.now``, or the one thing named, if it is still due. Answers how many
    things it did."""

    def __call__(self, uow: UnitOfWork, only: int | None = None, /) -> int: ...


class RowsFailed(Exception):
    """Some of a job's rows could not be done; each is on record and in the log."""


@dataclass(frozen=True, slots=True)
class RowJob:
    """A job over many things, each in a transaction of its own: one that fails is noted and tried again later, and
    never keeps the others waiting. ``due`` names what is due, the oldest first. ``sealed``: that there is something
    to do at all must not be told."""

    name: str
    label: str
    due: Callable[[Session, datetime], Sequence[int]]
    run: Deed
    sealed: bool = False

    def go(self, shift: Shift) -> int:
        done = failed = 0
        for key in self._ready(shift):
            if not shift.may_continue():
                break
            try:
                done += self._one(shift, key)
            except LostLease:
                raise
            except Exception as error:
                failed += 1
                self._note(shift, key, error)
        if failed:
            raise RowsFailed(f"{failed} of the rows of {self.name}")
        return done

    def _ready(self, shift: Shift) -> list[int]:
        """What is due and does not wait for its next try. What failed and is due no more is forgotten."""
        with reading_session(shift.runtime.engine) as session:
            now = shift.now(session)
            due = self.due(session, now)
            pausing = failures.pausing(session, self.name)
        over = pausing.keys() - set(due)
        if over:
            with shift.unit_of_work() as uow:
                failures.forget(uow.session, self.name, over)
        return [key for key in due if key not in pausing or pausing[key] <= now]

    def _one(self, shift: Shift, key: int) -> int:
        with shift.unit_of_work() as uow:
            done = self.run(uow, key)
            failures.forget(uow.session, self.name, [key])
        return done

    def _note(self, shift: Shift, key: int, error: Exception) -> None:
        which = "one row" if self.sealed else key
        log.error("job %s failed on %s and will try again", self.name, which, exc_info=error)
        with shift.unit_of_work(fenced=False) as uow:
            failures.note(uow, self.name, key, type(error).__name__, sealed=self.sealed)


AnyJob = Job | SteppedJob | RowJob
