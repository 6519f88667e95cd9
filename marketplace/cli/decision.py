"""``flask decision``: the decision core on files, for anybody, without database or settings."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from marketplace.cli.base import printable
from marketplace.decision.arrays import np
from marketplace.decision.base import InputError
from marketplace.decision.runner import run as run_case
from marketplace.priority import archive

BAD_INPUT = 2
OPTIONS_WITH_VALUE = {"-A", "--app", "-e", "--env-file"}

decision = AppGroup("decision", help="Recompute cases and published snapshots from files (复算).")


def needs_no_settings(words: Sequence[str]) -> bool:
    """True when the command line asks ``flask`` for the decision core, which is the same wherever it runs."""
    rest = iter(words)
    for word in rest:
        if word in OPTIONS_WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return word == decision.name
    return False


def bare_app() -> Flask:
    """No more of the program than the commands on files."""
    app = Flask("marketplace", static_folder=None)
    app.cli.add_command(decision)
    return app


def refuse(message: str) -> NoReturn:
    """One line, and the exit status of bad input."""
    click.echo(f"Error: {printable(message)}", err=True)
    sys.exit(BAD_INPUT)


@decision.command("run")
@click.argument("file", type=click.Path(path_type=Path))
def run(file: Path) -> None:
    """Answer a case: a JSON file with "method" and "inputs"; files it names lie beside it. Prints one JSON object.
    Bad input gets one line and exit status 2."""
    try:
        with quiet_solver(), np.errstate(divide="raise", over="raise", invalid="raise"):
            answer = run_case(read_case(file), file.parent)
        text = json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False)
    except InputError as error:
        refuse(str(error))
    except Exception as error:  # whatever else a file may hold, its owner gets a line and no traceback
        refuse(f"{file.name}: these inputs cannot be computed ({type(error).__name__}: {error})")
    click.echo(text)


@decision.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
def verify(file: Path) -> None:
    """Compute a published snapshot (a ZIP file) again from its inputs: exit status 0 when every figure and every byte
    is the same, 1 with a line for each difference, 2 when the file is no snapshot."""
    try:
        data = file.read_bytes()
        with quiet_solver():
            checked = archive.verify(data)
    except OSError as error:
        refuse(f"{file}: cannot be read ({error.strerror or 'no such file'})")
    except archive.BadArchive as error:
        refuse(f"{file}: {error}")
    click.echo(f"{checked.code} snapshot {checked.number}, SHA-256 {checked.sha256}")
    for finding in checked.findings:
        click.echo(printable(f"differs: {finding}"))
    click.echo(
        "NOT identical" if checked.findings else "identical: everything was computed again from the inputs"
    )
    sys.exit(1 if checked.findings else 0)


@contextmanager
def quiet_solver() -> Iterator[None]:
    """What a solver prints past Python goes to standard error: standard output is for the answer alone."""
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def read_case(file: Path) -> Any:
    """The content of a JSON file. Raises InputError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror or 'no such file'})") from error
    except UnicodeDecodeError as error:
        raise InputError(str(file), "is not text in UTF-8") from error
    try:
        return json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InputError(
            str(file), f"is not JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        ) from error


def _no_number(name: str) -> NoReturn:
    raise InputError("inputs", f"must be finite numbers: {name} is none")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise InputError(next(name for name in names if names.count(name) > 1), "is given twice")
    return found
