"""Reading the outbox: sealed mails exist for nobody but their recipient."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, defer
from sqlalchemy.orm.interfaces import ORMOption

from marketplace.audit.seals import not_sealed
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.notifications.lease import NAME
from marketplace.notifications.models import JobFailure, Lease, MailState, OutboxMail

MOST_FAILING = 100


def _without_text() -> tuple[ORMOption, ...]:
    return defer(OutboxMail.text_body), defer(OutboxMail.html_body)


def _visible_to(actor: Actor, demo: bool) -> ColumnElement[bool]:
    """What the outbox page may know of: in production only unsealed mails; in the demonstration, which is also
    everybody's mailbox, one's own sealed ones too."""
    unsealed = not_sealed(OutboxMail.seal_key)
    if demo and actor.person_id is not None:
        return or_(unsealed, OutboxMail.recipient_person_id == actor.person_id)
    return unsealed


def outbox_of(actor: Actor, demo: bool, state: str | None = None, own: bool = False) -> Select[OutboxMail]:
    """发件箱, newest first, without the letters' text."""
    query = select(OutboxMail).where(_visible_to(actor, demo)).options(*_without_text())
    if state:
        query = query.where(OutboxMail.state == state)
    if own:
        query = query.where(OutboxMail.recipient_person_id == actor.person_id)
    return query.order_by(OutboxMail.created_at.desc(), OutboxMail.id)


def count_by_state(session: Session, actor: Actor, demo: bool) -> dict[str, int]:
    """How many visible mails there are in each state."""
    query = select(OutboxMail.state, func.count()).where(_visible_to(actor, demo)).group_by(OutboxMail.state)
    found = {state: number for state, number in session.execute(query)}
    return {str(state): found.get(str(state), 0) for state in MailState}


def mail_for(session: Session, actor: Actor, demo: bool, mail_id: int) -> OutboxMail:
    """One mail. Raises NotFound, also when it is sealed."""
    query = select(OutboxMail).where(OutboxMail.id == mail_id, _visible_to(actor, demo))
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def unsealed_mails(state: str | None = None) -> Select[OutboxMail]:
    """For the command line: newest first, nothing sealed."""
    query = select(OutboxMail).where(not_sealed(OutboxMail.seal_key)).options(*_without_text())
    if state:
        query = query.where(OutboxMail.state == state)
    return query.order_by(OutboxMail.created_at.desc(), OutboxMail.id)


def unsealed_mail(mail_id: int) -> Select[OutboxMail]:
    """For the command line: one mail, unless sealed."""
    return select(OutboxMail).where(OutboxMail.id == mail_id, not_sealed(OutboxMail.seal_key))


def worker_until(session: Session) -> datetime | None:
    """Until when a worker has promised to act; None when there never was one."""
    return session.scalar(select(Lease.until).where(Lease.name == NAME))


def failing_rows(session: Session) -> Sequence[JobFailure]:
    """What the jobs could not do and try again, the oldest first; what is sealed is not among it."""
    query = select(JobFailure).where(JobFailure.sealed.is_(False)).order_by(JobFailure.first_at)
    return session.scalars(query.limit(MOST_FAILING)).all()


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the longest-waiting due mail waits; what is sealed does not count."""
    due = (OutboxMail.state == MailState.WAITING, OutboxMail.next_at <= now, not_sealed(OutboxMail.seal_key))
    return session.scalar(select(func.min(OutboxMail.next_at)).where(*due))
