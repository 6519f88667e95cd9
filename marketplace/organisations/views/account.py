"""Own account (我的账户): who one is, units to act for, open sessions, language, password."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.core.errors import NotFound
from marketplace.i18n import LOCALES
from marketplace.organisations import credentials
from marketplace.organisations.forms import ChangePasswordForm
from marketplace.organisations.models import Person
from marketplace.organisations.operations import account as operations
from marketplace.organisations.operations import passwords
from marketplace.organisations.sessions import live_sessions
from marketplace.organisations.views.base import blueprint
from marketplace.organisations.views.sign_in import establish
from marketplace.web.access import signed_in
from marketplace.web.i18n import translate
from marketplace.web.requests import current_uow, db_session, discard, request_now, separate_uow
from marketplace.web.runtime import runtime
from marketplace.web.views import local_target


@blueprint.get("/account")
@signed_in()
def account() -> str:
    """我的账户: name, posts, the unit acted for, and the ways to what one may change."""
    person = db_session().get_one(Person, current_user.person_id)
    sessions = live_sessions(db_session(), person.id, request_now())
    return render_template(
        "organisations/account.html",
        person=person,
        choices=current_user.choices,
        sessions=len(sessions),
        languages=LOCALES,
    )


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
    flash(ngettext("已结束其他%(n)s个会话。", "已结束其他%(n)s个会话。", number, n=number), "success")
    return redirect(url_for("organisations.my_sessions"))


@blueprint.post("/account/language")
@signed_in()
def choose_language() -> Response:
    """The language of this person's mails."""
    operations.choose_language(current_uow(), current_user, request.form.get("locale", ""))
    flash(_("邮件语言已保存。"), "success")
    return redirect(url_for("organisations.account"))


@blueprint.get("/account/password")
@signed_in()
def change_password() -> str:
    """The form for a new password."""
    return _password_page(ChangePasswordForm(formdata=None))


def _password_page(form: ChangePasswordForm) -> str:
    return render_template(
        "organisations/change_password.html", form=form, must=current_user.must_change_password
    )


@blueprint.post("/account/password")
@signed_in()
def save_password() -> ResponseReturnValue:
    """Compares and hashes outside the transaction, then stores; the person stays signed in here only."""
    form = ChangePasswordForm()
    if not form.validate():
        return _password_page(form), 422
    if not _is_confirmed(form):
        form.current.errors = [_("原密码不正确")]
        return _password_page(form), 422
    parts = runtime()
    new = credentials.choose(parts.engine, parts.settings, current_user.person_id, form.password.data or "")
    if new.problem:
        form.password.errors = [translate(new.problem)]
        return _password_page(form), 422
    with separate_uow() as uow:
        admission = passwords.change_password(uow, new, request.user_agent.string)
    establish(admission)
    flash(_("密码已修改，其他浏览器上的登录均已退出。"), "success")
    return redirect(url_for("organisations.account"))


def _is_confirmed(form: ChangePasswordForm) -> bool:
    parts, email = runtime(), current_user.email
    discard()
    proof = credentials.prove(parts.engine, parts.settings, email, form.current.data or "")
    with separate_uow() as uow:
        return passwords.confirm(uow, proof)
