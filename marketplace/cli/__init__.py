"""The flask commands (命令行): they call the same operations and queries as the pages."""

from flask import Flask

from marketplace.cli.decision import bare_app, decision, needs_no_settings
from marketplace.cli.outbox import outbox
from marketplace.cli.people import people
from marketplace.cli.review import review
from marketplace.cli.setup import doctor, setup
from marketplace.cli.trail import audit
from marketplace.cli.work import worker

COMMANDS = (setup, worker, review, people, outbox, audit, doctor, decision)

__all__ = ["COMMANDS", "bare_app", "needs_no_settings", "register"]


def register(app: Flask) -> None:
    """Adds the commands to ``flask``."""
    for command in COMMANDS:
        app.cli.add_command(command)
