"""A small application around the templates alone: no database, no feature, the real assets."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, Response, g, render_template, request
from flask.testing import FlaskClient
from flask_babel import Babel
from jinja2 import StrictUndefined

from marketplace.i18n import DEFAULT_LOCALE, TRANSLATIONS, compile_catalogues
from marketplace.web.formats import exact_wan_text
from marketplace.web.i18n import page_gettext, translate
from marketplace.web.styleguide import styleguide_context
from marketplace.web.templating import Addresses, show_date, show_datetime, show_money, show_until

ROOT = Path(__file__).resolve().parents[2]
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
NOW = datetime(2031, 3, 1, 2, 30, 15, tzinfo=UTC)


def page_context() -> dict[str, Any]:
    """What the application gives to every page."""
    language = request.args.get("lang", "zh_Hans_CN")
    signed_in = request.args.get("as") != "guest"
    acting = SimpleNamespace(organisation_name="示例市机关事务管理局", roles=frozenset({"clerk", "expert"}))
    user = SimpleNamespace(person_id=1, name="示例填报人", is_authenticated=signed_in, acting=acting)
    labels = (
        ("工作台", "榜单", "揭榜", "评审", "项目", "优先支持")
        if language == "zh_Hans_CN"
        else ("Workbench", "Challenge lists", "Bids", "Review", "Projects", "Priority")
    )
    menu = [{"label": label, "url": "#", "active": label == labels[1]} for label in labels]
    menu[0]["count"] = 3
    expires = NOW + timedelta(seconds=int(request.args.get("session", "1800")))
    return {
        "current_user": user,
        "navigation": menu,
        "demo_mode": True,
        "locale": language,
        "server_now": NOW,
        "session_expires_at": expires if signed_in else None,
        "footer": {"sponsor": "示例省机关事务管理局", "phone": "示例电话"},
    }


def add_routes(app: Flask) -> None:
    """The addresses the frame links to, and the pages under test."""
    pages = (
        "public.front",
        "organisations.sign_in",
        "organisations.my_sessions",
        "organisations.choose_acting",
    )
    for name in pages:
        app.add_url_rule(f"/{name}", name, str)
    app.add_url_rule("/language/<code>", "web.set_language", lambda code: code)
    app.add_url_rule("/sign-out", "organisations.sign_out", lambda: "", methods=["POST"])
    later = (NOW + timedelta(hours=1)).isoformat()
    app.add_url_rule(
        "/organisations.extend_session",
        "organisations.extend_session",
        lambda: {"expires_at": later},
        methods=["POST"],
    )
    app.add_url_rule("/styleguide", "styleguide", styleguide)
    app.add_url_rule("/styleguide/autosave", "autosave", autosave, methods=["POST"])
    app.add_url_rule("/errors/<int:code>", "error", error_page, methods=["GET", "POST"])


def styleguide() -> str:
    """The style guide; ``?errors=1`` as it comes back after a wrong form."""
    return render_template("styleguide.html", **styleguide_context(NOW, "errors" in request.args))


def autosave() -> dict[str, Any]:
    """Accept a draft."""
    return {"saved_at": NOW.isoformat(), "version": 4}


def error_page(code: int) -> str:
    """An error page with all it can show."""
    yours, theirs = {"标题": "我的标题"}, {"标题": "别人的标题"}
    return render_template(
        f"errors/{code}.html", reason="示例原因", yours=yours, theirs=theirs, request_id="a1b2"
    )


@pytest.fixture(scope="session")
def design_app() -> Flask:
    """The templates with their assets and both languages, undefined names forbidden."""
    app = Flask("design", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    compile_catalogues()
    app.config.update(
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_DEFAULT_LOCALE=DEFAULT_LOCALE,
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
        SECRET_KEY="design",
    )
    Babel(app, locale_selector=lambda: request.args.get("lang", "zh_Hans_CN"))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        datetime=show_datetime,
        until=show_until,
        date=show_date,
        exact_wan=exact_wan_text,
        money=show_money,
        t=translate,
        unit=str,
    )
    addresses = Addresses(app)
    app.jinja_env.globals.update(
        _=page_gettext,
        gettext=page_gettext,
        asset=addresses.asset,
        link=addresses.link,
        csrf_token=lambda: "token",
    )
    app.before_request(speak)
    app.context_processor(page_context)
    app.after_request(secure)
    add_routes(app)
    return app


def speak() -> None:
    """The language that the address names."""
    g.speaks_english = request.args.get("lang") == "en"


def secure(response: Response) -> Response:
    """The strict policy of the real application."""
    response.headers["Content-Security-Policy"] = CSP
    return response


@pytest.fixture
def client(design_app: Flask) -> Iterator[FlaskClient]:
    """Client for the pages."""
    with design_app.test_client() as opened:
        yield opened


def gzip_size(content: bytes) -> int:
    """Bytes over the wire."""
    return len(gzip.compress(content, 6))
