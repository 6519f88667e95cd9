"""What people do with their own account (我的账号)."""

from marketplace.core.errors import NotFound
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.i18n import LOCALES
from marketplace.organisations.events import ActingChosen, PersonDescribed, SessionsEnded
from marketplace.organisations.identity import Identity
from marketplace.organisations.models import Person, SignInSession
from marketplace.organisations.sessions import end_sessions


def act_as(uow: UnitOfWork, identity: Identity, organisation_id: int) -> None:
    """切换代表的单位: from now on this session acts for another of the person's units."""
    chosen = next((unit for unit in identity.choices if unit.organisation_id == organisation_id), None)
    if chosen is None:
        raise NotFound
    uow.session.get_one(SignInSession, identity.session_id).acting_organisation_id = organisation_id
    uow.emit(
        ActingChosen(
            person_id=identity.person_id,
            organisation_id=organisation_id,
            organisation_name=chosen.organisation_name,
        )
    )


def end_session(uow: UnitOfWork, identity: Identity, session_id: int) -> None:
    """结束会话: signs the person out in one other browser."""
    if not end_sessions(uow, identity.person_id, only=session_id):
        raise NotFound
    uow.emit(SessionsEnded(person_id=identity.person_id, count=1, cause="own"))


def end_other_sessions(uow: UnitOfWork, identity: Identity) -> int:
    """结束其他会话: signs the person out everywhere else."""
    number = end_sessions(uow, identity.person_id, but=identity.session_id)
    if number:
        uow.emit(SessionsEnded(person_id=identity.person_id, count=number, cause="own"))
    return number


def choose_language(uow: UnitOfWork, identity: Identity, locale: str) -> None:
    """邮件语言: in which language the person's mails, and the pages without a choice of their own, are written."""
    if locale not in LOCALES:
        raise NotFound
    person = uow.session.get_one(Person, identity.person_id)
    if person.locale != locale:
        person.locale = locale
        uow.emit(PersonDescribed(person_id=person.id, fields=["locale"]))
