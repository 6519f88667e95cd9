"""The province's pages about the bids of a topic: sealed until the deadline, then record, list and formal check."""

from typing import Any

from flask import render_template, url_for
from werkzeug.wrappers import Response

from marketplace.bids import consent_views, opening, policy, presentation, queries, recusal_views
from marketplace.bids.content import SOURCE_LABELS, Source, content_from_dict
from marketplace.bids.forms import OpinionForm
from marketplace.bids.models import Bid, BidOpening
from marketplace.bids.views import Page, any_bid, ask, blueprint, decide
from marketplace.core.actor import PROVINCE_ROLES, Role
from marketplace.core.errors import NotFound
from marketplace.core.money import fen_to_wan
from marketplace.core.text import N_
from marketplace.core.verdict import require
from marketplace.topics.queries import heading_for, topic_for
from marketplace.web.access import signed_in
from marketplace.web.exports import Sheet, xlsx_response
from marketplace.web.i18n import translate
from marketplace.web.requests import current_actor, db_session

__all__ = ["blueprint", "consent_views", "recusal_views"]

READERS = (*PROVINCE_ROLES, Role.AUDITOR)
DISQUALIFY = {
    "title": N_("形式审查不予受理"),
    "button": N_("不予受理"),
    "hint": N_("理由将以邮件告知揭榜单位，并记入办理记录。"),
    "to": "bids.do_disqualify",
}


@blueprint.get("/manage/topics/<int:topic_id>/bids")
@signed_in(*READERS)
def of_topic(topic_id: int) -> str:
    """榜题的揭榜申请: before the opening it only says that they are sealed."""
    session, actor = db_session(), current_actor()
    topic = heading_for(session, actor, topic_id)
    record = queries.opening_of(session, topic_id)
    if record is None:
        return render_template("bids/sealed.html", topic=topic)
    bids = queries.lines_of_topic(session, actor, topic_id)
    return render_template(
        "bids/of_topic.html", topic=topic, opening=record, rows=_rows(bids, record),
        partners=queries.partner_names(session, topic_id),
        files=queries.file_counts(session, [bid.id for bid in bids]),
    )  # fmt: skip


def _rows(bids: Any, record: BidOpening) -> list[dict[str, Any]]:
    lines = {line["bid_id"]: line for line in record.record}
    return [{"bid": bid, "state": presentation.state(bid), "line": lines[bid.id]} for bid in bids]


@blueprint.get("/manage/topics/<int:topic_id>/bids.xlsx")
@signed_in(*READERS)
def export(topic_id: int) -> Response:
    """导出已启封的申请."""
    session, actor = db_session(), current_actor()
    topic = topic_for(session, actor, topic_id)
    record = queries.opening_of(session, topic.id)
    if record is None:
        raise NotFound
    rows = _rows(queries.bids_of_topic(session, actor, topic), record)
    name = translate(N_("揭榜申请清单_%(code)s.xlsx"), {"code": topic.code})
    return xlsx_response(name, [_sheet(rows)], "topic", topic.id)


def _sheet(rows: list[dict[str, Any]]) -> Sheet:
    sources = [translate(SOURCE_LABELS[source]) for source in Source]
    headings = [
        N_("序号"), N_("回执编号"), N_("揭榜单位"), N_("参与单位"), N_("项目负责人"), N_("提交时间（北京时间）"),
        N_("状态"), N_("经费合计（万元）"),
    ]  # fmt: skip
    tail = [N_("里程碑数"), N_("内容摘要（SHA-256）"), N_("成员重复")]
    return Sheet(
        translate(N_("揭榜申请清单")),
        [*map(translate, headings), *sources, *map(translate, tail)],
        [_cells(number, row) for number, row in enumerate(rows, 1)],
        (6, 22, 26, 26, 12, 12, 10, 12, *[11] * len(sources), 10, 34, 20),
    )


def _cells(number: int, row: dict[str, Any]) -> list[Any]:
    bid: Bid = row["bid"]
    content = content_from_dict(bid.content)
    return [
        number, bid.number, bid.lead.name, "、".join(p.organisation.name for p in bid.partners), content.leader_name,
        bid.submitted_at, row["state"]["label"], fen_to_wan(content.total_fen),
        *(fen_to_wan(content.fen_from(source)) for source in Source),
        len(content.milestones), row["line"]["content_sha256"], "、".join(row["line"]["overlaps"]),
    ]  # fmt: skip


@blueprint.get("/bids/<int:bid_id>/disqualify")
@signed_in(Role.OFFICER)
def ask_disqualify(bid_id: int) -> Page:
    """不予受理: the reason."""
    bid = any_bid(bid_id)
    require(policy.may_disqualify(current_actor(), bid))
    return ask(bid, OpinionForm(), DISQUALIFY)


@blueprint.post("/bids/<int:bid_id>/disqualify")
@signed_in(Role.OFFICER)
def do_disqualify(bid_id: int) -> Page:
    """不予受理."""
    bid = any_bid(bid_id)
    back = url_for("bids.of_topic", topic_id=bid.topic_id)
    return decide(bid, DISQUALIFY, opening.disqualify_bid, N_("已记录不予受理并告知揭榜单位"), back)
