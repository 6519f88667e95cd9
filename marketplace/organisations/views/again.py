"""The session ended while somebody was typing: sign in again, and nothing typed is lost (重新登录).

The posted fields travel through the sign-in page as hidden inputs. They are only taken up when the request bore a
valid CSRF token, so no other site can plant them, and only given back to the person whose session had ended.
"""

from dataclasses import field

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select
from wtforms import ValidationError

from marketplace.core.database import reading_session
from marketplace.core.dataclass import dataclass
from marketplace.organisations.forms import SignInForm
from marketplace.organisations.identity import token_hash
from marketplace.organisations.models import SignInSession
from marketplace.web.requests import SAFE_METHODS
from marketplace.web.runtime import runtime

PREFIX = "kept-"
SEAL = "kept_seal"
VALID_SECONDS = 12 * 3600
NEVER_KEPT = frozenset({"csrf_token", SEAL})


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed: where it was going, whose it is, the fields, and the names of files that must be chosen again."""

    seal: str
    path: str
    person_id: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def sign_in_again() -> ResponseReturnValue:
    """Whoever is not signed in goes to the sign-in page; what was being submitted comes along."""
    if request.method in SAFE_METHODS:
        return redirect(url_for("organisations.sign_in", next=request.full_path.rstrip("?")))
    kept = _taken_up()
    if kept is None:
        return redirect(url_for("organisations.sign_in"))
    return render_template("organisations/sign_in_again.html", form=SignInForm(formdata=None), kept=kept), 401


def _taken_up() -> Kept | None:
    person_id = _former_person()
    if person_id is None or not _from_our_page():
        return None
    path = request.full_path.rstrip("?")
    seal = _serializer().dumps([person_id, path])
    names = [upload.filename for upload in request.files.values() if upload.filename]
    return Kept(str(seal), path, person_id, _fields(""), [str(name) for name in names])


def _from_our_page() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _former_person() -> int | None:
    token = session.get("_user_id")
    if not token:
        return None
    with reading_session(runtime().engine) as reading:
        query = select(SignInSession.person_id).where(SignInSession.token_sha256 == token_hash(str(token)))
        return reading.scalar(query)


def _fields(prefix: str) -> list[tuple[str, str]]:
    """The posted fields under a prefix, without it; never a password."""
    return [
        (name[len(prefix) :], value)
        for name, values in request.form.lists()
        if name.startswith(prefix) and name not in NEVER_KEPT and "password" not in name
        for value in values
    ]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kept-fields")


def carried() -> Kept | None:
    """What the sign-in form brought along from an ended session."""
    try:
        person_id, path = _serializer().loads(request.form.get(SEAL, ""), max_age=VALID_SECONDS)
    except BadSignature:
        return None
    return Kept(
        request.form[SEAL], str(path), int(person_id), _fields(PREFIX), request.form.getlist("kept_file")
    )
