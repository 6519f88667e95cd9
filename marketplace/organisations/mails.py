"""Mails about accounts (账号邮件), whose secrets stand only in the mail itself, and about the trail (审计链)."""

from datetime import date

from marketplace.audit.chain import Fault
from marketplace.audit.events import TrailAnchored, TrailFaultFound
from marketplace.audit.labels import FAULTS
from marketplace.core.actor import Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.events import PasswordChanged, PasswordResetRequested, PersonInvited
from marketplace.organisations.models import OneTimeToken, Person
from marketplace.organisations.queries import people_with_roles

SUPERVISORS = (Role.AUDITOR, Role.AUDIT_ADMIN)


def recipient(person: Person) -> Recipient:
    """This person as an addressee."""
    return Recipient(person.id, person.name, person.email, person.locale)


def send_invitation(uow: UnitOfWork, event: PersonInvited) -> None:
    """邀请邮件, with the link."""
    person = uow.session.get_one(Person, event.person_id)
    token = uow.session.get_one(OneTimeToken, event.token_id)
    enqueue(
        uow, kind="invitation", dedupe_key=f"invitation:{token.id}", recipients=[recipient(person)],
        context={"path": f"/invitation/{event.secret}", "posts": event.posts, "until": token.expires_at,
                 "inviter": uow.actor.person_name, "unit": uow.actor.organisation_name},
        is_secret=True,
    )  # fmt: skip


def send_reset_link(uow: UnitOfWork, event: PasswordResetRequested) -> None:
    """重置密码邮件, with the link."""
    person = uow.session.get_one(Person, event.person_id)
    token = uow.session.get_one(OneTimeToken, event.token_id)
    enqueue(
        uow, kind="password_reset", dedupe_key=f"password-reset:{token.id}", recipients=[recipient(person)],
        context={"path": f"/password/reset/{event.secret}", "until": token.expires_at}, is_secret=True,
    )  # fmt: skip


def tell_of_new_password(uow: UnitOfWork, event: PasswordChanged) -> None:
    """密码已修改: so that somebody else's doing does not go unnoticed."""
    if event.how == "invitation":
        return
    person = uow.session.get_one(Person, event.person_id)
    enqueue(
        uow, kind="password_changed", dedupe_key=f"password-changed:{person.id}:{uow.now.isoformat()}",
        recipients=[recipient(person)], context={"at": uow.now, "address": uow.address},
    )  # fmt: skip


def send_anchor(uow: UnitOfWork, event: TrailAnchored) -> None:
    """存证: the end of the chain, out of reach of whoever runs the machine."""
    enqueue(
        uow, kind="trail_anchor", dedupe_key=f"trail-anchor:{event.day}",
        recipients=people_with_roles(uow.session, None, SUPERVISORS),
        context={"day": date.fromisoformat(event.day), "digest": event.chain_sha256},
    )  # fmt: skip


def warn_of_fault(uow: UnitOfWork, event: TrailFaultFound) -> None:
    """The chain is not whole: those who supervise and those who run the machine learn of it at once."""
    enqueue(
        uow, kind="trail_fault", dedupe_key=f"trail-fault:{uow.now.isoformat()}",
        recipients=people_with_roles(uow.session, None, (*SUPERVISORS, Role.SYSTEM_ADMIN)),
        context={"what": FAULTS[Fault(event.fault)], "at": uow.now},
    )  # fmt: skip
