"""Writing to the outbox: in the transaction of the decision, once for each dedupe key."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.notifications.events import MailRetried
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.policy import may_retry
from marketplace.notifications.recipients import Recipient
from marketplace.notifications.rendering import Letter, compose, known_locale


def enqueue(
    uow: UnitOfWork,
    *,
    kind: str,
    dedupe_key: str,
    recipients: Iterable[Recipient],
    context: Mapping[str, Any],
    seal_key: str | None = None,
    is_secret: bool = False,
) -> int:
    """邮件入箱: one mail for each recipient, rendered now in her language; answers how many are new. What already
    stands in the outbox under the same key stays as it is. ``is_secret`` for mails with a one-time link."""
    marks = {"kind": kind, "seal_key": seal_key, "is_secret": is_secret}
    letters: dict[str, Letter] = {}
    rows = []
    for recipient in recipients:
        locale = known_locale(recipient.locale)
        if locale not in letters:
            letters[locale] = compose(kind, context, locale, uow.settings.base_url)
        rows.append(marks | _row(uow, f"{dedupe_key}:{recipient.person_id}", recipient, letters[locale]))
    return _insert_new(uow, rows) if rows else 0


def _row(uow: UnitOfWork, dedupe_key: str, recipient: Recipient, letter: Letter) -> dict[str, Any]:
    text_body, html_body = letter.for_name(recipient.name)
    return {
        "dedupe_key": dedupe_key,
        "recipient_person_id": recipient.person_id,
        "to_address": recipient.email,
        "to_name": recipient.name,
        "subject": letter.subject,
        "text_body": text_body,
        "html_body": html_body,
        "state": MailState.WAITING,
        "created_at": uow.now,
        "next_at": uow.now,
    }


def _insert_new(uow: UnitOfWork, rows: list[dict[str, Any]]) -> int:
    connection = uow.session.connection()
    return len(connection.execute(_new_mails(connection.dialect.name), rows).all())


@cache
def _new_mails(database: str) -> Executable:
    insert = postgresql.insert if database == "postgresql" else sqlite.insert
    outbox = cast(Table, OutboxMail.__table__)
    return insert(outbox).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(outbox.c.id)


def retry(uow: UnitOfWork, mail: OutboxMail) -> None:
    """重新投递: a parked mail, or one that waits for its next try, is due at once and has all its tries again."""
    require(may_retry(uow.actor, mail))
    mail.state, mail.attempts, mail.next_at = MailState.WAITING, 0, uow.now
    uow.emit(MailRetried(mail_id=mail.id, sealed_by=mail.seal_key))
