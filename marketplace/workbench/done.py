"""已办: what a person did last, with the object it was done to and the way back to it."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Executable, ScalarSelect, bindparam, case, or_, select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.bids.queries import title_of
from marketplace.core.dataclass import dataclass
from marketplace.organisations.models import Organisation, Person
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
    "organisation": ("organisations.show_organisation", "organisation_id"),
    "person": ("organisations.show_person", "person_id"),
}
"""The kinds of object a deed is shown for, with the page of each and the name of its key there."""


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
    """The newest deeds first, in one statement. One's own deeds may be seen though others may not yet know of them."""
    rows = session.execute(_own_rows(), {"person": person_id}).all()
    return [_deed(same) for same in _grouped(rows)[:SHOWN]]


@cache
def _own_rows() -> Executable:
    """The newest rows, then each with the title of its object. What one did to oneself (signing in) is no deed."""
    newest = (
        select(
            AuditRow.id, AuditRow.label, AuditRow.at, AuditRow.subject_kind, AuditRow.subject_id, AuditRow.reason
        )
        .where(
            AuditRow.person_id == bindparam("person"),
            AuditRow.outcome == "done",
            AuditRow.subject_kind.in_(ENDPOINTS),
            or_(AuditRow.subject_kind != "person", AuditRow.subject_id != bindparam("person")),
        )
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
        .limit(READ_LIMIT)
        .subquery("newest")
    )  # fmt: skip
    title = case(_titles(newest.c.subject_id), value=newest.c.subject_kind)
    return select(newest, title.label("subject")).order_by(newest.c.at.desc(), newest.c.id.desc())


def _titles(number: ColumnElement[Any]) -> dict[str, ScalarSelect[str]]:
    """Kind of object → the title of the one with this number."""
    of_panel = select(Topic.title).join(Panel, Panel.topic_id == Topic.id).where(Panel.id == number)
    return {
        "challenge_list": _title(ChallengeList.title, ChallengeList.id == number),
        "topic": _title(Topic.title, Topic.id == number),
        "bid": title_of(number),
        "panel": of_panel.scalar_subquery(),
        "project": _title(Project.title, Project.id == number),
        "priority_list": _title(PriorityList.title, PriorityList.id == number),
        "organisation": _title(Organisation.name, Organisation.id == number),
        "person": _title(Person.name, Person.id == number),
    }


def _title(title: Any, same: ColumnElement[bool]) -> ScalarSelect[str]:
    return select(title).where(same).scalar_subquery()


def _grouped(rows: Sequence[Any]) -> list[list[Any]]:
    same = groupby(rows, lambda row: (row.label, row.subject_kind, row.subject_id))
    return [list(group) for _key, group in same]


def _deed(rows: Sequence[Any]) -> Deed:
    row = rows[0]
    endpoint, name = ENDPOINTS[row.subject_kind]
    values = {name: row.subject_id or 0}
    return Deed(row.label, row.at, row.subject or "", endpoint, values, row.reason, len(rows))
