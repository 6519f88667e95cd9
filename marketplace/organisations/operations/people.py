"""Accounts of others (人员账号): described, deactivated, restored; never deleted."""

from sqlalchemy import select

from marketplace.audit.operations import record
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.organisations import policy
from marketplace.organisations.events import PersonDeactivated, PersonDescribed, PersonReactivated
from marketplace.organisations.models import Person, TokenPurpose
from marketplace.organisations.operations.one_time import revoke
from marketplace.organisations.operations.posts import as_posts, current_posts
from marketplace.organisations.queries import sole_posts
from marketplace.organisations.sessions import end_sessions
from marketplace.organisations.workflow import PERSON, PersonState


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a person beside the account."""

    name: str
    title: str
    phone: str


def describe(uow: UnitOfWork, person: Person, wanted: Description, version: int | None) -> None:
    """修改人员信息."""
    held = as_posts(current_posts(uow, person.id))
    require(policy.may_change_person(uow.actor, person, held))
    before = Description(person.name, person.title, person.phone)
    require_version(person, version, theirs={"name": person.name, "title": person.title},
                    yours={"name": wanted.name, "title": wanted.title})  # fmt: skip
    changed = [key for key in ("name", "title", "phone") if getattr(before, key) != getattr(wanted, key)]
    if changed:
        person.name, person.title, person.phone = wanted.name, wanted.title, wanted.phone
        uow.emit(PersonDescribed(person_id=person.id, fields=changed))


def deactivate(uow: UnitOfWork, person: Person) -> None:
    """停用账号: at once, wherever the person is signed in. Appointments stay for the day of return."""
    held = as_posts(current_posts(uow, person.id))
    require(policy.may_deactivate(uow.actor, person, held, sole_posts(uow.session, person.id)))
    PERSON.advance(person, "deactivate")
    end_sessions(uow, person.id)
    revoke(uow, person.id, TokenPurpose.PASSWORD_RESET)
    uow.emit(PersonDeactivated(person_id=person.id))


def reactivate(uow: UnitOfWork, person: Person) -> None:
    """恢复账号."""
    held = as_posts(current_posts(uow, person.id))
    require(policy.may_reactivate(uow.actor, person, held))
    PERSON.advance(person, "reactivate")
    uow.emit(PersonReactivated(person_id=person.id))


def note_phone_seen(uow: UnitOfWork, person: Person) -> None:
    """查看联系电话: a full number is shown only against a row in the trail."""
    require(policy.may_manage_people(uow.actor))
    record(
        uow, action="show_phone", label=N_("查看联系电话"), subject_kind="person", subject_id=person.id,
    )  # fmt: skip


def end_demo_accounts(uow: UnitOfWork) -> int:
    """停用全部示例人员: so that a database may leave the demonstration. Only the system does this."""
    query = select(Person).where(Person.is_demo, Person.state == PersonState.ACTIVE).order_by(Person.id)
    found = uow.session.scalars(query).all()
    for person in found:
        PERSON.advance(person, "deactivate")
        end_sessions(uow, person.id)
        uow.emit(PersonDeactivated(person_id=person.id))
    return len(found)
