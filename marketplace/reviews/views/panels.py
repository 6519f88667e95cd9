"""The officer's side: convene, compose, release, watch."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from marketplace.audit.queries import history_of
from marketplace.computations.models import Computation
from marketplace.computations.queries import latest
from marketplace.core.actor import Actor, Role
from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.reviews import operations, policy
from marketplace.reviews.analysis.reading import KIND as ANALYSIS
from marketplace.reviews.blind.checks import open_leads
from marketplace.reviews.composition import composition
from marketplace.reviews.draws import draws_in, is_repeatable
from marketplace.reviews.forms import DueForm, HeadForm, ReasonForm
from marketplace.reviews.heads import head_in, proposed
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.pool import Pool, pool_for
from marketplace.reviews.presentation import item_labels
from marketplace.reviews.proposals import proposals_of
from marketplace.reviews.protocol import Protocol, protocol_from
from marketplace.reviews.queries.panels import (
    concluded_panel_for,
    items_of,
    items_page,
    panel_for,
    panels,
    seats_of,
)
from marketplace.reviews.queries.waiting import topics_without_panel
from marketplace.reviews.queries.workload import (
    NO_LOAD,
    Load,
    disputes_of,
    extras_of,
    item_count,
    loads_of,
    progress_of,
    short_items,
)
from marketplace.reviews.subjects import SUBJECTS
from marketplace.reviews.unscored import unscored
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.views.results import PATH, ranking_page, times_of
from marketplace.reviews.workflow import PANEL, SEAT, PanelState, SeatState, SubjectKind
from marketplace.topics.models import Topic
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.offers import history_rows, stepper
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, current_uow, db_session, request_now

ITEMS_SHOWN = 50

add_entry(
    Entry(
        50, N_("评审"), "reviews.panels", frozenset(policy.READERS),
        active=lambda endpoint: endpoint.startswith("reviews.panel") or endpoint == "reviews.result_item",
    )
)  # fmt: skip


@dataclass(slots=True)
class Forms:
    """The forms of a panel's page; the one that was posted comes back with its problems."""

    due: DueForm = field(default_factory=lambda: DueForm(formdata=None))
    choice: Form = field(default_factory=lambda: Form(formdata=None))
    head: HeadForm | None = None
    removal: ReasonForm = field(default_factory=lambda: ReasonForm(formdata=None))
    posted: Form | None = None


@blueprint.get("/panels", endpoint="panels")
@signed_in(*policy.READERS)
def panel_list() -> str:
    """评审组 and the topics that still wait for one."""
    session, actor = db_session(), current_actor()
    page = paginate(session, panels(), page_number(), rows=True)
    waiting = topics_without_panel(session) if actor.has(Role.OFFICER) else []
    return render_template("reviews/panels.html", page=page, waiting=waiting, workflow=PANEL)


@blueprint.post("/panels")
@signed_in(Role.OFFICER)
def convene_panel() -> Response:
    """组建评审组 for the bids of a topic."""
    topic = _topic(request.form.get("topic_id", ""))
    subjects = SUBJECTS[SubjectKind.BID].subjects(db_session(), topic.id)
    made = operations.convene_panel(current_uow(), topic, SubjectKind.BID, subjects)
    flash(_("评审组已建立，请选定专家。"), "success")
    return redirect(url_for("reviews.panel", panel_id=made.id))


def _topic(raw: str) -> Topic:
    found = None
    if raw.isascii() and raw.isdigit() and len(raw) < 19:
        query = select(Topic).where(Topic.id == int(raw)).options(joinedload(Topic.list))
        found = db_session().scalar(query)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/panels/<int:panel_id>")
@signed_in(*policy.READERS, Role.EXPERT)
def panel(panel_id: int) -> str:
    """The panel as it stands: composing, scoring, or its ranking."""
    session, actor = db_session(), current_actor()
    if not actor.has(*policy.READERS):
        return ranking_page(concluded_panel_for(session, actor, panel_id, briefly=True))
    found = panel_for(session, actor, panel_id, briefly=True)
    return ranking_page(found) if found.state == PanelState.CONCLUDED else _page(found, Forms())


def _page(panel: Panel, forms: Forms) -> str:
    session, actor = db_session(), current_actor()
    seats, sheets = seats_of(session, panel.id), loads_of(session, panel.id)
    pool = pool_for(session, panel, beijing_date(request_now()))
    progress = progress_of(item_count(session, panel.id), seats, sheets)
    protocol = protocol_from(panel.protocol)
    short = len(short_items(session, panel.id, protocol))
    empty = unscored(session, panel)
    adding = policy.may_add_member(actor, panel.state, panel.size, progress.active, short + empty)
    disputed = len(disputes_of(session, panel)) if panel.state == PanelState.SCORING else 0
    fits = composition(pool.seated, panel.size, pool.outside_majority)
    items = paginate(session, items_page(panel.id), page_number(), ITEMS_SHOWN)
    leads = open_leads(session, panel, items_of(session, panel.id)) if _checks_leads(panel, protocol) else 0
    head = head_in(seats)
    forms.head = forms.head or _head_form(seats, pool, head)
    return render_template(
        "reviews/panel.html", panel=panel, head=head, naming=_naming(actor, panel, forms.head),
        protocol=protocol, short=short, leads=leads,
        labels=item_labels(actor, panel, items.items),
        computation=_calibrating(panel, protocol),
        topic=panel.topic, forms=forms, form=forms.posted, pool=pool,
        seats=[_seat_row(panel, seat, sheets.get(seat.id, NO_LOAD)) for seat in seats], progress=progress,
        items=items, adding=adding, fits=fits,
        releasing=policy.may_release(actor, panel.state, fits, leads, head is not None),
        seat_workflow=SEAT, workflow=PANEL,
        concluding=policy.may_conclude(
            actor, panel.state, panel.size, progress, disputed, short, empty, head is not None
        ),
        proposals=[one for one in proposals_of(session, panel.id) if one.taken is None],
        extras=extras_of(session, panel.id), draws=_draws(panel, pool),
        calling=policy.may_call_extra(actor, panel.state, disputed),
        steps=stepper(PANEL, PATH, panel.state, times_of(panel)),
        history=history_rows(history_of(session, "panel", panel.id)),
    )  # fmt: skip


def _head_form(seats: Sequence[Seat], pool: Pool, head: Seat | None, formdata: Any = None) -> HeadForm:
    """The members who may lead the panel, the proposed one in front."""
    fit = {one.seat.id for one in pool.candidates if one.may_head and one.seat is not None}
    free = [seat for seat in seats if seat.id in fit and seat is not head]
    first = proposed(free)
    free.sort(key=lambda seat: (seat is not first, seat.id))
    names = [(seat.id, _with_title(seat)) for seat in free]
    return HeadForm(names, formdata=formdata)


def _with_title(seat: Seat) -> str:
    name, title = seat.expert.person.name, seat.expert.title
    return str(_("%(name)s（%(title)s）", name=name, title=title)) if title else name


def _naming(actor: Actor, panel: Panel, form: HeadForm) -> bool:
    """Whether this actor may name one of those who are left to be named."""
    return bool(form.head.choices) and bool(policy.may_name_head(actor, panel.state, SeatState.INVITED))


def _checks_leads(panel: Panel, protocol: Protocol) -> bool:
    """Of a blind draft the page says how many leads are open."""
    return protocol.blind and panel.state == PanelState.DRAFT


def _draws(panel: Panel, pool: Pool) -> list[dict[str, Any]]:
    """Every draw with the names of the chosen, and whether it comes out the same when it is done again."""
    names = {one.expert.id: one.expert.person.name for one in pool.candidates}
    return [
        {
            **one,
            "moment": datetime.fromisoformat(one["at"]),
            "names": [names.get(chosen, "—") for chosen in one["chosen"]],
            "same": is_repeatable(one),
            "whole": "free" in one,
        }
        for one in draws_in(panel.draw)
    ]


def _calibrating(panel: Panel, protocol: Protocol) -> Computation | None:
    """How far the computation is that the result waits for, where it does."""
    if protocol.official != "calibrated" or panel.state != PanelState.SCORING:
        return None
    return latest(db_session(), ANALYSIS, "panel", panel.id)


def _seat_row(panel: Panel, seat: Seat, load: Load) -> dict[str, Any]:
    actor, now = current_actor(), request_now()
    verdict = policy.may_remove_member(actor, panel.state, seat.state, panel.due_at, load.submitted > 0, now)
    return {"seat": seat, "load": load, "removing": verdict}


def _loaded(panel_id: int) -> Panel:
    return panel_for(db_session(), current_actor(), panel_id)


def _back(panel: Panel) -> Response:
    return redirect(url_for("reviews.panel", panel_id=panel.id))


@blueprint.post("/panels/<int:panel_id>/members")
@signed_in(Role.OFFICER)
def panel_add_members(panel_id: int) -> Response | tuple[str, int]:
    """选入勾选的专家."""
    panel, form = _loaded(panel_id), Form()
    raw = request.form.getlist("experts")
    chosen = [int(one) for one in raw if one.isascii() and one.isdigit() and len(one) < 19]
    if form.validate_on_submit() and attempt(form, operations.add_members, panel, chosen):
        flash(
            ngettext("已选入%(count)s位专家。", "已选入%(count)s位专家。", len(chosen), count=len(chosen)),
            "success",
        )
        return _back(panel)
    return _page(panel, Forms(choice=form, posted=form)), 422


@blueprint.post("/panels/<int:panel_id>/draw")
@signed_in(Role.OFFICER)
def panel_draw(panel_id: int) -> Response | tuple[str, int]:
    """随机抽取."""
    panel, form = _loaded(panel_id), Form()
    if form.validate_on_submit() and attempt(form, operations.propose_members, panel):
        flash(_("已随机抽取专家，种子和候选名单已记录。"), "success")
        return _back(panel)
    return _page(panel, Forms(choice=form, posted=form)), 422


@blueprint.post("/panels/<int:panel_id>/seats/<int:seat_id>/remove")
@signed_in(Role.OFFICER)
def panel_remove_member(panel_id: int, seat_id: int) -> Response | tuple[str, int]:
    """调整专家."""
    panel, form = _loaded(panel_id), ReasonForm()
    seat = db_session().scalar(select(Seat).where(Seat.id == seat_id, Seat.panel_id == panel.id))
    if seat is None:
        raise NotFound
    reasonless = panel.state == PanelState.DRAFT
    if (reasonless or form.validate_on_submit()) and attempt(
        form, operations.remove_member, panel, seat, form.reason.data or ""
    ):
        flash(_("已调整出评审组。"), "success")
        return _back(panel)
    return _page(panel, Forms(removal=form, posted=form)), 422


@blueprint.post("/panels/<int:panel_id>/head")
@signed_in(Role.OFFICER)
def panel_name_head(panel_id: int) -> Response | tuple[str, int]:
    """指定组长."""
    session, panel = db_session(), _loaded(panel_id)
    seats = seats_of(session, panel.id)
    pool = pool_for(session, panel, beijing_date(request_now()))
    form = _head_form(seats, pool, head_in(seats), request.form)
    if form.validate_on_submit() and attempt(
        form, operations.name_head, panel, form.head.data or 0, form.reason.data or ""
    ):
        flash(_("已指定组长。"), "success")
        return _back(panel)
    return _page(panel, Forms(head=form, posted=form)), 422


@blueprint.post("/panels/<int:panel_id>/release")
@signed_in(Role.OFFICER)
def panel_release(panel_id: int) -> Response | tuple[str, int]:
    """确定评审组并开始评分."""
    panel, form = _loaded(panel_id), DueForm()
    if form.validate_on_submit() and attempt(form, operations.release_panel, panel, form.due_at.data):
        flash(_("评审组已确定，已向专家发出邀请。"), "success")
        return _back(panel)
    return _page(panel, Forms(due=form, posted=form)), 422


@blueprint.post("/panels/<int:panel_id>/extra")
@signed_in(Role.OFFICER)
def panel_call_extra(panel_id: int) -> Response | tuple[str, int]:
    """按规程增加专家, once more."""
    panel, form = _loaded(panel_id), Form()
    if form.validate_on_submit() and attempt(form, operations.call_again, panel):
        flash(_("已按规程增加专家。"), "success")
        return _back(panel)
    return _page(panel, Forms(posted=form)), 422


@blueprint.post("/panels/<int:panel_id>/conclude")
@signed_in(Role.OFFICER)
def panel_conclude(panel_id: int) -> Response:
    """汇总并形成结果."""
    panel = _loaded(panel_id)
    operations.conclude_panel(current_uow(), panel)
    flash(_("评审结果已按公布的规则形成。"), "success")
    return _back(panel)
