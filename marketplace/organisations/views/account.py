"""Own account: units to act for, open sessions, password."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.core.errors import NotFound
from marketplace.organisations.operations import account as operations
from marketplace.organisations.sessions import live_sessions
from marketplace.organisations.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.requests import current_uow, db_session, request_now
from marketplace.web.views import local_target


@blueprint.get("/act-as")
@signed_in()
def choose_acting() -> str:
    """The units this person may act for."""
    return render_template("organisations/act_as.html", choices=current_user.choices)


@blueprint.post("/act-as")
@signed_in()
def act_as() -> Response:
    """Chooses one of them for this session."""
    raw = request.form.get("organisation_id", "")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 18:
        raise NotFound
    operations.act_as(current_uow(), current_user, int(raw))
    flash(_("已切换代表的单位。"), "success")
    return redirect(local_target(request.form.get("next"), "/workbench"))


@blueprint.get("/account/sessions")
@signed_in()
def my_sessions() -> str:
    """Where this person is signed in."""
    sessions = live_sessions(db_session(), current_user.person_id, request_now())
    return render_template("organisations/sessions.html", sessions=sessions)


@blueprint.post("/account/sessions/<int:session_id>/end")
@signed_in()
def end_session(session_id: int) -> Response:
    """Signs out one other browser."""
    operations.end_session(current_uow(), current_user, session_id)
    flash(_("已结束该会话。"), "success")
    return redirect(url_for("organisations.my_sessions"))


@blueprint.post("/account/sessions/end-others")
@signed_in()
def end_other_sessions() -> Response:
    """Signs out everywhere else."""
    number = operations.end_other_sessions(current_uow(), current_user)
    flash(_("已结束其他%(n)s个会话。", n=number), "success")
    return redirect(url_for("organisations.my_sessions"))
