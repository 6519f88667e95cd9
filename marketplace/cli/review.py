"""``flask review``: what an auditor can repeat (复核)."""

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.cli.base import looking, printable
from marketplace.reviews.draws import draws_in, is_repeatable
from marketplace.reviews.models import Panel

review = AppGroup("review", help="Repeat what was left to chance in reviews (评审复核).")


@review.command("draw-check")
@click.argument("panel_id", type=int)
def draw_check(panel_id: int) -> None:
    """Draws the members of PANEL_ID again from each recorded seed, and compares with the record and the audit trail."""
    with looking() as session:
        panel = session.get(Panel, panel_id)
        if panel is None:
            raise click.ClickException(f"there is no panel {panel_id}")
        draws, told = list(draws_in(panel.draw)), _told(session, panel_id)
        same = len(draws) == len(told)
        for number, (one, row) in enumerate(zip(draws, told, strict=False), 1):
            identical = is_repeatable(one) and _agrees(one, row)
            same = same and identical
            words = "identical" if identical else "DIFFERENT"
            facts = f"seed {one['seed']}, {len(one['candidates'])} candidates, chosen {one['chosen']}"
            click.echo(printable(f"draw {number}: {facts}: {words}"))
    click.echo(f"{len(draws)} draws, {len(told)} in the audit trail: {'identical' if same else 'DIFFERENT'}")
    if not same:
        raise SystemExit(1)


def _told(session: Session, panel_id: int) -> list[AuditRow]:
    query = (
        select(AuditRow)
        .where(
            AuditRow.action == "MembersDrawn",
            AuditRow.subject_kind == "panel",
            AuditRow.subject_id == panel_id,
        )
        .order_by(AuditRow.at, AuditRow.id)
    )
    return list(session.scalars(query))


def _agrees(one: dict[str, object], row: AuditRow) -> bool:
    return all(one[name] == row.details.get(name) for name in ("seed", "candidates", "chosen"))
