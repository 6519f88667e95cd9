#!/usr/bin/env python3
"""The one entry: `python3 app.py` installs and runs the program, `python3 app.py test` installs and tests it.

Only the standard library is imported here, so that this file works before anything is installed;
`flask` and gunicorn find the application as `app:create_app`.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """The web application, configured by the environment; under the ``flask`` command also the commands."""
    with nothing_collected():
        if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
            return with_commands()
        from marketplace.application import create_app as build

        app = build()  # web processes need not load what only commands use
    gc.freeze()  # what is loaded now stays: collecting garbage need not look through it while somebody waits
    return app


def with_commands() -> Flask:
    """The application of the ``flask`` command."""
    from marketplace import cli

    if cli.needs_no_settings(sys.argv[1:]):
        return cli.bare_app()
    from marketplace.application import create_app as build

    app = build()
    cli.register(app)
    return app


@contextmanager
def nothing_collected() -> Iterator[None]:
    """What is loaded is no garbage: to look for some again and again is an eighth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def main() -> int:
    """Carry out one verb of the command line."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the very case this line is for
        print("Python 3.11 or newer is needed; this is " + sys.version.split()[0], file=sys.stderr)
        return 2
    from marketplace.bootstrap import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
