"""Editing a draft section by section, and the check before it is submitted."""

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.verdict import require
from marketplace.topics import operations, policy
from marketplace.topics.content import FIELD_LABELS, SECTION_LABELS, SECTIONS, section_of
from marketplace.topics.forms.decisions import PlainForm
from marketplace.topics.forms.sections import FORMS, SectionForm
from marketplace.topics.models import Topic
from marketplace.topics.queries import rules_of
from marketplace.topics.views.base import Page, blueprint, the_topic
from marketplace.topics.wording import DELIVERABLE_KINDS
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate, translate_problem
from marketplace.web.requests import current_actor, db_session, request_now
from marketplace.web.rows import change_rows


def problems_by_section(topic: Topic) -> dict[str, list[str]]:
    """What is missing, section by section, as sentences."""
    found: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for name, problem in operations.submission_problems(topic, request_now()).items():
        field, *place = name.split(".")
        number = f" {int(place[0]) + 1}" if place and place[0].isdigit() else ""
        label = translate(FIELD_LABELS[field]) + number
        found[section_of(field)].append(label + translate(N_("：")) + translate_problem(problem))
    return found


def outline(topic: Topic) -> list[dict[str, Any]]:
    """The sections with how far each is."""
    problems = problems_by_section(topic)
    return [
        {
            "section": section,
            "label": translate(label),
            "url": url_for("topics.edit_section", topic_id=topic.id, section=section),
            "problems": problems[section],
            "returned": section in topic.returned_sections,
        }
        for section, label in SECTION_LABELS.items()
    ]


def _form(topic: Topic, section: str) -> SectionForm:
    if section not in FORMS:
        raise NotFound
    return FORMS[section].of(operations.content_of(topic), topic.version, rules_of(topic))


def _editor(topic: Topic, form: SectionForm, status: int = 200) -> Page:
    form.offer(rules_of(topic))
    form.spare_row()
    return render_template(
        "topics/edit.html", topic=topic, form=form, section=form.section, outline=outline(topic),
        following=_following(form.section), kinds=DELIVERABLE_KINDS,
    ), status  # fmt: skip


def _following(section: str) -> str | None:
    order = list(SECTIONS)
    at = order.index(section) + 1
    return order[at] if at < len(order) else None


@blueprint.get("/manage/topics/<int:topic_id>/edit/<section>")
@signed_in(Role.OFFICER)
def edit_section(topic_id: int, section: str) -> Page:
    """编辑一部分. What can no longer be edited shows itself instead."""
    topic = the_topic(topic_id)
    form = _form(topic, section)
    if not policy.may_edit(current_actor(), topic):
        return redirect(url_for("topics.show", topic_id=topic.id))
    return _editor(topic, form)


@blueprint.post("/manage/topics/<int:topic_id>/edit/<section>")
@signed_in(Role.OFFICER)
def save_section(topic_id: int, section: str) -> Page:
    """保存草稿."""
    topic = the_topic(topic_id)
    form = _form(topic, section)
    require(policy.may_edit(current_actor(), topic))
    if change_rows(form):
        return _editor(topic, form)
    if not (form.validate_on_submit() and _saved(topic, form)):
        return _editor(topic, form, 422)
    flash(_("已保存。"), "success")
    following = _following(section) if "next" in request.form else section
    if following is None:
        return redirect(url_for("topics.check", topic_id=topic.id))
    return redirect(url_for("topics.edit_section", topic_id=topic.id, section=following))


def _saved(topic: Topic, form: SectionForm) -> bool:
    return attempt(form, operations.save_section, topic, form.section, form.values(), form.opened_version())


@blueprint.post("/manage/topics/<int:topic_id>/edit/<section>/autosave")
@signed_in(Role.OFFICER)
def autosave(topic_id: int, section: str) -> Response:
    """自动保存: the same rules, answered briefly for the script."""
    topic = the_topic(topic_id)
    form = _form(topic, section)
    if not (form.validate_on_submit() and _saved(topic, form)):
        abort(422)
    db_session().flush()
    return jsonify(saved_at=request_now().isoformat(), version=topic.version)


@blueprint.get("/manage/topics/<int:topic_id>/check")
@signed_in(Role.OFFICER)
def check(topic_id: int) -> Page:
    """提交前检查: everything that is still missing, with the way to it."""
    topic = the_topic(topic_id)
    return _check_page(topic, PlainForm(data={"version": topic.version}))


def _check_page(topic: Topic, form: PlainForm, status: int = 200) -> Page:
    return render_template(
        "topics/check.html", topic=topic, form=form, content=operations.content_of(topic), outline=outline(topic),
        may_submit=policy.may_submit(current_actor(), topic),
    ), status  # fmt: skip


@blueprint.post("/manage/topics/<int:topic_id>/submit")
@signed_in(Role.OFFICER)
def submit(topic_id: int) -> Page:
    """提交审定."""
    topic, form = the_topic(topic_id), PlainForm()
    if not attempt(form, operations.submit_topic, topic, form.opened_version()):
        return _check_page(topic, form, 422)
    flash(_("已提交审定，审定人会收到邮件。"), "success")
    return redirect(url_for("topics.show", topic_id=topic.id))
