"""Sign-in, sign-out and staying signed in."""

from flask import flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from marketplace.core.database import reading_session
from marketplace.core.errors import NotFound
from marketplace.organisations import credentials, queries
from marketplace.organisations.forms import SignInForm
from marketplace.organisations.identity import identity_by_token
from marketplace.organisations.operations import sign_in as operations
from marketplace.organisations.operations.sign_in import Admission
from marketplace.organisations.sessions import touch
from marketplace.organisations.views.again import carried
from marketplace.organisations.views.base import blueprint
from marketplace.web.access import public, signed_in
from marketplace.web.requests import current_uow, db_session, discard, request_now, separate_uow
from marketplace.web.runtime import runtime
from marketplace.web.views import local_target

AFTER_SIGN_IN = "/workbench"


@blueprint.get("/sign-in")
@public
def sign_in() -> str:
    """The sign-in page; in a demonstration it offers the cast."""
    form = SignInForm(formdata=None)
    form.next.data = local_target(request.args.get("next"), AFTER_SIGN_IN)
    return _page(form)


def _page(form: SignInForm) -> str:
    kept = carried() if request.method == "POST" else None
    if kept:
        return render_template("organisations/sign_in_again.html", form=form, kept=kept)
    groups = queries.demo_cast(db_session()) if runtime().settings.demo else []
    return render_template("organisations/sign_in.html", form=form, groups=groups)


@blueprint.post("/sign-in")
@public
def enter() -> ResponseReturnValue:
    """Compares first, outside any transaction, then writes what came of it."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    discard()
    parts = runtime()
    proof = credentials.prove(parts.engine, parts.settings, form.email.data or "", form.password.data or "")
    with separate_uow() as uow:
        admission = operations.sign_in(uow, proof, request.user_agent.string)
    if admission.token is None:
        return _turned_away(form, admission)
    return _arrive(admission, form.next.data)


def _turned_away(form: SignInForm, admission: Admission) -> ResponseReturnValue:
    if admission.locked_until is not None:
        minutes = int((admission.locked_until - runtime().clock()).total_seconds() // 60) + 1
        form.form_errors.append(
            ngettext(
                "登录失败次数过多，请%(n)s分钟后再试",
                "登录失败次数过多，请%(n)s分钟后再试",
                max(minutes, 1),
                n=max(minutes, 1),
            )
        )
        return _page(form), 429
    form.form_errors.append(_("邮箱或密码不正确"))
    return _page(form), 422


def _arrive(admission: Admission, wish: str | None) -> ResponseReturnValue:
    kept = carried()
    establish(admission)
    if kept is not None and kept.person_id == admission.person_id:
        return render_template("organisations/resume.html", kept=kept)
    if kept is not None:
        flash(_("您与先前填写内容的不是同一人，先前的内容没有带入。"), "warning")
    return redirect(local_target(wish, AFTER_SIGN_IN))


def establish(admission: Admission) -> None:
    """Puts the new session into the cookie. The CSRF token changes with the person, so that pages the same person
    still has open stay usable."""
    with reading_session(runtime().engine) as reading:
        identity = identity_by_token(reading, admission.token or "", runtime().clock())
    if identity is None:
        raise NotFound
    former = session.get("_user_id")
    if former:
        with separate_uow() as uow:
            operations.leave_behind(uow, str(former))
    csrf = session.get("csrf_token") if session.get("whose") == identity.person_id else None
    session.clear()
    g.pop("csrf_token", None)
    if csrf:
        session["csrf_token"] = csrf
    session["whose"] = identity.person_id
    login_user(identity)


@blueprint.post("/sign-in/demo")
@public
def step_in() -> ResponseReturnValue:
    """Demonstration only: become a member of the cast."""
    raw = request.form.get("person_id", "")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 18:
        raise NotFound
    with separate_uow() as uow:
        admission = operations.step_in(uow, int(raw), request.user_agent.string)
    return _arrive(admission, request.form.get("next"))


@blueprint.post("/sign-out")
@signed_in()
def sign_out() -> Response:
    """Ends the session here and on the server."""
    operations.sign_out(current_uow(), current_user)
    session.clear()
    flash(_("您已退出登录。"), "success")
    return redirect(url_for("organisations.sign_in"))


@blueprint.post("/session/extend")
@signed_in()
def extend_session() -> Response:
    """The person clicked that she is still there."""
    now = request_now()
    touch(current_uow().session, current_user.session_id, now)
    g.pop("seen", None)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(expires_at=current_user.expires_at(now).isoformat())
    return redirect(local_target(request.form.get("next"), AFTER_SIGN_IN))
