"""Comparing what was typed with what is stored, outside any transaction: hashing is slow on purpose and must not
hold a lock meanwhile (核验口令)."""

import hmac

from sqlalchemy import Engine, select

from marketplace.config import Settings
from marketplace.core.database import reading_session
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_, tidy
from marketplace.organisations.models import Person, PersonState, UsedPassword
from marketplace.organisations.passwords import (
    REMEMBERED,
    hash_password,
    needs_new_hash,
    verify_password,
    weakness,
)


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome of one comparison. ``seen_hash`` is what was compared: if it has changed since, the proof is void."""

    email: str
    person_id: int | None
    right: bool
    seen_hash: str | None = None
    fresh_hash: str | None = None


def account_name(typed: str | None) -> str:
    """An e-mail address as the database keeps it."""
    return tidy(typed).lower()[:254]


def prove(engine: Engine, settings: Settings, typed_email: str, password: str) -> Proof:
    """Compares; an unknown, deactivated or invited account takes as long as a wrong password."""
    email = account_name(typed_email)
    with reading_session(engine) as session:
        person = session.scalar(select(Person).where(Person.email == email))
    active = person is not None and person.state == PersonState.ACTIVE
    stored = person.password_hash if person is not None and active else None
    right = verify_password(stored, password, settings.argon2_memory_kib)
    if person is None:
        return Proof(email, None, False)
    if active and _is_demo_password(settings, person, password):
        return Proof(email, person.id, True, stored)
    fresh = None
    if right and stored and needs_new_hash(stored, settings.argon2_memory_kib):
        fresh = hash_password(password, settings.argon2_memory_kib)
    return Proof(email, person.id, right, stored, fresh)


def _is_demo_password(settings: Settings, person: Person, password: str) -> bool:
    """In a demonstration ``DEMO_PASSWORD`` fits every member of the cast."""
    wanted = settings.demo_password
    if not (settings.demo and person.is_demo and wanted):
        return False
    return hmac.compare_digest(password.encode(), wanted.encode())


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password somebody chose, hashed, with what speaks against it."""

    person_id: int
    hash: str
    problem: str | None = None


def choose(engine: Engine, settings: Settings, person_id: int, typed: str) -> NewPassword:
    """Judges and hashes a new password: the rules, and the last ones used."""
    with reading_session(engine) as session:
        person = session.get_one(Person, person_id)
        former = session.scalars(
            select(UsedPassword.password_hash)
            .where(UsedPassword.person_id == person_id)
            .order_by(UsedPassword.at.desc(), UsedPassword.id.desc())
            .limit(REMEMBERED)
        ).all()
    problem = weakness(typed, person.name, person.email)
    if problem:
        return NewPassword(person_id, "", problem)
    memory = settings.argon2_memory_kib
    if any(verify_password(old, typed, memory) for old in {*former, person.password_hash} - {None}):
        return NewPassword(person_id, "", N_("不能与最近使用过的5个密码相同"))
    return NewPassword(person_id, hash_password(typed, memory))
