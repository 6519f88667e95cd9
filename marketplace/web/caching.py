"""Public pages for visitors without a session may be kept for a minute; nothing else is ever stored.

A process keeps the pages it has made for visitors itself, too: for a few seconds (``PAGE_SECONDS``), and only as long
as nothing has happened in the program (every change leaves an audit row, so the newest row's number tells)."""

import hashlib
import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from flask import Flask, Response, current_app, g, make_response, request

from marketplace.core.dataclass import dataclass
from marketplace.web.formats import datetime_text
from marketplace.web.i18n import LANGUAGE_COOKIE, speaks_english
from marketplace.web.requests import db_session, request_now
from marketplace.web.runtime import runtime

VISITOR_SECONDS = 60
MOST_KEPT = 128
MOMENT, CLOCK = "\x00moment\x00", "\x00clock\x00"
"""Stand in a kept page where the server's time is shown; no page can hold them (control characters are refused)."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One page as it was made: without its clock, with what tells whether it is still true."""

    body: str
    content_type: str
    etag: str
    made_at: datetime
    mark: int


class Pages:
    """The pages kept in this process, the least recently asked for go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, mark: int, now: datetime, kept_for: timedelta) -> Kept | None:
        """The page if it is still true."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.mark != mark or not timedelta(0) <= now - found.made_at < kept_for:
                return None
            self._kept.move_to_end(key)
            return found

    def put(self, key: Key, page: Kept) -> None:
        """Keeps one more."""
        with self._lock:
            self._kept[key] = page
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


def install(app: Flask) -> None:
    """Answers visitors with kept pages. Comes after the guards of ``security``."""
    app.extensions["visitor_pages"] = Pages()
    app.before_request(answer_visitor)


def is_visitor() -> bool:
    """Nobody with a session, not even an empty one."""
    return current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def answer_visitor() -> Response | None:
    """The kept page, if this visitor asks for one that is still true."""
    if request.method != "GET" or request.endpoint not in current_app.extensions.get("kept_endpoints", ()):
        return None
    seconds = runtime().settings.page_seconds
    if seconds == 0 or not is_visitor():
        return None
    g.visitor_mark = runtime().newest(db_session())
    found = _pages().get(_key(), g.visitor_mark, request_now(), timedelta(seconds=seconds))
    return None if found is None else _response(found)


def for_visitors(body: str, content_type: str = "text/html; charset=utf-8") -> Response:
    """The page, and for visitors its leave to be stored shortly and to be asked for again only if it has changed
    (the clock in the footer is not a change)."""
    if not is_visitor():
        response = make_response(body)
        response.content_type = content_type
        return response
    page = _kept(body, content_type)
    current_app.extensions.setdefault("kept_endpoints", set()).add(request.endpoint)
    if "visitor_mark" in g:
        _pages().put(_key(), page)
    return _response(page)


def _kept(body: str, content_type: str) -> Kept:
    moment, clock = _time_shown()
    bare = body.replace(moment, MOMENT).replace(f"data-clock>{clock}<", f"data-clock>{CLOCK}<")
    etag = hashlib.sha256(bare.encode()).hexdigest()[:32]
    return Kept(bare, content_type, etag, request_now(), g.get("visitor_mark", 0))


def _time_shown() -> tuple[str, str]:
    now = request_now()
    return now.isoformat(), datetime_text(now, speaks_english(), seconds=True)


def _response(page: Kept) -> Response:
    moment, clock = _time_shown()
    response = make_response(page.body.replace(MOMENT, moment).replace(CLOCK, clock))
    response.content_type = page.content_type
    response.headers["Cache-Control"] = f"public, max-age={VISITOR_SECONDS}"
    response.vary.add("Cookie")
    response.set_etag(page.etag, weak=True)
    response.make_conditional(request)
    return response


def _pages() -> Pages:
    pages: Pages = current_app.extensions["visitor_pages"]
    return pages


def _key() -> Key:
    database = runtime().engine.url.database or ""
    return database, request.script_root, request.full_path, request.cookies.get(LANGUAGE_COOKIE, "")
