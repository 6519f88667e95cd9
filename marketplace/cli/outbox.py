"""``flask outbox``: what is to be delivered, what failed, and trying again. Sealed mails are not known here."""

import secrets

import click
from flask.cli import AppGroup

from marketplace.cli.base import doing, looking, moment, printable
from marketplace.core.errors import MarketplaceError
from marketplace.i18n import DEFAULT_LOCALE, LOCALES
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.operations import enqueue, retry
from marketplace.notifications.queries import unsealed_mail, unsealed_mails
from marketplace.notifications.recipients import Recipient

outbox = AppGroup("outbox", help="Mails that wait, left or failed (发件箱).")


@outbox.command("list")
@click.option("--state", type=click.Choice([str(state) for state in MailState]), help="Only this state.")
@click.option("--failed", is_flag=True, help="Only those that failed.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
def list_mails(state: str | None, failed: bool, limit: int) -> None:
    """Newest first: number, state, tries, time, recipient, subject."""
    with looking() as session:
        query = unsealed_mails(MailState.FAILED if failed else state)
        for mail in session.scalars(query.limit(limit)):
            click.echo(
                f"{mail.id}  {mail.state:8} {mail.attempts:2}  {moment(mail.created_at)}  "
                f"{printable(mail.to_address)}  {printable(mail.subject)}"
            )


@outbox.command("show")
@click.argument("mail_id", type=int)
def show_mail(mail_id: int) -> None:
    """State and last error of one mail (its text belongs to its recipient)."""
    with looking() as session:
        mail = _mail(session.scalar(unsealed_mail(mail_id)), mail_id)
        for label, value in (
            ("state", mail.state), ("kind", mail.kind), ("to", f"{mail.to_name} <{mail.to_address}>"),
            ("subject", mail.subject), ("created", moment(mail.created_at)), ("tries", mail.attempts),
            ("next try", moment(mail.next_at) if mail.state == MailState.WAITING else "-"),
            ("sent", moment(mail.sent_at)), ("last error", mail.last_error or "-"),
        ):  # fmt: skip
            click.echo(f"{label:11}{printable(str(value))}")


@outbox.command("retry")
@click.argument("mail_id", type=int, required=False)
@click.option("--failed", is_flag=True, help="All that failed.")
def retry_mails(mail_id: int | None, failed: bool) -> None:
    """Makes one mail, or all failed ones, due at once."""
    if (mail_id is None) == (not failed):
        raise click.UsageError("name one mail, or say --failed")
    with doing() as uow:
        if mail_id is not None:
            mails = [_mail(uow.session.scalar(unsealed_mail(mail_id)), mail_id)]
        else:
            mails = list(uow.session.scalars(unsealed_mails(MailState.FAILED)))
        try:
            for mail in mails:
                retry(uow, mail)
        except MarketplaceError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{len(mails)} due again")


@outbox.command("trial")
@click.argument("address")
@click.option("--language", type=click.Choice(list(LOCALES)), default=DEFAULT_LOCALE, show_default=True)
def trial(address: str, language: str) -> None:
    """Puts a trial mail to ADDRESS into the outbox, to check the mail settings."""
    with doing() as uow:
        enqueue(
            uow, kind="trial", dedupe_key=f"trial:{secrets.token_hex(8)}", context={},
            recipients=[Recipient(None, address, address, language)],
        )  # fmt: skip
    click.echo("in the outbox; `flask outbox list` tells what became of it")


def _mail(found: OutboxMail | None, mail_id: int) -> OutboxMail:
    if found is None:
        raise click.ClickException(f"there is no mail {mail_id}")
    return found
