"""A furnished database with bench data, and the program in this process beside it: who signs in, what is counted."""

import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import event, text, update
from werkzeug.test import TestResponse

from marketplace.application import create_app
from marketplace.config import Settings
from marketplace.core.actor import SYSTEM
from marketplace.core.database import Base, writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations.models import Person
from marketplace.organisations.passwords import hash_password
from marketplace.organisations.reference import load_reference
from marketplace.organisations.sessions import begin_session
from marketplace.sample.cast import seat_cast
from marketplace.search.operations import rebuild
from marketplace.web.runtime import Runtime
from tests.bench.build import Built, build
from tests.bench.data import Amounts, bench_now
from tests.support.postgres import PostgresServer

SECRET = "the benchmark's secret, long enough to be one"
PASSWORD = "measure-me-please"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: with a form it is a POST."""

    path: str
    cookie: str = ""
    form: Mapping[str, str] | None = None
    encoding: str = ""

    def raw(self, port: int) -> bytes:
        """As it goes over the wire."""
        body = urlencode(self.form).encode() if self.form is not None else b""
        lines = [f"{'GET' if self.form is None else 'POST'} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if self.encoding:
            lines.append(f"Accept-Encoding: {self.encoding}")
        if self.form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Scene:
    """One database of one size."""

    settings: Settings
    people: Mapping[str, int]
    built: Built
    signed: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = create_app(self.settings)
        self.runtime = self.app.extensions["marketplace"]

    @property
    def environment(self) -> dict[str, str]:
        """For the servers."""
        return {
            "DATABASE_URL": self.settings.database_url, "DATA_DIR": str(self.settings.data_dir), "SECRET_KEY": SECRET,
            "IDLE_MINUTES": "720", "PRIVILEGED_IDLE_MINUTES": "720", "BENCH_PASSWORD": PASSWORD, "DEMO": "0",
        }  # fmt: skip

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of one of our views."""
        with self.app.test_request_context():
            found: str = self.app.url_for(endpoint, **values)
            return found

    def sign_in(self, key: str = "") -> tuple[str, str]:
        """(cookie header, CSRF token) of a member of the cast, or of a visitor with a form before her."""
        if key not in self.signed:
            client = self.app.test_client()
            if key:
                with client.session_transaction() as session:
                    session["_user_id"], session["_fresh"] = self._token(key), True
            found = TOKEN.search(
                client.get("/account/sessions" if key else "/sign-in").get_data(as_text=True)
            )
            cookie = client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
            if found is None or cookie is None:
                raise RuntimeError(f"no form for {key or 'a visitor'}")
            self.signed[key] = (f"{cookie.key}={cookie.value}", found.group(1))
        return self.signed[key]

    def _token(self, key: str) -> str:
        with self.writing() as uow:
            return begin_session(uow, uow.session.get_one(Person, self.people[key]))

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A unit of work of the system, committed at the end."""
        parts = self.runtime
        with writing_session(parts.engine) as session:
            uow = UnitOfWork(
                session, SYSTEM, parts.clock(), parts.settings, parts.files, parts.reactions, parts.witnesses
            )
            yield uow
            uow.commit()

    def get(self, path: str, key: str | None = None) -> Ask:
        """A look at a page, as a visitor without any cookie or as one of the cast."""
        return Ask(path, "" if key is None else self.sign_in(key)[0])

    def post(self, path: str, form: Mapping[str, str], key: str = "") -> Ask:
        """A form with a valid CSRF token."""
        cookie, token = self.sign_in(key)
        return Ask(path, cookie, {"csrf_token": token, **form})

    def call(self, ask: Ask) -> TestResponse:
        """The request in this process."""
        client: FlaskClient = self.app.test_client(use_cookies=False)
        headers = {"Cookie": ask.cookie} if ask.cookie else {}
        if ask.encoding:
            headers["Accept-Encoding"] = ask.encoding
        if ask.form is None:
            return client.get(ask.path, headers=headers)
        return client.post(ask.path, data=dict(ask.form), headers=headers)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Collects the statements run inside the block (BEGIN and PRAGMA apart)."""
        seen: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                seen.append(statement)

        event.listen(self.runtime.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(self.runtime.engine, "before_cursor_execute", note)


@contextmanager
def prepared(kind: str, amounts: Amounts) -> Iterator[Scene]:
    """A new database of that kind with everything in it, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if kind == "sqlite":
            yield furnish(f"sqlite:///{folder}/bench.db", Path(folder), amounts)
            return
        with PostgresServer() as server:
            yield furnish(server.url(server.create_database()), Path(folder), amounts)


def furnish(url: str, folder: Path, amounts: Amounts) -> Scene:
    """Schema, organisations and cast, then everything else."""
    settings = settings_for(url, folder)
    parts = create_app(settings).extensions["marketplace"]
    Base.metadata.create_all(parts.engine)
    with writing_session(parts.engine) as session:
        uow = UnitOfWork(session, SYSTEM, parts.clock(), settings, parts.files)
        load_reference(uow)
        people = seat_cast(uow)
        session.commit()
    begun = time.perf_counter()
    built = fill(parts, people, amounts)
    parts.engine.dispose()
    spent = time.perf_counter() - begun
    print(f"  {built.topics} topics, {built.bids} bids, {built.sheets} sheets in {spent:.0f} s", flush=True)
    return Scene(settings, people, built)


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of the program in this process: it makes every page anew, so that its statements can be counted."""
    return Settings(url, folder, SECRET, idle_minutes=720, privileged_idle_minutes=720, page_seconds=0)


def fill(parts: Runtime, people: Mapping[str, int], amounts: Amounts) -> Built:
    """The bench data; the cast are no sample accounts here and have a password; the search is built anew."""
    with writing_session(parts.engine) as session:
        uow = UnitOfWork(session, SYSTEM, parts.clock(), parts.settings, parts.files)
        password = hash_password(PASSWORD, parts.settings.argon2_memory_kib)
        session.execute(update(Person).values(is_demo=False, password_hash=password))
        built = build(session, amounts, people, bench_now())
        rebuild(uow)
        session.commit()
    know_the_rows(parts)
    return built


def know_the_rows(parts: Runtime) -> None:
    """What PostgreSQL does by itself some minutes after so many rows have come (its servers here keep no background
    workers), and what SQLite is told to do after an upgrade."""
    statement = "VACUUM (ANALYZE)" if parts.engine.dialect.name == "postgresql" else "ANALYZE"
    with parts.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
