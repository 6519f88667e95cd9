"""Headers, the guard against bad bytes, and the gate that denies by default."""

from flask import Flask, Response, abort, current_app, g, request
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from marketplace.core.errors import Refused
from marketplace.core.text import N_, has_forbidden_characters
from marketplace.web.access import Access, access_of
from marketplace.web.addresses import Number
from marketplace.web.requests import SAFE_METHODS, current_actor

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def install(app: Flask) -> None:
    """Puts the guard and the gate before, and the headers after, every view."""
    app.url_map.converters["int"] = Number
    app.before_request(refuse_bad_bytes)
    app.before_request(refuse_other_sites)
    app.before_request(deny_by_default)
    app.after_request(add_headers)


def refuse_bad_bytes() -> None:
    """One answer on both databases: undecodable or control characters in path, query or form are a 400. Reading the
    form here also means that the whole request has arrived before its moment is taken."""
    if "\ufffd" in request.path or has_forbidden_characters(request.path):
        abort(400)
    for values in (request.args, request.form if request.method not in SAFE_METHODS else {}):
        for key, items in values.lists() if hasattr(values, "lists") else ():
            if any("\ufffd" in text or has_forbidden_characters(text) for text in (key, *items)):
                abort(400)


def refuse_other_sites() -> None:
    """A second fence beside the CSRF token: browsers tell where a request comes from."""
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") in {
        "cross-site",
        "same-site",
    }:
        abort(403)


def deny_by_default() -> BaseResponse | None:
    """Nobody may call a view that does not say who may."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    from_app = _view_access()
    if from_app is None:
        abort(404)
    if from_app.public:
        return None
    if not current_user.is_authenticated:
        answer: BaseResponse = current_app.make_response(current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
        return answer
    if from_app.roles and not current_actor().has(*from_app.roles):
        raise Refused(N_("您当前的办事身份不能使用此功能"))
    return None


def _view_access() -> Access | None:
    return access_of(current_app.view_functions.get(request.endpoint or ""))


def add_headers(response: Response) -> Response:
    """The headers of every answer; private pages are never stored."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
    return response


def close_with_response(response: Response) -> Response:
    """Compression puts its own stream in a file's place and would leave the file open."""
    body = response.response
    if response.is_streamed and hasattr(body, "close"):
        response.call_on_close(body.close)
    return response
