"""What the program is made of at run time, in one place: engine, settings, clock, files, reactions."""

from collections.abc import Callable

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from marketplace.config import Settings
from marketplace.core.clock import Clock
from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event, Reactions
from marketplace.core.files import FileStore
from marketplace.core.unit_of_work import UnitOfWork


@dataclass(slots=True)
class Runtime:
    """The composed program; the web, the worker, the command line and the tests share it."""

    engine: Engine
    settings: Settings
    clock: Clock
    files: FileStore
    reactions: Reactions
    witnesses: tuple[Callable[[UnitOfWork, Event], None], ...]
    newest: Callable[[Session], int]
    """The number of the newest audit row: it grows with everything that happens."""
    record: Callable[..., None]
    """Writes an audit row about something that is no event: a refusal, a download, an export."""


def runtime() -> Runtime:
    """The running program's parts."""
    found: Runtime = current_app.extensions["marketplace"]
    return found
