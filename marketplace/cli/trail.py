"""``flask audit``: the trail, without what is sealed, and its chain."""

import json
from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from marketplace.audit.chain import Finding, chain_key, head, holds, lost_anchors, verify
from marketplace.audit.labels import shown_details
from marketplace.audit.models import AuditRow
from marketplace.audit.queries import Filters, filtered_rows, visible_rows
from marketplace.cli.base import looking, moment, printable
from marketplace.web.runtime import runtime

audit = AppGroup("audit", help="Who did what, when (审计).")


@audit.command("list")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (Beijing).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Up to and with this day (Beijing).")
@click.option("--person", default="", help="Part of the person's name.")
@click.option("--organisation", default="", help="Part of the organisation's name.")
@click.option("--kind", default="", help="Action, such as TopicPublished, or kind of object, such as topic.")
@click.option("--outcome", default="", type=click.Choice(["", "done", "refused", "failed"]))
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
def list_rows(
    since: datetime | None, until: datetime | None, person: str, organisation: str, kind: str, outcome: str,
    limit: int,
) -> None:  # fmt: skip
    """Newest first: time, person, organisation, what, object, outcome, details."""
    filters = Filters(
        since.date() if since else None, until.date() if until else None, person, organisation, kind, outcome
    )
    with looking() as session:
        for row in session.scalars(filtered_rows(filters).limit(limit)):
            details = json.dumps(shown_details(row.details), ensure_ascii=False, sort_keys=True)
            click.echo(
                printable(
                    f"{moment(row.at)}  {row.person_name}（{row.organisation_name}）  {row.action} {row.label}  "
                    f"{row.subject_kind}  {row.outcome}  {row.reason or ''} {details}"
                )
            )


@audit.command("verify")
@click.option(
    "--anchor", default="", metavar="DIGEST", help="Is this end of the chain, as mailed, still part of it?"
)
def verify_chain(anchor: str) -> None:
    """Computes every digest of the chain again (审计链核验); exit status 1 when something does not fit.

    How many rows there are is not told: it would speak of sealed ones.
    """
    with looking() as session:
        found = verify(session, chain_key(runtime().settings))
        if found:
            click.echo(f"the trail is not whole: {found.fault.value}{_which(session, found)}", err=True)
            for lost in lost_anchors(session):
                click.echo(f"  the anchor of {lost.day} is not on the chain: {lost.digest}", err=True)
            raise SystemExit(1)
        click.echo(f"the trail is whole; it ends in {head(session).digest or 'nothing yet'}")
        if anchor and not holds(session, anchor.strip().lower()):
            click.echo("this anchor is not part of the chain", err=True)
            raise SystemExit(1)
        if anchor:
            click.echo("this anchor is part of the chain")


def _which(session: Session, found: Finding) -> str:
    """The row in words, when it may be shown."""
    row = session.scalar(visible_rows().where(AuditRow.id == found.row_id)) if found.row_id else None
    return f" — {moment(row.at)} {printable(row.action)} {printable(row.person_name)}" if row else ""
