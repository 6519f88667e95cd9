"""Invitations (邀请): an account begins with a mailed link that works once and expires."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor, Role
from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import YES, Verdict, first_refusal, require
from marketplace.organisations import policy
from marketplace.organisations.credentials import NewPassword
from marketplace.organisations.events import (
    InvitationAccepted,
    InvitationCancelled,
    InvitationExpired,
    PersonInvited,
)
from marketplace.organisations.labels import ROLE_LABELS
from marketplace.organisations.models import Appointment, OneTimeToken, Organisation, Person, TokenPurpose
from marketplace.organisations.operations.one_time import issue, redeem, revoke
from marketplace.organisations.operations.passwords import set_password
from marketplace.organisations.operations.posts import as_posts, current_posts
from marketplace.organisations.queries import exists_on
from marketplace.organisations.workflow import PERSON, PersonState

VALID = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to be invited, and to what."""

    name: str
    email: str
    posts: tuple[policy.Post, ...]
    title: str = ""
    phone: str = ""


def invite(uow: UnitOfWork, newcomer: Newcomer) -> tuple[Person, str]:
    """邀请人员: answers the person and the secret of the link (which goes out by mail)."""
    units = _check(uow, newcomer)
    person = Person(
        email=newcomer.email, name=newcomer.name, title=newcomer.title, phone=newcomer.phone,
        state=PersonState.INVITED, created_at=uow.now,
    )  # fmt: skip
    uow.session.add(person)
    uow.session.flush()
    for unit, role in units:
        uow.session.add(Appointment(person_id=person.id, organisation_id=unit.id, role=role, since=uow.now))
    return person, _send(uow, person, units)


def _check(uow: UnitOfWork, newcomer: Newcomer) -> list[tuple[Organisation, Role]]:
    if uow.session.scalar(select(Person.id).where(Person.email == newcomer.email)):
        raise Invalid({"email": N_("此邮箱已有账号；如需增加任职，请由省局安全管理员在其人员页办理")})
    keys = {unit for unit, _ in newcomer.posts}
    known = {
        unit.id: unit for unit in uow.session.scalars(select(Organisation).where(Organisation.id.in_(keys)))
    }
    today = beijing_date(uow.now)
    if keys - known.keys() or not all(exists_on(unit, today) for unit in known.values()):
        raise Invalid({"organisation_id": N_("单位不存在或已撤销")})
    for number, (unit, role) in enumerate(newcomer.posts):
        require(may_give(uow, known[unit], role, [held for _, held in newcomer.posts[:number]]))
    return [(known[unit], role) for unit, role in newcomer.posts]


def may_give(uow: UnitOfWork, unit: Organisation, role: Role, held: Sequence[Role]) -> Verdict:
    """Whether the actor may give this role to somebody who holds those already. The system makes the first people."""
    granted = policy.may_grant(uow.actor, unit.id, unit.kind, role)
    if uow.actor.is_system and role in policy.roles_in(unit.kind):
        granted = YES
    return first_refusal(granted, policy.roles_compatible(held, role))


def _send(uow: UnitOfWork, person: Person, units: Sequence[tuple[Organisation, Role]]) -> str:
    token, secret = issue(uow, person, TokenPurpose.INVITATION, VALID)
    posts = [(unit.name, ROLE_LABELS[role]) for unit, role in units]
    uow.emit(
        PersonInvited(person_id=person.id, email=person.email, posts=posts, token_id=token.id, secret=secret)
    )
    return secret


def invite_again(uow: UnitOfWork, person: Person) -> str:
    """重新邀请: a new link, the earlier one ends."""
    held = current_posts(uow, person.id)
    require(policy.may_invite_again(uow.actor, person, as_posts(held)))
    PERSON.advance(person, "invite")
    units = [(uow.session.get_one(Organisation, post.organisation_id), Role(post.role)) for post in held]
    return _send(uow, person, units)


def cancel(uow: UnitOfWork, person: Person) -> None:
    """取消邀请."""
    require(policy.may_cancel_invitation(uow.actor, person, as_posts(current_posts(uow, person.id))))
    PERSON.advance(person, "cancel")
    revoke(uow, person.id, TokenPurpose.INVITATION)
    uow.emit(InvitationCancelled(person_id=person.id))


def accept(uow: UnitOfWork, secret: str, new: NewPassword) -> None:
    """接受邀请: the link is used up, the account opens with the chosen password."""
    person = redeem(uow, secret, TokenPurpose.INVITATION)
    PERSON.advance(person, "accept")
    set_password(uow, person, new, "invitation")
    own = uow.as_actor(Actor(person.id, person.name, None, ""))
    own.emit(InvitationAccepted(person_id=person.id))
    own.react()


def expire_invitations(uow: UnitOfWork, only: int | None = None) -> int:
    """邀请过期: ends the links whose time is over (or one of them), once each."""
    query = select(OneTimeToken).where(*_over(uow.now)).order_by(OneTimeToken.expires_at)
    due = uow.session.scalars(query if only is None else query.where(OneTimeToken.id == only)).all()
    for token in due:
        token.ended_at = uow.now
        uow.emit(InvitationExpired(person_id=token.person_id))
    return len(due)


def expired_keys(session: Session, now: datetime) -> Sequence[int]:
    """The links whose time is over, the oldest first."""
    return session.scalars(select(OneTimeToken.id).where(*_over(now)).order_by(OneTimeToken.expires_at)).all()


def _over(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        OneTimeToken.purpose == TokenPurpose.INVITATION,
        OneTimeToken.used_at.is_(None),
        OneTimeToken.ended_at.is_(None),
        OneTimeToken.expires_at <= now,
    )
