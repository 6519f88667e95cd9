"""What a check is, and how it names what it finds."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass
from marketplace.core.files import FileStore


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may look at."""

    session: Session
    files: FileStore
    now: datetime
    trail_key: bytes


Check = Callable[[Context], Iterable[str]]
CHECKS: dict[str, Check] = {}


def check(run: Check) -> Check:
    """Registers a check under its name."""
    CHECKS[run.__name__.replace("_", "-")] = run
    return run


def ids(context: Context, what: str, query: Select[int]) -> list[str]:
    """The things with these numbers, each named."""
    return [f"{what} {key}" for key in context.session.scalars(query)]


def where(context: Context, model: type, *conditions: ColumnElement[bool]) -> list[str]:
    """The rows of this table for which all conditions hold, each named."""
    return ids(context, model.__name__, select(model.id).where(*conditions))  # type: ignore[attr-defined]
