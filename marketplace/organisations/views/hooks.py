"""What happens around every request of a signed-in person."""

from contextlib import suppress
from datetime import datetime
from typing import Any, cast

from flask import g, redirect, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from marketplace.core.database import writing_session
from marketplace.organisations.identity import Identity
from marketplace.organisations.labels import KIND_LABELS, ROLE_LABELS
from marketplace.organisations.sessions import TOUCH_EVERY, touch
from marketplace.organisations.views.base import blueprint
from marketplace.web.requests import request_now
from marketplace.web.runtime import runtime

OPEN_WITHOUT_NEW_PASSWORD = frozenset(
    {
        "organisations.change_password",
        "organisations.save_password",
        "organisations.sign_out",
        "organisations.extend_session",
        "web.set_language",
        "web.healthz",
        "notifications.readyz",
        "static",
    }
)


def signed_in_identity() -> Identity | None:
    """Whoever is signed in, without a database question for visitors."""
    if "_user_id" not in session or not current_user.is_authenticated:
        return None
    return cast(Identity, current_user._get_current_object())


@blueprint.before_app_request
def notice_presence() -> Response | None:
    """Remembers that the person is there, and lets nobody pass who must change the password first."""
    if request.endpoint in (None, "static"):
        return None
    identity = signed_in_identity()
    if identity is None:
        return None
    if request_now() - identity.last_seen_at >= TOUCH_EVERY:
        g.seen = (identity.session_id, request_now())
    if identity.must_change_password and request.endpoint not in OPEN_WITHOUT_NEW_PASSWORD:
        return redirect(url_for("organisations.change_password"))
    return None


@blueprint.teardown_app_request
def note_presence(_error: BaseException | None) -> None:
    """At most once a minute and after the request's own transaction, so that nothing waits for it. A busy database
    may forget it: the next request notes it."""
    seen: tuple[int, datetime] | None = g.pop("seen", None)
    if seen is None:
        return
    with suppress(OperationalError), writing_session(runtime().engine) as own:
        touch(own, *seen)
        own.commit()


def expires_at(identity: Identity) -> datetime:
    """When the session ends if this request is the last."""
    seen = g.seen[1] if "seen" in g else identity.last_seen_at
    return identity.expires_at(seen)


@blueprint.app_context_processor
def session_end() -> dict[str, Any]:
    """For the warning before the idle end."""
    identity = signed_in_identity()
    return {"session_expires_at": expires_at(identity) if identity else None}


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """The words of roles and kinds of organisation, for every page."""
    return {"role_labels": ROLE_LABELS, "kind_labels": KIND_LABELS}


BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("QIHU", "360"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
            ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Mac OS", "macOS"),
           ("Linux", "Linux"))  # fmt: skip


@blueprint.app_template_filter()
def browser_name(agent: str) -> str:
    """A browser and its system, from what it says of itself."""
    found = [next((name for sign, name in known if sign in agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or gettext("未知浏览器")
