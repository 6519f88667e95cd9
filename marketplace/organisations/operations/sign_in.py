"""Signing in and out (登录、退出)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.audit.operations import record
from marketplace.core.actor import Actor
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Refused
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations import throttle
from marketplace.organisations.credentials import Proof
from marketplace.organisations.events import SignedIn, SignedOut
from marketplace.organisations.identity import Identity, token_hash
from marketplace.organisations.models import Person, PersonState, SignInSession
from marketplace.organisations.sessions import begin_session, end_sessions


@dataclass(frozen=True, slots=True)
class Admission:
    """What came of an attempt: a token, or none; ``locked_until`` when there have been too many wrong ones."""

    token: str | None = None
    person_id: int | None = None
    locked_until: datetime | None = None


Factor = Callable[[Person, Proof], bool]


def password_is_right(person: Person, proof: Proof) -> bool:
    """The password fitted, and has not been changed since it was compared."""
    return proof.right and person.password_hash == proof.seen_hash


FACTORS: tuple[Factor, ...] = (password_is_right,)
"""What a person must prove to be let in, in order. A second factor is one more entry."""


def counters_of(email: str, address: str) -> list[str]:
    """The account's and the address's counter."""
    return [throttle.account_counter(email), throttle.address_counter(address)]


def sign_in(uow: UnitOfWork, proof: Proof, browser: str = "") -> Admission:
    """登录: lets the person in, or notes one more wrong try. The same for accounts that do not exist."""
    counters = counters_of(proof.email, uow.address)
    throttle.take_turns(uow.session, counters)
    until = throttle.locked_until(uow.session, counters, uow.now)
    if until is not None:
        _note(uow, proof, N_("登录失败：已暂停登录"))
        return Admission(locked_until=until)
    person = uow.session.get(Person, proof.person_id) if proof.person_id else None
    if person is None or person.state != PersonState.ACTIVE or not all(f(person, proof) for f in FACTORS):
        return _refuse(uow, proof, counters)
    throttle.forget(uow.session, counters[0])
    if proof.fresh_hash:
        person.password_hash = proof.fresh_hash
    return _admit(uow, person, "password", browser)


def _refuse(uow: UnitOfWork, proof: Proof, counters: list[str]) -> Admission:
    account, address = counters
    _note(uow, proof, N_("登录失败"))
    closed = throttle.count(uow.session, account, throttle.ACCOUNT, uow.now)
    closed = throttle.count(uow.session, address, throttle.ADDRESS, uow.now) or closed
    if not closed:
        return Admission()
    _note(uow, proof, N_("多次登录失败，暂停登录"))
    return Admission(locked_until=throttle.locked_until(uow.session, counters, uow.now))


def _note(uow: UnitOfWork, proof: Proof, label: str) -> None:
    """One audit row. What was typed is kept only where it looks like an address: people type passwords there too."""
    typed = proof.email if "@" in proof.email else ""
    record(
        uow, action="sign_in", label=label, subject_kind="person", subject_id=proof.person_id, outcome="failed",
        details={"account": typed},
    )  # fmt: skip


def _admit(uow: UnitOfWork, person: Person, how: str, browser: str) -> Admission:
    if _password_is_old(uow, person):
        person.must_change_password = True
    token = begin_session(uow, person, browser)
    own = uow.as_actor(Actor(person.id, person.name, None, ""))
    own.emit(SignedIn(person_id=person.id, how=how))
    own.react()
    return Admission(token, person.id)


def _password_is_old(uow: UnitOfWork, person: Person) -> bool:
    days, changed = uow.settings.password_days, person.password_changed_at
    return bool(days and changed and changed + timedelta(days=days) <= uow.now)


def step_in(uow: UnitOfWork, person_id: int, browser: str = "") -> Admission:
    """示例登录: in a demonstration one click makes anybody a member of the cast."""
    person = uow.session.get(Person, person_id)
    usable = person is not None and person.is_demo and person.state == PersonState.ACTIVE
    if not uow.settings.demo or person is None or not usable:
        raise Refused(N_("只有演示环境的示例人员可以一键进入"))
    return _admit(uow, person, "demo", browser)


def sign_out(uow: UnitOfWork, identity: Identity) -> None:
    """退出登录: ends this session on the server."""
    if end_sessions(uow, identity.person_id, only=identity.session_id):
        uow.emit(SignedOut(person_id=identity.person_id))


def leave_behind(uow: UnitOfWork, token: str) -> None:
    """Ends the session that the browser held before somebody signed in anew."""
    old = uow.session.scalar(
        select(SignInSession).where(
            SignInSession.token_sha256 == token_hash(token), SignInSession.ended_at.is_(None)
        )
    )
    if old is not None:
        old.ended_at = uow.now
