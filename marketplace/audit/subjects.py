"""How an audited object is called: each step of the story binds its own where everything is wired (对象名称)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow

NameLookup = Callable[[Session, set[int]], Mapping[int, str]]

NAMES: dict[str, NameLookup] = {}
"""Kind of object → lookup of many names in one statement. A kind that is not here has no name on the page."""


def by_column(key: Any, name: Any) -> NameLookup:
    """The lookup of objects whose name is a column."""

    def look(session: Session, ids: set[int]) -> dict[int, str]:
        return {found: text for found, text in session.execute(select(key, name).where(key.in_(ids)))}

    return look


def names_of(session: Session, rows: Iterable[AuditRow]) -> dict[tuple[str, int], str]:
    """The names of all objects of these rows: one statement for each kind."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.subject_id is not None and row.subject_kind in NAMES:
            wanted.setdefault(row.subject_kind, set()).add(row.subject_id)
    return {
        (kind, key): name for kind, ids in wanted.items() for key, name in NAMES[kind](session, ids).items()
    }
