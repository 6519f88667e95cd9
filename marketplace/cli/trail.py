"""``flask audit``: the trail, without what is sealed."""

import json
from datetime import datetime

import click
from flask.cli import AppGroup

from marketplace.audit.labels import shown_details
from marketplace.audit.queries import Filters, filtered_rows
from marketplace.cli.base import looking, moment, printable

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
