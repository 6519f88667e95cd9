"""What every template may use: formats, language, navigation, the clock."""

import json
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import get_locale
from jinja2 import StrictUndefined
from markupsafe import Markup

from marketplace.web.formats import date_text, datetime_text, exact_text, score_text, wan_text
from marketplace.web.i18n import reason_text, translate
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


@lru_cache(maxsize=4)
def _manifest(path: Path, _stamp: float) -> dict[str, str]:
    found: dict[str, str] = json.loads(path.read_text())
    return found


def asset(app: Flask, name: str) -> str:
    """The address of a static file, with its content hash when the assets have been built."""
    path = Path(app.static_folder or "") / "built" / "manifest.json"
    hashed = _manifest(path, path.stat().st_mtime).get(name, name) if path.exists() else name
    return url_for("static", filename=hashed)


def link(endpoint: str) -> str:
    """The address of a view that the frame of all pages points to; empty in a program without that feature."""
    return url_for(endpoint) if endpoint in current_app.view_functions else ""


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
    app.jinja_env.globals.update(link=link, reason_text=reason_text, in_english=in_english, translate=translate)
    app.jinja_env.globals["asset"] = lambda name: asset(app, name)
    app.context_processor(_context)
