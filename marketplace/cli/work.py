"""``flask worker``: the process that delivers mail and keeps the deadlines."""

import logging

import click
from flask import current_app
from flask.cli import with_appcontext

from marketplace.notifications.worker import Worker
from marketplace.schedule import BACKGROUND, JOBS


@click.command("worker")
@click.option("--once", is_flag=True, help="Run every job once, then end.")
@with_appcontext
def worker(once: bool) -> None:
    """Delivers mail and does what is due, until SIGTERM (工作进程)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    here = Worker(current_app._get_current_object(), JOBS, BACKGROUND)  # type: ignore[attr-defined]
    if not once:
        here.run()
        return
    done = here.run_once()
    if done is None:
        raise click.ClickException("another worker holds the lease; it does the same work")
    for name, number in done.items():
        click.echo(f"{name}: {'failed' if number is None else 'done'}")
    if None in done.values():
        raise SystemExit(1)
