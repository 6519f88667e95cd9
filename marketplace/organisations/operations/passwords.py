"""Changing passwords (修改密码、重置密码)."""

import time
from datetime import timedelta

from sqlalchemy import select

from marketplace.audit.operations import record
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations import throttle
from marketplace.organisations.credentials import NewPassword, Proof, account_name
from marketplace.organisations.events import PasswordChanged, PasswordResetRequested
from marketplace.organisations.models import Person, PersonState, TokenPurpose, UsedPassword
from marketplace.organisations.operations.one_time import issue, redeem
from marketplace.organisations.operations.sign_in import Admission, counters_of
from marketplace.organisations.sessions import begin_session, end_sessions

RESET_VALID = timedelta(hours=2)
ANSWER_AFTER = 0.25
"""Seconds after which a request for a reset is answered, whether there is such an account or not."""


def set_password(uow: UnitOfWork, person: Person, new: NewPassword, how: str) -> None:
    """Stores a new password and ends every session of the person."""
    if new.problem:
        raise Invalid({"password": new.problem})
    person.password_hash = new.hash
    person.password_changed_at = uow.now
    person.must_change_password = False
    uow.session.add(UsedPassword(person_id=person.id, password_hash=new.hash, at=uow.now))
    end_sessions(uow, person.id)
    own = uow.as_actor(
        uow.actor if uow.actor.person_id == person.id else Actor(person.id, person.name, None, "")
    )
    own.emit(PasswordChanged(person_id=person.id, how=how))
    own.react()


def confirm(uow: UnitOfWork, proof: Proof) -> bool:
    """Whether the present password was given; a wrong one counts like a wrong sign-in."""
    account, _address = counters = counters_of(proof.email, uow.address)
    throttle.take_turns(uow.session, counters)
    if throttle.locked_until(uow.session, [account], uow.now) is None and proof.right:
        return True
    record(
        uow, action="change_password", label=N_("修改密码：原密码不正确"), subject_kind="person",
        subject_id=proof.person_id, outcome="failed",
    )  # fmt: skip
    throttle.count(uow.session, account, throttle.ACCOUNT, uow.now)
    return False


def change_password(uow: UnitOfWork, new: NewPassword, browser: str = "") -> Admission:
    """修改密码: all sessions end, and a new one begins in this browser."""
    person = uow.session.get_one(Person, new.person_id)
    set_password(uow, person, new, "own")
    return Admission(begin_session(uow, person, browser, uow.actor.organisation_id), person.id)


def request_reset(uow: UnitOfWork, typed_email: str) -> None:
    """申请重置密码: mails a link if there is such an account; answers nothing in either case."""
    email = account_name(typed_email)
    account = throttle.account_counter(email, "reset-account")
    address = throttle.address_counter(uow.address, "reset-address")
    throttle.take_turns(uow.session, [account, address])
    if throttle.locked_until(uow.session, [account, address], uow.now) is not None:
        return
    person = uow.session.scalar(
        select(Person).where(Person.email == email, Person.state == PersonState.ACTIVE)
    )
    if person is not None:
        token, secret = issue(uow, person, TokenPurpose.PASSWORD_RESET, RESET_VALID)
        uow.emit(PasswordResetRequested(person_id=person.id, token_id=token.id, secret=secret))
    throttle.count(uow.session, account, throttle.RESET_ACCOUNT, uow.now)
    throttle.count(uow.session, address, throttle.RESET_ADDRESS, uow.now)


def wait_for_answer(began: float) -> None:
    """Waits out the rest of the time that every such request takes."""
    time.sleep(max(0.0, began + ANSWER_AFTER - time.monotonic()))


def reset_password(uow: UnitOfWork, secret: str, new: NewPassword) -> None:
    """重置密码 through the mailed link, once."""
    person = redeem(uow, secret, TokenPurpose.PASSWORD_RESET)
    throttle.forget(uow.session, throttle.account_counter(person.email))
    set_password(uow, person, new, "reset")
