"""What a job is, and the shift in which jobs run (定时任务)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.core.actor import SYSTEM
from marketplace.core.database import database_now, writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.web.runtime import Runtime


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


AnyJob = Job | SteppedJob
