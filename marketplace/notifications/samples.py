"""Sample addresses (示例地址): in the demonstration no mail to them leaves, unless the settings allow it."""

from sqlalchemy import ColumnElement, func, or_, update

from marketplace.config import Settings
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import MailState, OutboxMail

RESERVED = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")
"""Domains that exist for examples only (RFC 2606)."""


def holds_samples(settings: Settings) -> bool:
    """True when mail to sample addresses must stay: the demonstration, unless it says DEMO_MAIL."""
    return settings.demo and not settings.demo_mail


def is_sample_address() -> ColumnElement[bool]:
    """SQL condition: the mail goes to a reserved domain or one below it."""
    address = func.lower(OutboxMail.to_address)
    return or_(*(address.endswith(f"{sign}{domain}") for domain in RESERVED for sign in "@."))


def hold_samples(uow: UnitOfWork, due: ColumnElement[bool]) -> None:
    """留存: what is due for a sample address is put aside for good, to be read in the outbox."""
    uow.session.execute(
        update(OutboxMail)
        .where(due, is_sample_address())
        .values(state=MailState.HELD, claim=None, claim_until=None)
        .execution_options(synchronize_session=False)
    )
