"""已办: what a person did last, with the object it was done to and the way back to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import CompoundSelect, Executable, Select, String, bindparam, cast, literal, select, union_all
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.bids.queries import titles_of
from marketplace.priority.models import PriorityList
from marketplace.projects.models import Project
from marketplace.reviews.models import Panel
from marketplace.topics.models import ChallengeList, Topic

READ_LIMIT = 60
SHOWN = 12

ENDPOINTS = {
    "challenge_list": ("topics.show_list", "list_id"),
    "topic": ("topics.show", "topic_id"),
    "bid": ("bids.show", "bid_id"),
    "panel": ("reviews.panel", "panel_id"),
    "project": ("projects.show", "project_id"),
    "priority_list": ("priority.show", "list_id"),
}
"""The kinds of object a deed is shown for, with the page of each and the name of its key there."""

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of 已办: the same act on the same object, done ``count`` times in a row, the last one at ``at``.
    ``action`` is a msgid; ``subject`` is empty for an object that is gone."""

    action: str
    at: datetime
    subject: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    count: int = 1


def done_by(session: Session, person_id: int) -> list[Deed]:
    """The newest deeds first, in two statements. One's own deeds may be seen though others may not yet know of
    them."""
    groups = _grouped(session.execute(_own_rows(), {"person": person_id}).all())[:SHOWN]
    names = _subjects(session, {_key(rows[0]) for rows in groups})
    return [_deed(rows, names) for rows in groups]


@cache
def _own_rows() -> Executable:
    return (
        select(AuditRow.label, AuditRow.at, AuditRow.subject_kind, AuditRow.subject_id, AuditRow.reason)
        .where(
            AuditRow.person_id == bindparam("person"),
            AuditRow.outcome == "done",
            AuditRow.subject_kind.in_(ENDPOINTS),
        )
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
        .limit(READ_LIMIT)
    )


def _key(row: Any) -> Key:
    return row.subject_kind, row.subject_id or 0


def _grouped(rows: Sequence[Any]) -> list[list[Any]]:
    same = groupby(rows, lambda row: (row.label, row.subject_kind, row.subject_id))
    return [list(group) for _key, group in same]


def _subjects(session: Session, keys: set[Key]) -> dict[Key, str]:
    wanted: dict[str, list[int]] = {kind: [] for kind in ENDPOINTS}
    for kind, number in keys:
        wanted[kind].append(number)
    return {(kind, number): title for kind, number, title in session.execute(_titles(), wanted)}


@cache
def _titles() -> CompoundSelect[Any]:
    """The titles of objects of all kinds in one statement."""
    return union_all(
        _titled("challenge_list", ChallengeList.id, ChallengeList.title, select(ChallengeList)),
        _titled("topic", Topic.id, Topic.title, select(Topic)),
        titles_of("bid"),
        _titled("panel", Panel.id, Topic.title, select(Panel).join(Topic, Topic.id == Panel.topic_id)),
        _titled("project", Project.id, Project.title, select(Project)),
        _titled("priority_list", PriorityList.id, PriorityList.title, select(PriorityList)),
    )


def _titled(kind: str, number: Any, title: Any, source: Select[Any]) -> Select[Any]:
    wanted = number.in_(bindparam(kind, expanding=True))
    return source.with_only_columns(literal(kind), number, cast(title, String)).where(wanted)


def _deed(rows: Sequence[Any], names: dict[Key, str]) -> Deed:
    row = rows[0]
    endpoint, name = ENDPOINTS[row.subject_kind]
    subject = names.get(_key(row), "")
    return Deed(row.label, row.at, subject, endpoint, {name: _key(row)[1]}, row.reason, len(rows))
