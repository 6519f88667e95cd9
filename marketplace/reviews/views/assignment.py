"""分配评审对象: the proposal with the reason of each pair, moves by hand, and what to do when nothing fits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from marketplace.computations.models import Computation
from marketplace.computations.queries import latest
from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.reviews import operations, policy
from marketplace.reviews.asked import answers_on
from marketplace.reviews.assigning import ASSIGNMENT
from marketplace.reviews.forms import UntilForm
from marketplace.reviews.models import Duty, Panel, PanelItem, Seat
from marketplace.reviews.preferences import LABELS, REASONS
from marketplace.reviews.presentation import item_labels
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.panels import items_of, panel_for, seats_of
from marketplace.reviews.queries.workload import duties_of, short_items
from marketplace.reviews.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.i18n import translate, translate_problem
from marketplace.web.requests import current_actor, db_session


@blueprint.get("/panels/<int:panel_id>/assignment")
@signed_in(*policy.READERS)
def panel_assignment(panel_id: int) -> str:
    """评审分工 of a panel."""
    return _page(panel_for(db_session(), current_actor(), panel_id))


def _page(panel: Panel, form: Form | None = None, until_form: UntilForm | None = None) -> str:
    session, actor, protocol = db_session(), current_actor(), protocol_from(panel.protocol)
    items, seats = items_of(session, panel.id), [s for s in seats_of(session, panel.id) if _sits(s)]
    duties = duties_of(session, panel.id)
    computation = latest(session, ASSIGNMENT, "panel", panel.id)
    names = {seat.id: seat.expert.person.name for seat in seats}
    return render_template(
        "reviews/assignment.html", panel=panel, topic=panel.topic, protocol=protocol, computation=computation,
        rows=_rows(items, duties, names), loads=_loads(seats, duties), seats=seats, names=names, form=form,
        labels=item_labels(actor, panel, items), short=len(short_items(session, panel.id, protocol)),
        problems=_problems(computation, items, names),
        assigning=policy.may_assign(actor, panel.state, protocol.scores_per_item is not None),
        moving=policy.may_move_duty(actor, panel.state), levels=LABELS,
        until_form=until_form or _until_form(panel),
        asking=policy.may_ask_preferences(actor, panel.state, protocol, len(seats)),
        answers=answers_on(session, panel, seats) if panel.preferences_until else [],
        later=_later(seats, computation),
    )  # fmt: skip


def _until_form(panel: Panel) -> UntilForm:
    return UntilForm(formdata=None, data={"until": panel.preferences_until})


def _later(seats: Sequence[Seat], computation: Computation | None) -> bool:
    """Whether somebody has answered since the items were given out."""
    done = computation.finished_at if computation is not None else None
    return done is not None and any(one.preferred_at is not None and one.preferred_at > done for one in seats)


def _sits(seat: Seat) -> bool:
    return seat.state in policy.ACTIVE_SEATS


def _rows(
    items: Sequence[PanelItem], duties: Sequence[Duty], names: Mapping[int, str]
) -> list[dict[str, Any]]:
    by_item: defaultdict[int, list[Duty]] = defaultdict(list)
    for duty in duties:
        by_item[duty.item_id].append(duty)
    ordered = sorted(items, key=lambda item: item.position)
    return [
        {
            "item": item,
            "pairs": [
                {"duty": one, "name": names.get(one.seat_id, ""), "why": _why(one)}
                for one in by_item[item.id]
            ],
            "taken": {one.seat_id for one in by_item[item.id]},
        }
        for item in ordered
    ]


def _why(duty: Duty) -> str:
    """The reason of one pair in words."""
    because = duty.because or {}
    if duty.origin == "anchor":
        return str(_("全体专家先评"))
    if because.get("rule") == "disagreement":
        return str(_("评分相差超过%(n)s分，按规程增加", n=because.get("threshold")))
    if because.get("rule") == "moved":
        return str(_("%(name)s调整", name=because.get("by", "")))
    if because.get("rule") != "assigned":
        return str(_("全体评审"))
    field = _("领域一致") if because["field"] else _("领域不同")
    said = because.get("preference")
    past = _("没有评过同类榜题")
    if times := because["past"]:
        past = ngettext("评过同类榜题%(n)s次", "评过同类榜题%(n)s次", times, n=times)
    if said is None:
        return str(_("匹配度%(total)s：%(field)s，%(past)s", total=because["total"], field=field, past=past))
    stated = translate(REASONS[said])
    return str(
        _(
            "匹配度%(total)s：%(field)s，%(said)s，%(past)s",
            total=because["total"],
            field=field,
            past=past,
            said=stated,
        )
    )


def _loads(seats: Sequence[Seat], duties: Sequence[Duty]) -> list[dict[str, Any]]:
    counts: defaultdict[int, int] = defaultdict(int)
    for duty in duties:
        counts[duty.seat_id] += 1
    return [{"seat": seat, "count": counts[seat.id]} for seat in seats]


def _problems(
    computation: Computation | None, items: Sequence[PanelItem], names: Mapping[int, str]
) -> list[str]:
    """What is missing and what would repair it (无解原因), in plain words."""
    result = computation.result if computation is not None else None
    if not result or result["feasible"]:
        return []
    labels = {item.id: item.label for item in items}
    said = [
        _shortage(labels.get(one["item"], ""), one["missing"], one["reason"]) for one in result["shortages"]
    ]
    more = [
        str(_("如请%(name)s多评%(n)s项，就可以排开。", name=names.get(seat, ""), n=count))
        for seat, count in result["extra_load"]
    ]
    return [*said, *more] or [str(_("现有专家不能满足全部条件，请再选入专家后重新分配。"))]


SHORTAGES = {
    "conflict": N_("“%(item)s”还缺%(n)s位专家：评审组中不须回避的专家不够。请再选入与它没有利害关系的专家。"),
    "unit": N_("“%(item)s”还缺%(n)s位专家：同一单位只能有一位专家评同一项。请再选入其他单位的专家。"),
    "cap": N_("“%(item)s”还缺%(n)s位专家：其他专家的工作量已满。请再选入专家。"),
}
SHORT = N_("“%(item)s”还缺%(n)s位专家。请再选入专家。")


def _shortage(label: str, missing: int, reason: str) -> str:
    return translate_problem((SHORTAGES.get(reason, SHORT), {"item": label, "n": missing}))


def _loaded(panel_id: int) -> Panel:
    return panel_for(db_session(), current_actor(), panel_id)


def _back(panel: Panel) -> Response:
    return redirect(url_for("reviews.panel_assignment", panel_id=panel.id))


@blueprint.post("/panels/<int:panel_id>/assignment")
@signed_in(Role.OFFICER)
def panel_assign(panel_id: int) -> Response | tuple[str, int]:
    """分配."""
    panel, form = _loaded(panel_id), Form()
    if form.validate_on_submit() and attempt(form, operations.request_assignment, panel):
        flash(_("已开始分配，结果出来后显示在本页。"), "success")
        return _back(panel)
    return _page(panel, form), 422


@blueprint.post("/panels/<int:panel_id>/preferences")
@signed_in(Role.OFFICER)
def panel_ask_preferences(panel_id: int) -> Response | tuple[str, int]:
    """征求评审意愿."""
    panel, form = _loaded(panel_id), UntilForm()
    if form.validate_on_submit() and attempt(form, operations.ask_preferences, panel, form.until.data):
        flash(_("已向评审组成员征求意愿。"), "success")
        return _back(panel)
    return _page(panel, form, form), 422


@blueprint.post("/panels/<int:panel_id>/duties/<int:duty_id>/move")
@signed_in(Role.OFFICER)
def panel_move_duty(panel_id: int, duty_id: int) -> Response | tuple[str, int]:
    """调整一项分工."""
    panel, form = _loaded(panel_id), Form()
    duty = db_session().scalar(select(Duty).where(Duty.id == duty_id, Duty.panel_id == panel.id))
    if duty is None:
        raise NotFound
    raw = request.form.get("seat", "")
    seat_id = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
    if form.validate_on_submit() and attempt(form, operations.move_duty, panel, duty, seat_id):
        flash(_("已调整评审分工。"), "success")
        return _back(panel)
    return _page(panel, form), 422


@blueprint.post("/panels/<int:panel_id>/anchor")
@signed_in(Role.OFFICER)
def panel_anchor(panel_id: int) -> Response | tuple[str, int]:
    """指定先评的一项."""
    panel, form = _loaded(panel_id), Form()
    raw = request.form.get("item", "")
    item_id = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
    if form.validate_on_submit() and attempt(form, operations.choose_anchor, panel, item_id):
        flash(_("已指定先评的一项。"), "success")
        return _back(panel)
    return _page(panel, form), 422
