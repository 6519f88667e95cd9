"""Links from mails: a forgotten password, an invitation. Opening one changes nothing."""

import time

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.database import reading_session
from marketplace.organisations import credentials
from marketplace.organisations.credentials import NewPassword
from marketplace.organisations.forms import ForgottenForm, NewPasswordForm
from marketplace.organisations.models import Person, TokenPurpose
from marketplace.organisations.operations import invitations, passwords
from marketplace.organisations.operations.one_time import holder_of
from marketplace.organisations.views.base import blueprint
from marketplace.web.access import public
from marketplace.web.forms import attempt
from marketplace.web.requests import discard, separate_uow
from marketplace.web.runtime import runtime


@blueprint.get("/password/forgotten")
@public
def forgotten() -> str:
    """Asks for the account's address."""
    return render_template("organisations/forgotten.html", form=ForgottenForm(formdata=None))


@blueprint.post("/password/forgotten")
@public
def ask_for_reset() -> ResponseReturnValue:
    """The same answer, after the same time, whether there is such an account or not."""
    began = time.monotonic()
    form = ForgottenForm()
    if not form.validate():
        return render_template("organisations/forgotten.html", form=form), 422
    with separate_uow() as uow:
        passwords.request_reset(uow, form.email.data or "")
    passwords.wait_for_answer(began)
    flash(_("如果该邮箱已开通账号，重置链接已发送到邮箱，请在2小时内打开。"), "success")
    return redirect(url_for("organisations.sign_in"))


def _holder(secret: str, purpose: TokenPurpose) -> Person:
    parts = runtime()
    discard()
    with reading_session(parts.engine) as session:
        return holder_of(session, secret, purpose, parts.clock())[1]


def _chosen(form: NewPasswordForm, person: Person) -> NewPassword:
    parts = runtime()
    return credentials.choose(parts.engine, parts.settings, person.id, form.password.data or "")


def _page(purpose: TokenPurpose, form: NewPasswordForm, person: Person) -> str:
    return render_template("organisations/new_password.html", form=form, person=person, purpose=str(purpose))


@blueprint.get("/password/reset/<secret>")
@public
def open_reset(secret: str) -> str:
    """The form behind the link of a reset mail."""
    person = _holder(secret, TokenPurpose.PASSWORD_RESET)
    return _page(TokenPurpose.PASSWORD_RESET, NewPasswordForm(formdata=None), person)


@blueprint.post("/password/reset/<secret>")
@public
def reset_password(secret: str) -> ResponseReturnValue:
    """Uses the link up."""
    form, person = NewPasswordForm(), _holder(secret, TokenPurpose.PASSWORD_RESET)
    if not form.validate() or not attempt(form, passwords.reset_password, secret, _chosen(form, person)):
        return _page(TokenPurpose.PASSWORD_RESET, form, person), 422
    flash(_("密码已重置，请用新密码登录。"), "success")
    return _to_sign_in()


@blueprint.get("/invitation/<secret>")
@public
def open_invitation(secret: str) -> str:
    """The form behind the link of an invitation."""
    person = _holder(secret, TokenPurpose.INVITATION)
    return _page(TokenPurpose.INVITATION, NewPasswordForm(formdata=None), person)


@blueprint.post("/invitation/<secret>")
@public
def accept_invitation(secret: str) -> ResponseReturnValue:
    """Uses the link up and opens the account."""
    form, person = NewPasswordForm(), _holder(secret, TokenPurpose.INVITATION)
    if not form.validate() or not attempt(form, invitations.accept, secret, _chosen(form, person)):
        return _page(TokenPurpose.INVITATION, form, person), 422
    flash(_("账号已开通，请用邮箱和刚才设置的密码登录。"), "success")
    return _to_sign_in()


def _to_sign_in() -> Response:
    return redirect(url_for("organisations.sign_in"))
