"""Sessions live in the database (会话): they begin at sign-in under a new token and end by hand, by idleness, after
the absolute limit, or because something about the person has changed."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.config import Settings
from marketplace.core.actor import ADMINISTRATOR_ROLES, Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations.identity import is_live, token_hash
from marketplace.organisations.models import Appointment, Person, SignInSession

PRIVILEGED_ROLES = ADMINISTRATOR_ROLES | {Role.OFFICER, Role.APPROVER, Role.EXPERT, Role.AUDITOR}
"""Whoever holds one of these is signed out sooner when idle."""
TOUCH_EVERY = timedelta(minutes=1)


def begin_session(
    uow: UnitOfWork, person: Person, browser: str = "", acting_organisation_id: int | None = None
) -> str:
    """A new session under a new token (never one the browser brought). Answers the token for the cookie."""
    token = secrets.token_urlsafe(32)
    uow.session.add(
        SignInSession(
            token_sha256=token_hash(token),
            person_id=person.id,
            acting_organisation_id=acting_organisation_id,
            created_at=uow.now,
            last_seen_at=uow.now,
            ends_at=uow.now + timedelta(hours=uow.settings.absolute_hours),
            idle_minutes=idle_minutes(uow.session, uow.settings, person.id),
            address=uow.address,
            browser=browser[:200],
        )
    )
    return token


def idle_minutes(session: Session, settings: Settings, person_id: int) -> int:
    """How long this person may do nothing. Fixed at sign-in: a change of roles ends the sessions anyway."""
    roles = set(
        session.scalars(
            select(Appointment.role).where(Appointment.person_id == person_id, Appointment.ended_at.is_(None))
        )
    )
    return settings.privileged_idle_minutes if roles & PRIVILEGED_ROLES else settings.idle_minutes


def live_sessions(session: Session, person_id: int, now: datetime) -> Sequence[SignInSession]:
    """The sessions in which this person is signed in now, the latest first."""
    query = (
        select(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.ends_at > now,
        )
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id)
    )
    return [record for record in session.scalars(query) if is_live(record, now)]


def end_sessions(uow: UnitOfWork, person_id: int, *, but: int | None = None, only: int | None = None) -> int:
    """Ends this person's open sessions: all, all but one, or only one; answers how many."""
    statement = (
        update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
        .values(ended_at=uow.now)
        .returning(SignInSession.id)
    )
    if but is not None:
        statement = statement.where(SignInSession.id != but)
    if only is not None:
        statement = statement.where(SignInSession.id == only)
    return len(uow.session.execute(statement).all())


def touch(session: Session, session_id: int, now: datetime) -> None:
    """The person is there."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.last_seen_at < now)
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )
