"""The page after signing in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from marketplace.bids import award_todos
from marketplace.bids import todos as bid_todos
from marketplace.core.actor import Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.core.work import WorkItem
from marketplace.notifications import todos as mail_todos
from marketplace.organisations import todos as people_todos
from marketplace.priority import todos as priority_todos
from marketplace.priority.funding import todos as funding_todos
from marketplace.projects import todos as project_todos
from marketplace.reviews import todos as review_todos
from marketplace.topics import todos as topic_todos
from marketplace.web.access import signed_in
from marketplace.web.i18n import translate, translator
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.requests import current_actor, db_session, request_now
from marketplace.web.templating import address
from marketplace.workbench.done import Deed, done_by
from marketplace.workbench.figures import figures_for
from marketplace.workbench.queries import collect

blueprint = Blueprint("workbench", __name__)
add_entry(Entry(10, N_("工作台"), "workbench.home"))

STEPS = (
    topic_todos, bid_todos, review_todos, award_todos, project_todos, priority_todos, people_todos, mail_todos,
)  # fmt: skip
TODO = (*(step.todos_for for step in STEPS), funding_todos.todos_for)
STARTS = (
    (Role.SYSTEM_ADMIN, N_("查看系统运行"), "notifications.system"),
    (Role.SECURITY_ADMIN, N_("管理人员和角色"), "organisations.list_people"),
    (Role.AUDIT_ADMIN, N_("核对审计链"), "audit.chain"),
    (Role.CLERK, N_("看看可以揭的榜题"), "public.topics"),
    (Role.HEAD, N_("看看可以揭的榜题"), "public.topics"),
)
"""Where a person goes whom nothing waits for."""
SHOWN = 30
"""So many lines of 待办 and of 进行中: the most urgent ones. The lists of each step show all."""
ONGOING = tuple(step.ongoing_for for step in STEPS)


@blueprint.get("/workbench")
@signed_in()
def home() -> str:
    """待办 first, then 进行中 and 已办, and the figures of the role."""
    session, actor, now = db_session(), current_actor(), request_now()
    done = done_by(session, actor.person_id) if actor.person_id else ()
    todos, ongoing = (collect(sources, session, actor, now) for sources in (TODO, ONGOING))
    return render_template(
        "workbench/home.html",
        figures=figures_for(session, actor, now),
        todos=_lines(todos[:SHOWN], now),
        ongoing=_lines(ongoing[:SHOWN], now),
        start=_start(actor),
        todo_count=len(todos),
        ongoing_count=len(ongoing),
        done=[_deed(deed, actor) for deed in done],
    )


def _start(actor: Actor) -> dict[str, str] | None:
    for role, label, endpoint in STARTS:
        if actor.has(role):
            return {"label": translate(label), "url": address(endpoint)}
    return None


@dataclass(slots=True)
class Line:
    """One line of 待办 or 进行中, in the words of the page."""

    what: str
    object_label: str
    url: str
    due_at: datetime | None
    overdue: bool


def _lines(items: Sequence[WorkItem], now: datetime) -> list[Line]:
    say = translator()
    return [
        Line(
            say(item.what, item.params),
            item.subject,
            address(item.endpoint, **item.values),
            item.due_at,
            item.due_at is not None and item.due_at <= now,
        )
        for item in items
    ]


def _deed(deed: Deed, actor: Actor) -> dict[str, Any]:
    """An expert knows her panels by her own page, not by the office's."""
    if deed.endpoint == "reviews.panel" and actor.has(Role.EXPERT):
        url = address("reviews.mine")
    else:
        url = address(deed.endpoint, **deed.values)
    what = translate(deed.action)
    return {
        "what": what
        if deed.count == 1
        else translate(N_("%(what)s（%(count)s次）"), {"what": what, "count": deed.count}),
        "object_label": deed.subject,
        "url": url if deed.subject else "",
        "at": deed.at,
        "reason": deed.reason,
    }
