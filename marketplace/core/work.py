"""What waits for whom (待办): each step of the story answers it in the same form; the workbench only collects."""

from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass

Rows = TypeVar("Rows")


@dataclass(
    slots=True
)  # not frozen: the workbench makes some hundreds at a time, and that takes twice as long
class WorkItem:
    """One line of the workbench: ``what`` is a Chinese msgid filled by ``params``; ``subject`` names the object;
    ``endpoint`` and ``values`` lead to it in one click; ``due_at`` is the first moment that is too late."""

    what: str
    subject: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    since: datetime | None = None
    params: dict[str, Any] = field(default_factory=dict)
    is_sample: bool = False


def asked_once(session: Session, name: str, ask: Callable[[], Rows]) -> Rows:
    """The answer of ``ask``, kept as long as this session lives: what waits and what runs often stand in the same
    rows. Only for pages that read."""
    known: dict[str, Rows] = session.info.setdefault("asked_once", {})
    if name not in known:
        known[name] = ask()
    return known[name]
