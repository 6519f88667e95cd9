"""Who is behind a session cookie: one statement, a plain value, nothing that loads later (当前身份)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor, Role
from marketplace.core.database import UtcDateTime
from marketplace.core.dataclass import dataclass
from marketplace.organisations.models import (
    Appointment,
    Organisation,
    Person,
    PersonState,
    SignInSession,
)


@dataclass(frozen=True, slots=True)
class Acting:
    """办事身份: an organisation one may act for, with the roles held there."""

    organisation_id: int
    organisation_name: str
    organisation_kind: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person as Flask-Login and the pages need her."""

    token: str
    session_id: int
    person_id: int
    name: str
    email: str
    locale: str
    must_change_password: bool
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    idle_minutes: int
    choices: tuple[Acting, ...]
    acting: Acting | None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token

    def expires_at(self, seen: datetime) -> datetime:
        """When this session ends if nothing more is done after ``seen``."""
        return min(seen + timedelta(minutes=self.idle_minutes), self.ends_at)

    @property
    def actor(self) -> Actor:
        """The actor for units of work."""
        if self.acting is None:
            return Actor(self.person_id, self.name, None, "")
        here = self.acting
        return Actor(
            self.person_id,
            self.name,
            here.organisation_id,
            here.organisation_name,
            here.organisation_kind,
            here.roles,
        )


def token_hash(token: str) -> str:
    """What the database stores instead of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_live(record: Any, now: datetime) -> bool:
    """Neither ended nor over nor idle for too long (a session, or its columns)."""
    idle_end = record.last_seen_at + timedelta(minutes=record.idle_minutes)
    return record.ended_at is None and now < min(record.ends_at, idle_end)


COLUMNS = (
    SignInSession.id, SignInSession.created_at, SignInSession.last_seen_at, SignInSession.ends_at,
    SignInSession.ended_at, SignInSession.idle_minutes, SignInSession.acting_organisation_id,
    Person.id.label("person_id"), Person.name, Person.email, Person.locale, Person.must_change_password,
    Appointment.id.label("appointment_id"), Appointment.role, Organisation.id.label("organisation_id"),
    Organisation.name.label("organisation_name"), Organisation.kind.label("organisation_kind"),
)  # fmt: skip


BY_TOKEN: Select[Any] = (
    cast(Select[Any], select(*COLUMNS))
    .join(Person, Person.id == SignInSession.person_id)
    .outerjoin(Appointment, (Appointment.person_id == Person.id) & Appointment.ended_at.is_(None))
    .outerjoin(Organisation, Organisation.id == Appointment.organisation_id)
    .where(
        SignInSession.token_sha256 == bindparam("token_sha256"),
        SignInSession.ended_at.is_(None),
        SignInSession.ends_at > bindparam("now"),
        Person.state == PersonState.ACTIVE,
    )
    .order_by(Organisation.order_key, Organisation.id)
)
"""Built once: every request of a signed-in person asks it."""
BY_TOKEN_NOW = BY_TOKEN.add_columns(func.clock_timestamp(type_=UtcDateTime()).label("asked_at"))
"""Tells the database's time on the way."""


def identity_by_token(session: Session, token: str, now: datetime) -> Identity | None:
    """The person behind a live session, with all current appointments; None when ended, expired or deactivated."""
    rows = session.execute(BY_TOKEN, {"token_sha256": token_hash(token), "now": now}).all()
    return _identity(rows, token, now)


def identity_and_time(
    session: Session, token: str, about_now: datetime
) -> tuple[Identity | None, datetime | None]:
    """``identity_by_token`` at the moment of the database's clock, and this moment, in one statement. Nobody, and no
    moment, when the session ended before ``about_now``."""
    rows = session.execute(BY_TOKEN_NOW, {"token_sha256": token_hash(token), "now": about_now}).all()
    if not rows:
        return None, None
    return _identity(rows, token, rows[0].asked_at), rows[0].asked_at


def _identity(rows: Sequence[Any], token: str, now: datetime) -> Identity | None:
    """Who has not chosen a unit acts for the one of the longest appointment."""
    if not rows or not is_live(rows[0], now):
        return None
    first, held = rows[0], [row for row in rows if row.organisation_id is not None]
    choices = _choices(held)
    acting = next((c for c in choices if c.organisation_id == first.acting_organisation_id), None)
    if acting is None and held:
        longest = min(held, key=lambda row: row.appointment_id).organisation_id
        acting = next(c for c in choices if c.organisation_id == longest)
    return Identity(
        token, first.id, first.person_id, first.name, first.email, first.locale, first.must_change_password,
        first.created_at, first.last_seen_at, first.ends_at, first.idle_minutes, choices, acting,
    )  # fmt: skip


def _choices(held: Sequence[Any]) -> tuple[Acting, ...]:
    return tuple(
        Acting(*organisation, frozenset(Role(row.role) for row in group))
        for organisation, group in groupby(
            held, key=lambda row: (row.organisation_id, row.organisation_name, row.organisation_kind)
        )
    )
