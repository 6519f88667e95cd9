"""The web program for one test: it dies right after a commit, before the answer leaves, while a file tells it to."""

import os
import signal
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from marketplace.application import create_app as build


def create_app() -> Flask:
    """The real program with a deadly listener."""
    app = build()
    sign = app.extensions["marketplace"].settings.data_dir / "die-after-commit"

    @event.listens_for(Session, "after_commit")
    def die(session: Any) -> None:
        if sign.exists():
            os.kill(os.getpid(), signal.SIGKILL)

    return app
