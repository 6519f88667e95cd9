"""``flask setup`` and ``flask doctor``."""

import sys

import click

from marketplace.audit.chain import chain_key
from marketplace.cli.base import looking
from marketplace.doctor import Context, examine
from marketplace.web.runtime import runtime


@click.command("setup")
@click.option("--demo", is_flag=True, help="Also add the sample cast and the sample year (DEMO=1 only).")
def setup(demo: bool) -> None:
    """Brings schema and reference data up to date; running it again changes nothing."""
    # Loads Alembic, which no other command needs, nor the worker.
    from marketplace.setup import Interrupted, set_up, set_up_demo

    parts = runtime()
    if demo and not parts.settings.demo:
        raise click.UsageError("--demo needs DEMO=1: sample accounts never belong into a real installation")
    try:
        (set_up_demo if demo else set_up)(parts, click.echo)
    except Interrupted as interrupted:
        raise click.ClickException(str(interrupted)) from interrupted


@click.command("doctor")
def doctor() -> None:
    """Checks the named invariants; exit status 1 and the broken rows if one does not hold."""
    parts = runtime()
    with looking() as session:
        findings = examine(Context(session, parts.files, parts.clock(), chain_key(parts.settings)))
    for name, rows in findings.items():
        click.echo(f"{'ok  ' if not rows else 'FAIL'} {name}")
        for row in rows[:20]:
            click.echo(f"       {row}")
    broken = sum(bool(rows) for rows in findings.values())
    click.echo(f"{len(findings)} invariants, {broken} broken")
    sys.exit(1 if broken else 0)
