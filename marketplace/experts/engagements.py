"""Where an expert has judged (评审经历). This step knows no panels: they bind themselves here (in wiring)."""

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Engagement:
    """One seat on a panel: what it was about, from when to when, what became of it, and how it was rated."""

    title: str
    began_at: datetime
    ended_at: datetime | None
    state: str
    """A msgid."""
    tone: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    score: int | None = None
    reason: str = ""
    is_sample: bool = False


Lookup = Callable[[Session, int, bool], Sequence[Engagement]]
"""``lookup(session, expert_id, own)``: for the office, or (``own``) what the expert herself may know of."""
ENGAGEMENTS: dict[str, Lookup] = {}


def engagements_of(session: Session, expert_id: int, *, own: bool = False) -> list[Engagement]:
    """All seats, the newest first."""
    found = [one for lookup in ENGAGEMENTS.values() for one in lookup(session, expert_id, own)]
    return sorted(found, key=lambda one: one.began_at, reverse=True)
