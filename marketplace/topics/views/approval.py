"""The approver's page: publish, or return with marked sections."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Role
from marketplace.topics import operations, policy
from marketplace.topics.forms.decisions import ApproveForm, ReturnForm
from marketplace.topics.models import Topic
from marketplace.topics.queries import eligible_organisations
from marketplace.topics.views.base import Page, blueprint, the_topic
from marketplace.topics.workflow import TopicState
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.requests import current_actor, db_session, request_now


def _page(topic: Topic, approve: ApproveForm, send_back: ReturnForm, status: int = 200) -> Page:
    actor = current_actor()
    return render_template(
        "topics/approval.html",
        topic=topic,
        content=operations.content_of(topic),
        approve=approve,
        send_back=send_back.offer(),
        form=approve if approve.errors or approve.form_errors else send_back,
        may_approve=policy.may_approve(actor, topic),
        may_return=policy.may_return(actor, topic),
        eligible=len(eligible_organisations(db_session(), topic, request_now())),
    ), status


def _approve_form(topic: Topic, *, posted: bool = False) -> ApproveForm:
    data = {"version": topic.version}
    return ApproveForm(data=data) if posted else ApproveForm(formdata=None, data=data)


def _return_form(topic: Topic, *, posted: bool = False) -> ReturnForm:
    data = {"version": topic.version}
    return (ReturnForm(data=data) if posted else ReturnForm(formdata=None, data=data)).offer()


@blueprint.get("/manage/topics/<int:topic_id>/approval")
@signed_in(Role.APPROVER)
def approval(topic_id: int) -> Page:
    """审定: the whole text and the two ways on."""
    topic = the_topic(topic_id)
    if topic.state not in (TopicState.IN_APPROVAL, TopicState.SCHEDULED):
        return redirect(url_for("topics.show", topic_id=topic.id))
    return _page(topic, _approve_form(topic), _return_form(topic))


@blueprint.post("/manage/topics/<int:topic_id>/approve")
@signed_in(Role.APPROVER)
def approve(topic_id: int) -> Page:
    """批准发榜, at once or later."""
    topic = the_topic(topic_id)
    form = _approve_form(topic, posted=True)
    if form.validate_on_submit() and attempt(
        form, operations.approve_topic, topic, form.publish_at.data, form.opened_version()
    ):
        published = topic.state == TopicState.OPEN
        flash(_("已发榜，正在通知可揭榜单位。") if published else _("已批准，到时自动发榜。"), "success")
        return redirect(url_for("topics.show", topic_id=topic.id))
    return _page(topic, form, _return_form(topic), 422)


@blueprint.post("/manage/topics/<int:topic_id>/return")
@signed_in(Role.APPROVER)
def send_back(topic_id: int) -> Page:
    """退回修改."""
    topic = the_topic(topic_id)
    form = _return_form(topic, posted=True)
    chosen = form.sections.data or []
    if form.validate_on_submit() and attempt(
        form, operations.return_topic, topic, chosen, form.opinion.data, form.opened_version()
    ):
        flash(_("已退回，起草人会收到邮件。"), "success")
        return redirect(url_for("topics.show", topic_id=topic.id))
    return _page(topic, _approve_form(topic), form, 422)
