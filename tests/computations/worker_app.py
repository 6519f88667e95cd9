"""The program with the tests' kinds of computation, for a worker process."""

from flask import Flask

import app
from marketplace.computations.registry import KINDS
from tests.computations.kinds import TRIALS


def create_app() -> Flask:
    KINDS.update(TRIALS)
    return app.create_app()
