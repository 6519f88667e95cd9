"""What every template may use: formats, language, navigation, the clock."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from flask_babel import get_locale
from jinja2 import StrictUndefined
from markupsafe import Markup

from marketplace.web.formats import date_text, datetime_text, exact_text, score_text, wan_text
from marketplace.web.i18n import page_gettext, reason_text, translate
from marketplace.web.markdown import markdown
from marketplace.web.navigation import navigation
from marketplace.web.requests import current_actor, request_now
from marketplace.web.runtime import runtime


def in_english() -> bool:
    """True when the page speaks English."""
    return str(get_locale()) == "en"


def show_datetime(moment: datetime | None, seconds: bool = False) -> str:
    """A moment in the page's language."""
    return datetime_text(moment, in_english(), seconds)


def show_date(day: date | None) -> str:
    """A day in the page's language."""
    return date_text(day, in_english())


class Addresses:
    """Addresses that never change while the program runs, looked up once: assets by name, views by endpoint."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        manifest = Path(app.static_folder or "") / "built" / "manifest.json"
        self.hashed: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
        self.known: dict[tuple[str, str], str] = {}

    def asset(self, name: str) -> str:
        """The address of a static file, with its content hash when the assets have been built."""
        key = (request.script_root, name)
        if key not in self.known:
            self.known[key] = url_for("static", filename=self.hashed.get(name, name))
        return self.known[key]

    def link(self, endpoint: str) -> str:
        """The address of a view that the frame of all pages points to; empty in a program without that feature."""
        key = (request.script_root, endpoint)
        if key not in self.known:
            self.known[key] = url_for(endpoint) if endpoint in self.app.view_functions else ""
        return self.known[key]


def _context() -> dict[str, Any]:
    settings = runtime().settings
    return {
        "actor": current_actor(),
        "demo_mode": settings.demo,
        "footer": settings.footer,
        "locale": str(get_locale()),
        "navigation": navigation(),
        "server_now": request_now(),
    }


def install(app: Flask) -> None:
    """Registers filters, globals and the context of all pages."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        datetime=show_datetime, date=show_date, exact=exact_text, wan=wan_text, score=score_text, t=translate,
        markdown=lambda text: Markup(markdown(text)),  # noqa: S704 - sanitized
    )  # fmt: skip
    addresses = Addresses(app)
    app.jinja_env.globals.update(
        _=page_gettext, gettext=page_gettext, link=addresses.link, asset=addresses.asset,
        reason_text=reason_text, in_english=in_english, translate=translate,
    )  # fmt: skip
    app.context_processor(_context)
