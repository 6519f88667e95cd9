"""Changing what has been announced: a new version, or the withdrawal of a topic."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.topics import operations, policy
from marketplace.topics.content import TopicContent
from marketplace.topics.forms.decisions import AmendForm, WithdrawForm
from marketplace.topics.models import Topic
from marketplace.topics.queries import rules_of
from marketplace.topics.views.base import Page, blueprint, the_topic
from marketplace.topics.wording import DELIVERABLE_KINDS, change_rows
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate
from marketplace.web.requests import current_actor, request_now
from marketplace.web.rows import change_rows as change_form_rows


def _form(topic: Topic) -> AmendForm:
    return AmendForm.of(operations.content_of(topic), topic.version, rules_of(topic))


def _page(
    topic: Topic, form: AmendForm, changes: list[dict[str, str]] | None = None, status: int = 200
) -> Page:
    form.offer(rules_of(topic))
    form.spare_row()
    return render_template(
        "topics/amend.html", topic=topic, form=form, changes=changes, kinds=DELIVERABLE_KINDS
    ), status


@blueprint.get("/manage/topics/<int:topic_id>/amend")
@signed_in(Role.APPROVER)
def amend(topic_id: int) -> Page:
    """公布修改: the present text to change."""
    topic = the_topic(topic_id)
    require(policy.may_amend(current_actor(), topic, request_now()))
    return _page(topic, _form(topic))


@blueprint.post("/manage/topics/<int:topic_id>/amend/preview")
@signed_in(Role.APPROVER)
def preview(topic_id: int) -> Page:
    """修改对照: what would change; nothing is saved."""
    topic = the_topic(topic_id)
    form = _form(topic)
    if change_form_rows(form):
        return _page(topic, form)
    found: list[dict[str, str]] = []
    if not (form.validate_on_submit() and attempt(form, _compare, topic, form, found)):
        return _page(topic, form, status=422)
    return _page(topic, form, found)


def _typed(form: AmendForm) -> TopicContent:
    return TopicContent(**form.values())


def _compare(_uow: UnitOfWork, topic: Topic, form: AmendForm, found: list[dict[str, str]]) -> None:
    found += change_rows(operations.amendment(topic, _typed(form)), translate)


@blueprint.post("/manage/topics/<int:topic_id>/amend")
@signed_in(Role.APPROVER)
def announce_amendment(topic_id: int) -> Page:
    """公布新版本."""
    topic = the_topic(topic_id)
    form = _form(topic)
    if change_form_rows(form):
        return _page(topic, form)
    if not (form.validate_on_submit() and _amended(topic, form)):
        return _page(topic, form, status=422)
    flash(_("第 %(n)s 版已公布，正在通知可揭榜单位。", n=topic.published_version), "success")
    return redirect(url_for("topics.show", topic_id=topic.id))


def _amended(topic: Topic, form: AmendForm) -> bool:
    return attempt(
        form, operations.amend_topic, topic, _typed(form), form.opinion.data, form.opened_version()
    )


@blueprint.get("/manage/topics/<int:topic_id>/withdraw")
@signed_in(Role.APPROVER)
def withdraw(topic_id: int) -> Page:
    """撤榜: the last look before it."""
    topic = the_topic(topic_id)
    require(policy.may_withdraw(current_actor(), topic, request_now()))
    return render_template(
        "topics/withdraw.html", topic=topic, form=WithdrawForm(data={"version": topic.version})
    )


@blueprint.post("/manage/topics/<int:topic_id>/withdraw")
@signed_in(Role.APPROVER)
def do_withdraw(topic_id: int) -> Page:
    """撤榜."""
    topic, form = the_topic(topic_id), WithdrawForm()
    if form.validate_on_submit() and attempt(
        form, operations.withdraw_topic, topic, form.opinion.data, form.opened_version()
    ):
        flash(_("已撤榜，正在通知可揭榜单位。"), "success")
        return redirect(url_for("topics.show", topic_id=topic.id))
    return render_template("topics/withdraw.html", topic=topic, form=form), 422
