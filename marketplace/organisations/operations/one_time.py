"""Links that work once (一次性链接): looking at one changes nothing, posting its page uses it up."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations.identity import token_hash
from marketplace.organisations.models import OneTimeToken, Person, PersonState, TokenPurpose

STATE_FOR = {
    TokenPurpose.INVITATION: PersonState.INVITED,
    TokenPurpose.PASSWORD_RESET: PersonState.ACTIVE,
}


def issue(
    uow: UnitOfWork, person: Person, purpose: TokenPurpose, valid: timedelta
) -> tuple[OneTimeToken, str]:
    """A new link; earlier ones for the same purpose end. Answers its row and the secret for the address."""
    revoke(uow, person.id, purpose)
    secret = secrets.token_urlsafe(32)
    token = OneTimeToken(
        token_sha256=token_hash(secret),
        purpose=purpose,
        person_id=person.id,
        created_by=uow.actor.person_id,
        created_at=uow.now,
        expires_at=uow.now + valid,
    )
    uow.session.add(token)
    uow.session.flush()
    return token, secret


def revoke(uow: UnitOfWork, person_id: int, purpose: TokenPurpose) -> None:
    """Ends the open links of a person for one purpose."""
    uow.session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.person_id == person_id,
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.ended_at.is_(None),
        )
        .values(ended_at=uow.now)
    )


def holder_of(
    session: Session, secret: str, purpose: TokenPurpose, now: datetime
) -> tuple[OneTimeToken, Person]:
    """The live link and whom it is for. Raises NotFound when it was used, ended or has expired."""
    query = (
        select(OneTimeToken, Person)
        .join(Person, Person.id == OneTimeToken.person_id)
        .where(
            OneTimeToken.token_sha256 == token_hash(secret),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.ended_at.is_(None),
            OneTimeToken.expires_at > now,
            Person.state == STATE_FOR[purpose],
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(N_("链接已失效或已经使用过，请重新申请"))
    return found[0], found[1]


def redeem(uow: UnitOfWork, secret: str, purpose: TokenPurpose) -> Person:
    """Uses the link up and answers whom it was for; of two at once the version column lets one through."""
    token, person = holder_of(uow.session, secret, purpose, uow.now)
    token.used_at = uow.now
    return person
