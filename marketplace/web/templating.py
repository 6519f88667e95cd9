"""What every template may use: formats, language, navigation, the clock."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.routing import Rule

from marketplace.web.environment import PageEnvironment, filled
from marketplace.web.formats import (
    date_text,
    datetime_text,
    exact_text,
    exact_wan_text,
    money_text,
    score_text,
    until_text,
    wan_text,
)
from marketplace.web.i18n import (
    choose_locale,
    has_plural,
    in_chinese,
    page_gettext,
    page_language,
    page_ngettext,
    reason_text,
    speaks_english,
    to_english,
    translate,
)
from marketplace.web.markdown import markdown
from marketplace.web.navigation import navigation
from marketplace.web.requests import current_actor, request_now
from marketplace.web.runtime import runtime


def in_english() -> bool:
    """True when the page speaks English."""
    return speaks_english()


def show_datetime(moment: datetime | None, seconds: bool = False) -> str:
    """A moment in the page's language."""
    return datetime_text(moment, in_english(), seconds)


def show_until(moment: datetime | None, weekday: bool = False) -> str:
    """A deadline in the page's language: midnight is 24:00 of the day before."""
    return until_text(moment, in_english(), weekday)


def show_money(fen: int | None) -> str:
    """An amount with its unit in the page's language."""
    return money_text(fen, in_english())


def show_date(day: date | None) -> str:
    """A day in the page's language."""
    return date_text(day, in_english())


class Addresses:
    """Addresses looked up in a short way: those that never change while the program runs (assets by name, views by
    endpoint) once; those with values straight from the endpoint's one rule."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        manifest = Path(app.static_folder or "") / "built" / "manifest.json"
        self.hashed: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
        self.known: dict[tuple[str, str], str] = {}
        self.rules: dict[str, Rule | None] = {}
        self.short: dict[str, tuple[str, str, str] | None] = {}

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

    def url_for(self, endpoint: str, **values: Any) -> str:
        """The address of a view, as ``flask.url_for`` gives it."""
        short = self._short(endpoint)
        if short and len(values) == 1:
            ((name, value),) = values.items()
            if name == short[0] and type(value) is int and value >= 0:
                return f"{_script_root()}{short[1]}{value}{short[2]}"
        values = {name: value for name, value in values.items() if value is not None}
        rule = self._only_rule(endpoint)
        if rule is None or not rule.arguments <= values.keys() or not all(map(_is_simple, values.items())):
            return url_for(endpoint, **values)
        built = rule.build(values)
        return url_for(endpoint, **values) if built is None else _script_root() + built[1]

    def _short(self, endpoint: str) -> tuple[str, str, str] | None:
        """Name of the one number in the address, and what stands before and after it; None for other addresses."""
        if endpoint not in self.short:
            rule = self._only_rule(endpoint)
            name = next(iter(rule.arguments)) if rule is not None and len(rule.arguments) == 1 else ""
            parts = rule.rule.split(f"<int:{name}>") if rule is not None and name else []
            self.short[endpoint] = (name, parts[0], parts[1]) if len(parts) == 2 else None
        return self.short[endpoint]

    def _only_rule(self, endpoint: str) -> Rule | None:
        if endpoint not in self.rules:
            found = list(self.app.url_map.iter_rules(endpoint)) if endpoint in self.app.view_functions else []
            self.rules[endpoint] = found[0] if len(found) == 1 else None
        return self.rules[endpoint]


def address(endpoint: str, **values: Any) -> str:
    """``url_for`` of the templates, for views that name many pages."""
    addresses: Addresses = current_app.extensions["addresses"]
    return addresses.url_for(endpoint, **values)


def _script_root() -> str:
    """Where the program is mounted; a page asks a hundred times."""
    return cast(Any, request)._get_current_object().script_root  # type: ignore[no-any-return]


def _is_simple(pair: tuple[str, Any]) -> bool:
    """A value that goes into the address as it is, not an option of ``url_for``."""
    return isinstance(pair[1], str | int) and not pair[0].startswith("_")


def _context() -> dict[str, Any]:
    settings = runtime().settings
    return {
        "actor": current_actor(),
        "demo_mode": settings.demo,
        "footer": settings.footer,
        "locale": choose_locale(),
        "navigation": navigation(),
        "server_now": request_now(),
    }


def _in_one_language(language: str, words: Callable[..., str]) -> dict[str, Callable[..., str]]:
    """The filters of pages whose language is known when they are compiled."""
    english = language == "en"

    def moment(value: datetime | None, seconds: bool = False) -> str:
        return datetime_text(value, english, seconds)

    def day(value: date | None) -> str:
        return date_text(value, english)

    def until(value: datetime | None, weekday: bool = False) -> str:
        return until_text(value, english, weekday)

    def money(fen: int | None) -> str:
        return money_text(fen, english)

    return {
        f"t_{language}": words, f"datetime_{language}": moment, f"date_{language}": day, f"until_{language}": until,
        f"money_{language}": money,
    }  # fmt: skip


def install(app: Flask) -> None:
    """Registers filters, globals and the context of all pages."""
    app.jinja_env.undefined = StrictUndefined
    PageEnvironment.language = staticmethod(page_language)
    PageEnvironment.translate = staticmethod(page_gettext)
    PageEnvironment.has_plural = staticmethod(has_plural)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        datetime=show_datetime, until=show_until, date=show_date, exact=exact_text, wan=wan_text,
        money=show_money, exact_wan=exact_wan_text, score=score_text, t=translate,
        markdown=lambda text: Markup(markdown(text)),  # noqa: S704 - sanitized
    )  # fmt: skip
    for language, words in (("zh", in_chinese), ("en", to_english)):
        app.jinja_env.filters.update(_in_one_language(language, words))
    app.extensions["addresses"] = addresses = Addresses(app)
    app.jinja_env.globals.update(
        _=page_gettext, filled=filled, gettext=page_gettext, ngettext=page_ngettext, link=addresses.link,
        asset=addresses.asset, reason_text=reason_text, in_english=in_english, translate=translate,
        url_for=addresses.url_for,
    )  # fmt: skip
    app.context_processor(_context)
