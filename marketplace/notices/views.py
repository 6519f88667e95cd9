"""The public pages of notices."""

from flask import Blueprint, Response, render_template, request, url_for

from marketplace.core.text import N_
from marketplace.notices.models import Notice
from marketplace.notices.queries import RESULT_KINDS, notice_by_id, notices
from marketplace.notices.wording import KIND_LABELS, TONES, body_of, title_of
from marketplace.topics.models import Topic
from marketplace.web.access import public
from marketplace.web.caching import for_visitors
from marketplace.web.navigation import Entry, add_entry, has_room
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import db_session, request_now

blueprint = Blueprint("notices", __name__)
add_entry(
    Entry(
        30,
        N_("公告公示"),
        "notices.index",
        public=True,
        active=lambda name: name.startswith("notices."),
        shown=has_room,
    )
)


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """How templates speak of notices."""
    return {"notice_words": {"labels": KIND_LABELS, "tones": TONES, "title": title_of, "body": body_of}}


@blueprint.get("/notices")
@public
def index() -> Response:
    """公告公示: all notices, newest first, or those of one kind."""
    kind = request.args.get("kind", "")
    kinds = (kind,) if kind in KIND_LABELS else ()
    page = paginate(db_session(), notices(kinds), page_number())
    tabs = [
        {"label": label, "url": url_for("notices.index", kind=value), "active": value == kind}
        for value, label in KIND_LABELS.items()
    ]
    everything = {"label": N_("全部"), "url": url_for("notices.index"), "active": not kinds}
    return for_visitors(render_template("notices/index.html", page=page, tabs=[everything, *tabs]))


@blueprint.get("/notices/<int:notice_id>")
@public
def show(notice_id: int) -> Response:
    """One notice."""
    notice = notice_by_id(db_session(), notice_id)
    topic = db_session().get(Topic, notice.topic_id) if notice.topic_id else None
    in_force = notice.ends_at is not None and request_now() < notice.ends_at
    return for_visitors(
        render_template(
            "notices/show.html", notice=notice, topic=topic, in_force=in_force, result=_is_result(notice)
        )
    )


def _is_result(notice: Notice) -> bool:
    return notice.kind in RESULT_KINDS
