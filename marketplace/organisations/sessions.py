"""Beginning and ending sessions (会话)."""

import secrets
from datetime import timedelta

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations.identity import token_hash
from marketplace.organisations.models import Person, SignInSession


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
            address=uow.address,
            browser=browser[:200],
        )
    )
    return token
