"""The list of all topics, one topic's page, and the start of a new one."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.audit.queries import history_of
from marketplace.core.actor import Role
from marketplace.core.money import fen_to_wan
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict
from marketplace.topics import operations, policy
from marketplace.topics.forms.filters import FilterForm
from marketplace.topics.models import Topic
from marketplace.topics.presentation import levels, state
from marketplace.topics.queries import all_lists, desk_topics, list_titles, versions_of
from marketplace.topics.views.base import READERS, Page, blueprint, the_list, the_topic
from marketplace.topics.wording import AWARD_LABELS, change_rows
from marketplace.topics.workflow import ListState, TopicState
from marketplace.web.access import signed_in
from marketplace.web.exports import Sheet, xlsx_response
from marketplace.web.i18n import translate
from marketplace.web.offers import history_rows, offer
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, current_uow, db_session, request_now

MOST_EXPORTED = 20_000


def _filters() -> FilterForm:
    return FilterForm(request.args).offer(list(TopicState), list_titles(db_session(), public=False))


@blueprint.get("/manage/topics")
@signed_in(*READERS)
def desk() -> Page:
    """榜题管理."""
    form = _filters()
    return render_template(
        "topics/desk.html",
        filters=form,
        page=paginate(db_session(), desk_topics(form.filters()), page_number()),
        new=offer(N_("新建榜题"), "topics.new_topic", policy.may_draft(current_actor()), method="get"),
    )


@blueprint.get("/manage/topics.xlsx")
@signed_in(*READERS)
def export() -> Response:
    """The same list as an Excel file."""
    found = db_session().scalars(desk_topics(_filters().filters()).limit(MOST_EXPORTED)).unique()
    headings = [
        _("编号"), _("榜题名称"), _("榜单"), _("类别"), _("业务领域"), _("状态"), _("可揭榜单位"), _("立项方式"),
        _("最多立项家数"), _("经费下限（万元）"), _("经费上限（万元）"), _("完成周期（月）"), _("发榜时间"),
        _("截止时间"),
    ]  # fmt: skip
    widths = (14, 40, 28, 16, 16, 11, 18, 13, 11, 11, 11, 11, 12, 12)
    sheet = Sheet(_("榜题清单"), headings, _export_rows(found), widths)
    return xlsx_response(f"{_('榜题清单')}.xlsx", [sheet], "topic")


def _export_rows(topics: Iterable[Topic]) -> Iterator[list[Any]]:
    for topic in topics:
        yield [
            topic.code, topic.title, topic.list.title, translate(topic.category), topic.field, state(topic)[1],
            levels(topic.eligible_levels), translate(AWARD_LABELS[topic.award_mode]), topic.max_awardees,
            _wan(topic.budget_min_fen), _wan(topic.budget_max_fen), topic.duration_months, topic.published_at,
            topic.deadline,
        ]  # fmt: skip


def _wan(fen: int | None) -> Any:
    return None if fen is None else fen_to_wan(fen)


@blueprint.get("/manage/topics/new")
@signed_in(Role.OFFICER)
def new_topic() -> Page:
    """起草榜题: first choose the list."""
    found = db_session().scalars(all_lists()).all()
    usable = [item for item in found if item.state != ListState.CLOSED]
    return render_template("topics/new_topic.html", lists=usable)


@blueprint.post("/manage/lists/<int:list_id>/topics")
@signed_in(Role.OFFICER)
def create_topic(list_id: int) -> Page:
    """Creates the draft and leads to its first section."""
    topic = operations.draft_topic(current_uow(), the_list(list_id))
    flash(_("榜题草稿已建立，编号 %(code)s。", code=topic.code), "success")
    return redirect(url_for("topics.edit_section", topic_id=topic.id, section="basics"))


@blueprint.get("/manage/topics/<int:topic_id>")
@signed_in(*READERS)
def show(topic_id: int) -> Page:
    """One topic with its stage, what can be done, versions and history."""
    topic, session = the_topic(topic_id), db_session()
    versions = versions_of(session, topic)
    return render_template(
        "topics/show.html",
        topic=topic,
        content=operations.content_of(topic),
        actions=_actions(topic),
        versions=[(version, change_rows(version.changes, translate)) for version in versions],
        history=history_rows(history_of(session, "topic", topic.id)),
        bids_url=_bids_url(topic),
    )


def _bids_url(topic: Topic) -> str:
    known = "bids.of_topic" in current_app.view_functions and topic.published_at is not None
    return url_for("bids.of_topic", topic_id=topic.id) if known else ""


def _offer(topic: Topic, label: str, endpoint: str, verdict: Verdict, **more: Any) -> dict[str, Any]:
    return offer(label, endpoint, verdict, method="get", topic_id=topic.id, **more)


def _actions(topic: Topic) -> list[dict[str, Any]]:
    """What the actor may do with the topic now; of what she may not, the steps of her own role say why."""
    actor, now = current_actor(), request_now()
    found: list[dict[str, Any]] = []
    if actor.has(Role.OFFICER):
        found += [
            _offer(topic, N_("编辑"), "topics.edit_section", policy.may_edit(actor, topic), section="basics"),
            _offer(topic, N_("检查并提交审定"), "topics.check", policy.may_submit(actor, topic)),
        ]
    if actor.has(Role.APPROVER):
        found += [
            _offer(topic, N_("审定"), "topics.approval", policy.may_return(actor, topic)),
            _offer(
                topic, N_("公布修改"), "topics.amend", policy.may_amend(actor, topic, now), tone="secondary"
            ),
            _offer(
                topic, N_("撤榜"), "topics.withdraw", policy.may_withdraw(actor, topic, now), tone="danger"
            ),
        ]
    if topic.published_at is not None:
        found.append(
            offer(N_("查看公开页面"), "public.topic", YES, method="get", tone="secondary", code=topic.code)
        )
    return found
