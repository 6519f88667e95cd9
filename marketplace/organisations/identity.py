"""Who is behind a session cookie: one statement, a plain value, nothing that loads later (当前身份)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor, Role
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


def is_live(record: SignInSession, now: datetime) -> bool:
    """Neither ended nor over nor idle for too long."""
    idle_end = record.last_seen_at + timedelta(minutes=record.idle_minutes)
    return record.ended_at is None and now < min(record.ends_at, idle_end)


def identity_by_token(session: Session, token: str, now: datetime) -> Identity | None:
    """The person behind a live session, with all current appointments; None when ended, expired or deactivated. Who
    has not chosen a unit acts for the one of the longest appointment."""
    query = (
        select(SignInSession, Person, Appointment.id, Appointment.role, Organisation)
        .join(Person, Person.id == SignInSession.person_id)
        .outerjoin(Appointment, (Appointment.person_id == Person.id) & Appointment.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Appointment.organisation_id)
        .where(
            SignInSession.token_sha256 == token_hash(token),
            SignInSession.ended_at.is_(None),
            SignInSession.ends_at > now,
            Person.state == PersonState.ACTIVE,
        )
        .order_by(Organisation.order_key, Organisation.id)
    )
    rows = session.execute(query).all()
    if not rows or not is_live(rows[0][0], now):
        return None
    record, person = rows[0][0], rows[0][1]
    held = [(role, organisation) for _, _, _, role, organisation in rows if organisation is not None]
    choices = _choices(held)
    acting = next((c for c in choices if c.organisation_id == record.acting_organisation_id), None)
    if acting is None and choices:
        first = min((row for row in rows if row[4] is not None), key=lambda row: row[2])[4]
        acting = next(c for c in choices if c.organisation_id == first.id)
    return Identity(
        token, record.id, person.id, person.name, person.email, person.locale, person.must_change_password,
        record.created_at, record.last_seen_at, record.ends_at, record.idle_minutes, choices,
        acting,
    )  # fmt: skip


def _choices(held: list[tuple[str, Organisation]]) -> tuple[Acting, ...]:
    return tuple(
        Acting(
            organisation.id, organisation.name, organisation.kind, frozenset(Role(role) for role, _ in group)
        )
        for organisation, group in groupby(held, key=lambda pair: pair[1])
    )
