"""The pages for everybody."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for

from marketplace.core.actor import Role
from marketplace.core.clock import before_deadline
from marketplace.core.text import N_
from marketplace.notices.queries import RESULT_KINDS, latest, latest_in_full, notices, notices_of_topic
from marketplace.public.queries import figures, projects_by_city
from marketplace.topics.content import from_plain
from marketplace.topics.forms.filters import FilterForm
from marketplace.topics.models import Topic
from marketplace.topics.operations import content_of
from marketplace.topics.policy import UNPUBLISHED
from marketplace.topics.presentation import lines
from marketplace.topics.queries import (
    TopicFilters,
    is_eligible,
    list_titles,
    public_list,
    public_topic,
    published_topics,
    rules_of,
    versions_of,
)
from marketplace.topics.wording import change_rows
from marketplace.topics.workflow import TopicState
from marketplace.web.access import public
from marketplace.web.caching import for_visitors
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry, has_room, is_visitor
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, db_session, request_now
from marketplace.web.runtime import runtime
from marketplace.web.templating import in_english

blueprint = Blueprint("public", __name__)
add_entry(Entry(10, N_("首页"), "public.front", public=True, shown=is_visitor))
add_entry(
    Entry(
        20,
        N_("榜题一览"),
        "public.topics",
        public=True,
        active=lambda n: n in ("public.topics", "public.topic"),
    )
)
add_entry(Entry(40, N_("结果"), "public.results", public=True, shown=has_room))
add_entry(Entry(90, N_("关于"), "public.about", public=True, shown=is_visitor))

PUBLIC_STATES = [state for state in TopicState if state not in UNPUBLISHED]
ON_FRONT = 6
IN_FEED = 30
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""When an empty feed was last changed."""


@blueprint.get("/")
@public
def front() -> Response:
    """首页: what this is, what is open, what is new."""
    session = db_session()
    query = published_topics(TopicFilters(state=TopicState.OPEN)).where(Topic.deadline > request_now())
    return for_visitors(
        render_template(
            "public/front.html",
            topics=session.execute(query.add_columns(Topic.eligible_levels).limit(ON_FRONT)).all(),
            figures=figures(session),
            notices=latest(session, 6),
            cities=projects_by_city(session, url_for("public.results"), in_english()),
        )
    )


@blueprint.get("/topics")
@public
def topics() -> Response:
    """榜题: the public list with its filters."""
    session = db_session()
    form = FilterForm(request.args).offer(PUBLIC_STATES, list_titles(session, public=True))
    page = paginate(session, published_topics(form.filters()), page_number(), rows=True)
    return for_visitors(
        render_template(
            "public/topics.html", filters=form, page=page, lines=lines(page.items, url_for("public.topics"))
        )
    )


@blueprint.get("/topics/<code>")
@public
def topic(code: str) -> Response:
    """One topic with everything that is public about it."""
    session = db_session()
    found = public_topic(session, code)
    versions = versions_of(session, found)
    return for_visitors(
        render_template(
            "public/topic.html",
            topic=found,
            content=from_plain(versions[0].content) if versions else content_of(found),
            versions=[(version, change_rows(version.changes, translate)) for version in versions],
            notices=notices_of_topic(session, found.id),
            is_open=_takes_bids(found),
            start=_start(found),
        )
    )


def _takes_bids(found: Topic) -> bool:
    return (
        found.state == TopicState.OPEN
        and found.deadline is not None
        and before_deadline(request_now(), found.deadline)
    )


def _start(found: Topic) -> dict[str, Any] | None:
    """我要揭榜: for those who may, where bids can be made."""
    actor = current_actor()
    may = actor.has(Role.CLERK, Role.HEAD) and is_eligible(found, actor.organisation_kind)
    if "bids.start" not in current_app.view_functions or not (may and _takes_bids(found)):
        return None
    return {"label": translate(N_("我要揭榜")), "url": url_for("bids.start", topic_id=found.id)}


@blueprint.get("/results")
@public
def results() -> Response:
    """结果公开: awards, acceptances and rankings as they were announced."""
    session = db_session()
    page = paginate(session, notices(RESULT_KINDS), page_number())
    cities = projects_by_city(session, url_for("public.results"), in_english())
    return for_visitors(render_template("public/results.html", page=page, cities=cities))


@blueprint.get("/rules/<code>")
@public
def rules(code: str) -> Response:
    """本批次规则, frozen at publication."""
    found = public_list(db_session(), code)
    return for_visitors(render_template("public/rules.html", list=found, rules=rules_of(found)))


@blueprint.get("/about")
@public
def about() -> Response:
    """What the platform is for and how a topic goes its way."""
    return for_visitors(render_template("public/about.html"))


@blueprint.get("/feed.atom")
@public
def feed() -> Response:
    """订阅: the newest notices as an Atom feed."""
    found = latest_in_full(db_session(), IN_FEED)
    base = runtime().settings.base_url
    updated = found[0].published_at if found else None
    body = render_template("public/feed.xml", notices=found, base=base, updated=updated, epoch=EPOCH)
    return for_visitors(body, "application/atom+xml; charset=utf-8")
