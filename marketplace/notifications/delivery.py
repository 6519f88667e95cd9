"""Delivering the outbox (邮件投递): claimed in one statement, sent over one connection, settled one by one under the
claim's tag. A mail is lost never, and repeated only if the process dies between the server's answer and our note."""

import logging
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

from sqlalchemy import Row, Table, Update, and_, bindparam, or_, select, update

from marketplace.core.dataclass import dataclass
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.events import MailParked
from marketplace.notifications.jobs import Shift
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.samples import hold_samples, holds_samples
from marketplace.notifications.transport import Answer, Outage, Result, Transport

log = logging.getLogger(__name__)

OUTBOX = cast(Table, OutboxMail.__table__)
BATCH = 200
SAFE_SHARE = 0.8
OUTAGE_PAUSE = timedelta(minutes=1)
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 240, 240, 240, 480, 480))
"""After each vain try the next pause; when all are used up (after a day and a half) the mail is parked."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The mails of one batch, ours for some seconds after ``begun``."""

    tag: str
    begun: float
    seconds: float
    mails: Sequence[Row[Any]]

    def holds(self) -> bool:
        """True while nobody else may claim these mails."""
        return time.monotonic() - self.begun < self.seconds * SAFE_SHARE


def deliver_due(shift: Shift) -> int:
    """投递到期邮件: everything due, batch by batch; answers how many left. Without a mail server nothing is touched."""
    sent = 0
    if not shift.runtime.settings.mail_server:
        return sent
    with shift.app.app_context(), Transport(shift.app) as transport:
        while shift.may_continue():
            batch = claim(shift)
            if not batch.mails:
                break
            try:
                sent += send_batch(shift, batch, transport)
            except Outage as outage:
                log.warning("no mail can leave at present: %s", outage)
                release(shift, batch, OUTAGE_PAUSE, str(outage))
                break
            release(shift, batch)
    return sent


def claim(shift: Shift) -> Claim:
    """Takes the next due mails, oldest first, and those whose claimer has died: one statement, no two get the same.
    A claim lasts as long as the lease: who took over the one need not wait for the other."""
    seconds = shift.runtime.settings.worker_lease
    begun, tag = time.monotonic(), secrets.token_hex(16)
    with shift.unit_of_work() as uow:
        waiting = and_(OutboxMail.state == MailState.WAITING, OutboxMail.next_at <= uow.now)
        stale = and_(OutboxMail.state == MailState.SENDING, OutboxMail.claim_until <= uow.now)
        if holds_samples(shift.runtime.settings):
            hold_samples(uow, or_(waiting, stale))
        due = (
            select(OutboxMail.id)
            .where(or_(waiting, stale))
            .order_by(OutboxMail.next_at, OutboxMail.created_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        taken = (
            update(OutboxMail)
            .where(OutboxMail.id.in_(select(due.c.id)))
            .values(state=MailState.SENDING, claim=tag, claim_until=uow.now + timedelta(seconds=seconds))
            .returning(*OUTBOX.c)
            .execution_options(synchronize_session=False)
        )
        mails = sorted(uow.session.execute(taken).all(), key=lambda mail: (mail.next_at, mail.created_at))
    return Claim(tag, begun, seconds, mails)


def send_batch(shift: Shift, batch: Claim, transport: Transport) -> int:
    """Sends and settles one mail after the other. Raises Outage, also when the connection broke twice running."""
    sent = broken = 0
    for mail in batch.mails:
        if not (batch.holds() and shift.may_continue()):
            break
        result = transport.send(letter(shift, mail, transport))
        settle(shift, batch, mail, result)
        sent += result.answer is Answer.SENT
        broken = broken + 1 if result.broke else 0
        if broken == 2:
            raise Outage(result.error)
    return sent


def letter(shift: Shift, mail: Row[Any], transport: Transport) -> Any:
    """The message of a row."""
    return transport.message(
        subject=mail.subject,
        recipients=[(mail.to_name, mail.to_address)],
        body=mail.text_body,
        html=mail.html_body,
        msgId=message_id(mail.id, shift.runtime.settings.base_url),
    )


def message_id(mail_id: int, base_url: str) -> str:
    """The same at each try, so that a repeated mail can be recognised."""
    return f"<outbox.{mail_id:x}@{urlsplit(base_url).hostname}>"


def settle(shift: Shift, batch: Claim, mail: Row[Any], result: Result) -> None:
    """Notes what became of one mail, unless somebody else has claimed it meanwhile."""
    if result.answer is Answer.SENT:
        note_sent(shift, batch, mail)
        return
    tries = mail.attempts + 1
    with shift.unit_of_work(fenced=False) as uow:
        values: dict[str, Any] = {"attempts": tries, "last_error": result.error}
        if result.answer is Answer.LATER and tries <= len(PAUSES):
            values |= {"state": MailState.WAITING, "next_at": uow.now + PAUSES[tries - 1]}
            uow.session.execute(_finish(batch, [mail.id], values))
        elif _park(uow, batch, mail.id, values):
            uow.emit(MailParked(mail_id=mail.id, sealed_by=mail.seal_key, error=result.error))


def _park(uow: UnitOfWork, batch: Claim, mail_id: int, values: dict[str, Any]) -> bool:
    done = uow.session.execute(
        _finish(batch, [mail_id], values | {"state": MailState.FAILED}).returning(OUTBOX.c.id)
    )
    return done.first() is not None


def note_sent(shift: Shift, batch: Claim, mail: Row[Any]) -> None:
    """The common end, in one statement of its own: the next mail waits for this commit."""
    values = {"mail": mail.id, "tag": batch.tag, "at": shift.runtime.clock()}
    with shift.runtime.engine.begin() as connection:
        connection.execute(_sent(mail.is_secret), values)


@cache
def _sent(secret: bool) -> Update:
    """Built once; the texts of a mail with a one-time link do not outlive its delivery."""
    ours = (OUTBOX.c.id == bindparam("mail"), OUTBOX.c.claim == bindparam("tag"))
    values = {
        "state": MailState.SENT, "attempts": OUTBOX.c.attempts + 1, "last_error": None, "sent_at": bindparam("at"),
        "claim": None, "claim_until": None,
    }  # fmt: skip
    gone = {"text_body": "", "html_body": ""} if secret else {}
    return update(OUTBOX).where(*ours, OUTBOX.c.state == MailState.SENDING).values(**values, **gone)


def release(shift: Shift, batch: Claim, pause: timedelta = timedelta(0), error: str | None = None) -> None:
    """Gives back what was claimed and not tried; an outage is not the mail's fault and costs it no try."""
    with shift.unit_of_work(fenced=False) as uow:
        values: dict[str, Any] = {"state": MailState.WAITING}
        if error is not None:
            values |= {"next_at": uow.now + pause, "last_error": error}
        uow.session.execute(_finish(batch, [mail.id for mail in batch.mails], values))


def _finish(batch: Claim, ids: list[int], values: dict[str, Any]) -> Update:
    """The end of a claim: changes only what is still claimed by it."""
    ours = (OUTBOX.c.id.in_(ids), OUTBOX.c.claim == batch.tag, OUTBOX.c.state == MailState.SENDING)
    return update(OUTBOX).where(*ours).values(**values, claim=None, claim_until=None)
