"""Where a test's database stands: how a copy comes there, and how what stands there is kept for others."""

import shutil
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from typing import Protocol

from tests.support.postgres import Postgres


class Place(Protocol):
    """One database of one test. Nobody is connected to it while it is put there or kept."""

    kind: str
    worth_keeping: float
    """How many seconds of processor time a step has to take, so that a copy of what it left is worth the trouble."""

    def put(self, template: str) -> None:
        """A copy of the template stands here, instead of what stood here before."""

    def kept(self, folder: Path) -> str:
        """A copy of what stands here, for as long as the run lasts: something that can be put elsewhere."""

    def clear(self) -> None:
        """Nothing stands here any more."""


class SqlitePlace:
    """A file."""

    kind, worth_keeping = "sqlite", 0.05

    def __init__(self, file: Path) -> None:
        self.file = file

    def put(self, template: str) -> None:
        for rest in ("-wal", "-shm"):
            Path(f"{self.file}{rest}").unlink(missing_ok=True)
        shutil.copy(template, self.file)

    def kept(self, folder: Path) -> str:
        file = folder / f"{uuid.uuid4().hex}.db"
        with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(file)) as kept:
            source.backup(kept)
        return str(file)

    def clear(self) -> None:
        """The file goes with the test's folder."""


class PostgresPlace:
    """A database of a server."""

    kind, worth_keeping = "postgres", 0.3

    def __init__(self, server: Postgres) -> None:
        self.server, self.name, self.stands = server, server.new_name(), False

    def put(self, template: str) -> None:
        self.clear()
        self.server.create_database(template, self.name)
        self.stands = True

    def kept(self, folder: Path) -> str:
        return self.server.create_database(self.name)

    def clear(self) -> None:
        if self.stands:
            self.server.drop_database(self.name)
        self.stands = False
