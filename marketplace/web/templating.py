"""What every template may use: formats, language, navigation, the clock."""

import json
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import get_locale
from jinja2 import StrictUndefined
from markupsafe import Markup

from marketplace.core.clock import to_beijing
from marketplace.core.money import fen_to_wan
from marketplace.web.i18n import reason_text, translate
from marketplace.web.markdown import markdown
from marketplace.web.navigation import navigation
from marketplace.web.requests import current_actor, request_now
from marketplace.web.runtime import runtime

WEEKDAYS_ZH = "一二三四五六日"


def in_english() -> bool:
    """True when the page speaks English."""
    return str(get_locale()) == "en"


def show_datetime(moment: datetime | None, seconds: bool = False) -> str:
    """2026年3月31日（周二）17:30 or 31 Mar 2026 17:30, Beijing time."""
    if moment is None:
        return ""
    local = to_beijing(moment)
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return f"{show_date(local.date())} {clock}"


def show_date(day: date | None) -> str:
    """2026年3月31日 or 31 Mar 2026."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = to_beijing(day).date()
    return f"{day:%-d %b %Y}" if in_english() else f"{day.year}年{day.month}月{day.day}日"


def show_exact(moment: datetime | None) -> str:
    """2026-03-31 17:29:59.123 (receipts: to the millisecond, Beijing time)."""
    if moment is None:
        return ""
    local = to_beijing(moment)
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"


def show_wan(fen: int | None) -> str:
    """Money in 万元 with two decimals, without the unit."""
    return "" if fen is None else f"{fen_to_wan(fen):,.2f}"


def show_score(score: Decimal | None) -> str:
    """A score with two decimals."""
    return "" if score is None else f"{score:.2f}"


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
        datetime=show_datetime, date=show_date, exact=show_exact, wan=show_wan, score=show_score, t=translate,
        markdown=lambda text: Markup(markdown(text)),  # noqa: S704 - sanitized
    )  # fmt: skip
    app.jinja_env.globals.update(link=link, reason_text=reason_text, in_english=in_english, translate=translate)
    app.jinja_env.globals["asset"] = lambda name: asset(app, name)
    app.context_processor(_context)
