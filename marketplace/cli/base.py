"""What the commands share: a session for looking, a unit of work of the system, lines for a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.core.actor import SYSTEM
from marketplace.core.clock import to_beijing
from marketplace.core.database import database_now, reading_session, writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.web.requests import unit_of_work
from marketplace.web.runtime import runtime


@contextmanager
def looking() -> Iterator[Session]:
    """A session that only reads."""
    with reading_session(runtime().engine) as session:
        yield session


@contextmanager
def doing() -> Iterator[UnitOfWork]:
    """A unit of work of the system, committed at the end of the block."""
    parts = runtime()
    with writing_session(parts.engine) as session:
        uow = unit_of_work(session, SYSTEM, database_now(session, parts.clock()))
        yield uow
        uow.commit()


def moment(value: datetime | None) -> str:
    """Beijing time to the second."""
    return f"{to_beijing(value):%Y-%m-%d %H:%M:%S}" if value else "-"


def printable(text: str) -> str:
    """One line that cannot command the terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
