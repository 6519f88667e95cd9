"""Public pages for visitors without a session may be kept for a minute; nothing else is ever stored."""

import hashlib
import re

from flask import Response, current_app, make_response, request
from flask_login import current_user

VISITOR_SECONDS = 60
_CLOCKS = re.compile(r'data-server-now="[^"]*"|<time[^>]*data-clock>.*?</time>')


def for_visitors(body: str, content_type: str = "text/html; charset=utf-8") -> Response:
    """The page, and for visitors its leave to be stored shortly and to be asked for again only if it has changed
    (the clock in the footer is not a change)."""
    response = make_response(body)
    response.content_type = content_type
    if current_user.is_authenticated or current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return response
    response.headers["Cache-Control"] = f"public, max-age={VISITOR_SECONDS}"
    response.vary.add("Cookie")
    response.set_etag(hashlib.sha256(_CLOCKS.sub("", body).encode()).hexdigest()[:32], weak=True)
    response.make_conditional(request)
    return response
