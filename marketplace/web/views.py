"""What belongs to no step of the story: language, health."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.i18n import LOCALES
from marketplace.web.access import public
from marketplace.web.i18n import LANGUAGE_COOKIE
from marketplace.web.requests import request_now
from marketplace.web.runtime import runtime
from marketplace.web.styleguide import styleguide_context

blueprint = Blueprint("web", __name__)


def local_target(address: str | None, otherwise: str = "") -> str:
    """The address itself if it stays on this site, else ``otherwise`` or the front page (no open redirect). Browsers
    read a backslash as a slash and skip tabs and line ends."""
    text = address or ""
    leaves = not text.startswith("/") or text.startswith("//") or any(char in text for char in "\\\t\r\n")
    return (otherwise or url_for("public.front")) if leaves else text


@blueprint.get("/language/<code>")
@public
def set_language(code: str) -> Response:
    """Remembers the language in a cookie."""
    if code not in LOCALES:
        abort(404)
    response = redirect(local_target(request.args.get("next")))
    secure = runtime().settings.secure_cookies
    response.set_cookie(LANGUAGE_COOKIE, code, max_age=31536000, samesite="Lax", httponly=True, secure=secure)
    return response


@blueprint.get("/healthz")
@public
def healthz() -> tuple[str, int, dict[str, str]]:
    """The process answers."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/styleguide")
@public
def styleguide() -> str:
    """Every element of the design system on one page (demonstration only)."""
    if not runtime().settings.demo:
        abort(404)
    return render_template("styleguide.html", **styleguide_context(request_now(), "errors" in request.args))
