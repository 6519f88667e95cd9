"""A small world for tests: both databases, a frozen clock, the cast, and a browserless client for each of them."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, cast

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Connection, Dialect, Engine, event, make_url
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace import cli
from marketplace.application import compose, create_app
from marketplace.computations.models import Computation
from marketplace.computations.process import compute_here
from marketplace.computations.work import claim, settle
from marketplace.config import Settings
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.database import make_engine, reading_session, writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications import transport
from marketplace.notifications.jobs import Shift
from marketplace.organisations.identity import identity_by_token
from marketplace.organisations.models import Person
from marketplace.organisations.sessions import begin_session
from marketplace.web.environment import PageEnvironment
from tests.support.places import Place

BEGINNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday, 2 March 2026, 9:00 in Beijing."""

SIGN_IN_AGAIN = timedelta(minutes=10)
"""Less than the shortest idle limit."""

SECRET = "a secret that only the tests know, long enough"


@dataclass
class FrozenClock:
    """A clock that stands until it is moved."""

    now: datetime = BEGINNING

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


class Browser:
    """A test client that sends the CSRF token of the page it looked at, as a browser's form would."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def get(self, url: str, **kwargs: Any) -> TestResponse:
        response = self.client.get(url, **kwargs)
        if (response.content_type or "").startswith("text/html"):
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', response.get_data(as_text=True))
            self.token = found.group(1) if found else self.token
        return response

    def post(self, url: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        if not self.token:
            self.get("/sign-in")
        return self.client.post(url, data={"csrf_token": self.token, **(data or {})}, **kwargs)


@dataclass
class World:
    """The program on one database, at one moment, with everybody in it."""

    app: Flask
    clock: FrozenClock
    people: dict[str, int]
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    place: Place | None = None
    run_folder: Path = Path()
    steps: tuple[Any, ...] | None = None
    commits: int = 0

    def begin_at(self, template: str, place: Place, run_folder: Path) -> None:
        """A world that stands at the template: from here on steps may be taken up from copies (``staging``)."""
        self.place, self.run_folder = place, run_folder
        self.stand_at(template)
        self.arrive((place.kind,))

    def stand_at(self, database: str) -> None:
        """A copy of that database comes in the place of this world's own, as soon as somebody wants it."""
        assert self.place is not None
        self.parts.engine.dispose()
        Shared.awaited = partial(self.place.put, database)

    def kept_database(self) -> str:
        """A copy of the database as it is now."""
        assert self.place is not None
        self.engine.dispose()
        return self.place.kept(self.run_folder)

    def leave(self) -> None:
        """The end of the test: nobody is connected, and the database goes."""
        assert self.place is not None
        Shared.awaited = None
        self.parts.engine.dispose()
        self.place.clear()

    def come_by(self) -> tuple[Any, ...] | None:
        """The steps that led here from the template, if nothing else has been written since."""
        return self.steps if self.commits == Shared.commits else None

    def arrive(self, steps: tuple[Any, ...]) -> None:
        """Notes by which steps the world came to where it is now."""
        self.steps, self.commits = steps, Shared.commits

    @property
    def parts(self) -> Any:
        """The parts of the program, though its database may still wait to be put in its place."""
        return self.app.extensions["marketplace"]

    @property
    def runtime(self) -> Any:
        """The parts of the program, its database in its place."""
        Shared.settle()
        return self.parts

    @property
    def engine(self) -> Any:
        return self.runtime.engine

    def token(self, key: str) -> str:
        """A session token of a member of the cast: a new one when the clock has moved on, as after a new sign-in."""
        if not self._stays_signed_in(key):
            with self.uow() as uow:
                signed_in = self._sign_in(uow, key)
            self.tokens[key] = signed_in
        return self.tokens[key][0]

    def _stays_signed_in(self, key: str) -> bool:
        return key in self.tokens and self.clock() - self.tokens[key][1] < SIGN_IN_AGAIN

    def _sign_in(self, uow: UnitOfWork, key: str) -> tuple[str, datetime]:
        person = uow.session.get_one(Person, self.people[key])
        return begin_session(uow, person), self.clock()

    def actor(self, key: str) -> Actor:
        """A member of the cast as an actor."""
        token = self.token(key)
        with reading_session(self.engine) as session:
            return self._actor(session, key, token)

    def _actor(self, session: Session, key: str, token: str) -> Actor:
        identity = identity_by_token(session, token, self.clock())
        assert identity is not None, key
        return identity.actor

    @contextmanager
    def uow(self, key: str | None = None) -> Iterator[UnitOfWork]:
        """A unit of work of a member of the cast (or of the system), committed at the end of the block. Who is not
        signed in signs in on the way."""
        parts = self.runtime
        with writing_session(self.engine) as session:
            uow = UnitOfWork(
                session, SYSTEM, self.clock(), parts.settings, parts.files, parts.reactions, parts.witnesses
            )
            if key is None:
                yield uow
                uow.commit()
                return
            signed_in = self.tokens[key] if self._stays_signed_in(key) else self._sign_in(uow, key)
            acting = uow.as_actor(self._actor(session, key, signed_in[0]))
            yield acting
            acting.commit()
        self.tokens[key] = signed_in

    def do(self, key: str | None, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Runs one operation as somebody. ``(Model, id)`` pairs among the arguments are loaded first."""
        with self.uow(key) as uow:
            loaded = [
                uow.session.get_one(*a)
                if isinstance(a, tuple) and len(a) == 2 and isinstance(a[0], type)
                else a
                for a in args
            ]
            return operation(uow, *loaded, **kwargs)

    def compute(self) -> int:
        """Does all background computations that wait, at once and in this process; answers how many."""
        shift = Shift(self.app, lambda: True, lambda _session: None)
        done = 0
        while (order := claim(shift)) is not None:
            with self.uow() as uow:
                computation = uow.session.get_one(Computation, order.id)
                settle(uow, computation, compute_here(order.kind, order.payload))
            done += 1
        return done

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking."""
        with reading_session(self.engine) as session:
            yield session

    def browser(self, key: str | None = None, language: str | None = None) -> Browser:
        """A client signed in as a member of the cast, or a visitor."""
        client = self.app.test_client()
        if key is not None:
            token = self.token(key)
            with client.session_transaction() as session:
                session["_user_id"] = token
                session["_fresh"] = True
        if language:
            client.set_cookie("language", language)
        return Browser(client)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Collects the SQL statements run inside the block (BEGIN and PRAGMA apart)."""
        seen: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                seen.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(self.engine, "before_cursor_execute", note)


class CompiledTemplates(BytecodeCache):
    """Each template is compiled once for each language in a test run, however many worlds and processes it has."""

    folder: ClassVar[Path | None] = None
    kept: ClassVar[dict[tuple[str, str, str], bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        name = _name_of(bucket)
        if name not in self.kept and self.folder and (file := self.folder / "-".join(name)).exists():
            self.kept[name] = file.read_bytes()
        if (kept := self.kept.get(name)) is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        name = _name_of(bucket)
        self.kept[name] = bucket.bytecode_to_string()
        if self.folder:
            half = self.folder / f"{os.getpid()}-{threading.get_ident()}.half"
            half.write_bytes(self.kept[name])
            half.rename(self.folder / "-".join(name))


def _name_of(bucket: Bucket) -> tuple[str, str, str]:
    environment = cast(PageEnvironment, bucket.environment)
    return environment.language(), bucket.key, bucket.checksum


PLAIN: dict[str, Any] = {"testing": True, "argon2_memory_kib": 64, "page_seconds": 0}
"""Settings of tests: quick hashes, and no page made before."""


def build_world(url: str, data_dir: Path, **settings: Any) -> World:
    """The program on the database at ``url``, with an application of its own."""
    chosen = Settings(url, data_dir, SECRET, **(PLAIN | settings))
    clock = FrozenClock()
    app = create_app(chosen, clock)
    cli.register(app)
    app.jinja_env.bytecode_cache = CompiledTemplates()
    return World(app, clock, {})


class Shared:
    """One application a test process: building it costs more than most tests. Each test gets its own parts — database,
    clock, files — put into it; what differs in anything else builds its own with ``build_world``."""

    world: ClassVar[World | None] = None
    engines: ClassVar[dict[str, Engine]] = {}
    commits: ClassVar[int] = 0
    """Of all that was written through these engines."""
    awaited: ClassVar[Callable[[], None] | None] = None
    """What puts the database in its place as soon as somebody wants it: of several stages only the last is copied."""

    @classmethod
    def engine(cls, url: str) -> Engine:
        """The engine of this kind of database, led to another one: statements once compiled stay compiled."""
        address = make_url(url)
        engine = cls.engines.get(address.drivername)
        if engine is None:
            engine = cls.engines[address.drivername] = make_engine(url)
            event.listen(engine, "do_connect", partial(_connect_to_present, engine))
            event.listen(engine, "commit", cls._count)
            trust_the_machine(engine)
        engine.dispose()
        engine.url = address
        cls.awaited = None
        return engine

    @classmethod
    def settle(cls) -> None:
        """Puts the database in its place, if that still waits."""
        awaited, cls.awaited = cls.awaited, None
        if awaited is not None:
            awaited()

    @classmethod
    def _count(cls, _connection: Connection) -> None:
        cls.commits += 1

    @classmethod
    def with_database(cls, url: str, data_dir: Path, people: dict[str, int]) -> World:
        """The program on the database at ``url``, with a clock at the beginning and nobody signed in."""
        if cls.world is None:
            cls.world = build_world(url, data_dir)
        app, clock = cls.world.app, FrozenClock()
        settings = Settings(url, data_dir, SECRET, **PLAIN)
        app.extensions["marketplace"] = replace(compose(settings, clock), engine=cls.engine(url))
        transport.install(app, settings)
        return World(app, clock, dict(people))


def trust_the_machine(engine: Engine) -> None:
    """What tests write need not survive a power cut: SQLite does not wait for the disk."""
    if engine.dialect.name == "sqlite":
        event.listen(
            engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF")
        )


def _connect_to_present(
    engine: Engine, dialect: Dialect, _record: Any, args: list[Any], options: dict[str, Any]
) -> None:
    """Opens the database that the engine's address now names, not the one it was made for."""
    Shared.settle()
    present_args, present = dialect.create_connect_args(engine.url)
    args[:] = present_args
    options |= present
