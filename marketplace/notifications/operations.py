"""Writing to the outbox: in the transaction of the decision, once for each dedupe key."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import MailState, OutboxMail
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
) -> int:
    """邮件入箱: one mail for each recipient, rendered now in her language; answers how many are new. What already
    stands in the outbox under the same key stays as it is."""
    letters: dict[str, Letter] = {}
    rows = []
    for recipient in recipients:
        locale = known_locale(recipient.locale)
        if locale not in letters:
            letters[locale] = compose(kind, context, locale, uow.settings.base_url)
        rows.append(
            _row(uow, kind, f"{dedupe_key}:{recipient.person_id}", recipient, letters[locale], seal_key)
        )
    return _insert_new(uow, rows) if rows else 0


def _row(
    uow: UnitOfWork, kind: str, dedupe_key: str, recipient: Recipient, letter: Letter, seal_key: str | None
) -> dict[str, Any]:
    text_body, html_body = letter.for_name(recipient.name)
    return {
        "dedupe_key": dedupe_key,
        "kind": kind,
        "recipient_person_id": recipient.person_id,
        "to_address": recipient.email,
        "to_name": recipient.name,
        "subject": letter.subject,
        "text_body": text_body,
        "html_body": html_body,
        "seal_key": seal_key,
        "state": MailState.WAITING,
        "created_at": uow.now,
        "next_at": uow.now,
    }


def _insert_new(uow: UnitOfWork, rows: list[dict[str, Any]]) -> int:
    insert = postgresql.insert if uow.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(OutboxMail).on_conflict_do_nothing(index_elements=["dedupe_key"])
    return len(uow.session.execute(statement.returning(OutboxMail.id), rows).all())
