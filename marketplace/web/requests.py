"""One session and one unit of work a request: opened lazily, committed once, rolled back on any refusal."""

import mimetypes
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, g, has_request_context, request
from flask_login import current_user
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from marketplace.core.actor import ANONYMOUS, Actor
from marketplace.core.database import database_now, reading_session, tells_time, writing_session
from marketplace.core.errors import StaleVersion
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.web.environment import PageEnvironment
from marketplace.web.runtime import runtime

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ATTEMPTS = 3


def db_session() -> Session:
    """The request's session: on SQLite a writing request takes the write lock from its first statement."""
    if "db_session" not in g:
        make = reading_session if request.method in SAFE_METHODS else writing_session
        g.db_session = make(runtime().engine)
    return cast(Session, g.db_session)


def current_actor() -> Actor:
    """Who acts in this request."""
    return cast(Actor, getattr(current_user, "actor", ANONYMOUS))


def request_now() -> Any:
    """The one moment of this request. A writing request reads it inside its transaction."""
    if "now" not in g:
        moment = runtime().clock()
        g.now = moment if request.method in SAFE_METHODS else database_now(db_session(), moment)
    return g.now


def asks_database_for_time() -> bool:
    """True while the moment of this writing request is not known and only the database can tell it."""
    return "now" not in g and request.method not in SAFE_METHODS and tells_time(db_session())


def request_id() -> str:
    """A random name for this request, on its audit rows and in the log."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return cast(str, g.request_id)


def unit_of_work(session: Session, actor: Actor, now: Any) -> UnitOfWork:
    """A unit of work on any session, with the program's reactions."""
    parts = runtime()
    inside = has_request_context()
    return UnitOfWork(
        session, actor, now, parts.settings, parts.files, parts.reactions, parts.witnesses,
        request_id() if inside else "", (request.remote_addr or "") if inside else "",
    )  # fmt: skip


def current_uow() -> UnitOfWork:
    """The request's unit of work; the application commits it when the view has returned."""
    if "uow" not in g:
        session = db_session()
        now = request_now()
        g.uow = unit_of_work(session, current_actor(), now)
    return cast(UnitOfWork, g.uow)


@contextmanager
def separate_uow() -> Iterator[UnitOfWork]:
    """A unit of work in a transaction of its own, committed at the end of the block: for what must stay on record
    whatever the answer is. What the request's own transaction holds is given up first."""
    actor = current_actor()
    discard()
    with writing_session(runtime().engine) as session:
        uow = unit_of_work(session, actor, database_now(session, runtime().clock()))
        yield uow
        uow.commit()


def discard() -> None:
    """Forgets everything this request has done so far; the next ``current_uow()`` begins anew."""
    if "db_session" in g:
        g.db_session.rollback()
    g.pop("uow", None)


def close(_error: BaseException | None = None) -> None:
    """Returns the connection at the end of the request."""
    session = g.pop("db_session", None)
    if session is not None:
        session.close()


def _worth_repeating(error: Exception) -> bool:
    if isinstance(error, IntegrityError):
        return True
    text = str(getattr(error, "orig", error))
    return any(sign in text for sign in ("database is locked", "deadlock detected", "could not serialize"))


class Application(Flask):
    """Flask with the request's unit of work around each view."""

    jinja_environment = PageEnvironment

    def send_static_file(self, filename: str) -> Response:
        """Built assets lie beside their compressed copy: nothing is compressed twice."""
        packed = Path(self.static_folder or "") / f"{filename}.gz"
        if not request.accept_encodings["gzip"] or not packed.is_file():
            return super().send_static_file(filename)
        response = super().send_static_file(f"{filename}.gz")
        response.content_type = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response

    def dispatch_request(self) -> Any:
        if request.method in SAFE_METHODS:
            return super().dispatch_request()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._dispatch_and_commit()
            except StaleDataError as error:
                discard()
                raise StaleVersion from error
            except (IntegrityError, OperationalError) as error:
                discard()
                if attempt == ATTEMPTS or not _worth_repeating(error):
                    raise
                self._rewind(attempt)
            except BaseException:
                discard()
                raise
        raise AssertionError("unreachable")

    def _dispatch_and_commit(self) -> Response:
        response = self.make_response(super().dispatch_request())
        if response.status_code >= 400:
            discard()
        elif "uow" in g:
            g.uow.commit()
        return response

    @staticmethod
    def _rewind(attempt: int) -> None:
        for _name, upload in request.files.items(multi=True):
            upload.stream.seek(0)
        g.pop("now", None)
        time.sleep(0.02 * attempt)
