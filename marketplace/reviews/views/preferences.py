"""评审意愿: the office asks before the items are given out, each member of the draft answers for herself."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.validators import DataRequired, InputRequired

from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.organisations.naming import unit_name
from marketplace.reviews import operations, policy
from marketplace.reviews.asked import OpenItem, asked_seat_for, open_items
from marketplace.reviews.models import Seat
from marketplace.reviews.operations.preferences import MOST_REASON
from marketplace.reviews.preferences import LABELS, Preference
from marketplace.reviews.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, LongTextField, attempt
from marketplace.web.i18n import translate
from marketplace.web.requests import current_actor, db_session, request_now

PREFIX = "level_"


class LevelsForm(Form):
    """评审意愿; one ``level_<item id>`` choice for each item is read from the request."""


class ItemRecusalForm(Form):
    """申明对一项回避."""

    item = SelectField(_l("需回避的一项"), [InputRequired(_l("请选择列出的一项"))], validate_choice=False)
    reason = LongTextField(
        _l("回避原因"),
        [DataRequired(_l("请说明回避的原因，500字以内"))],
        most=MOST_REASON,
        description=_l("例如：近三年在该单位任职或为其提供咨询，本人或亲属与其有利害关系。"),
    )

    def offer(self, items: list[OpenItem]) -> None:
        """Fills the choices."""
        named = [(str(one.id), f"{one.number}. {unit_name(one.lead)}") for one in items]
        self.item.choices = [("", _("请选择")), *named]


@dataclass(slots=True)
class Forms:
    """The forms of the page; the one that was posted comes back with its problems."""

    levels: LevelsForm = field(default_factory=lambda: LevelsForm(formdata=None))
    recusal: ItemRecusalForm = field(default_factory=lambda: ItemRecusalForm(formdata=None))
    posted: Form | None = None


def _loaded(seat_id: int) -> tuple[Seat, list[OpenItem]]:
    seat = asked_seat_for(db_session(), current_actor(), seat_id)
    return seat, open_items(db_session(), seat, beijing_date(request_now()))


@blueprint.get("/reviews/<int:seat_id>/preferences")
@signed_in(Role.EXPERT)
def preferences(seat_id: int) -> str:
    """评审意愿 of one member."""
    seat, items = _loaded(seat_id)
    return _page(seat, items, Forms())


def _page(seat: Seat, items: list[OpenItem], forms: Forms, typed: Mapping[int, str] | None = None) -> str:
    panel, actor = seat.panel, current_actor()
    forms.recusal.offer(items)
    saying = policy.may_say_preferences(
        actor, seat.expert.person_id, panel.state, seat.state, panel.preferences_until, request_now()
    )
    levels = [(str(level), translate(label)) for level, label in LABELS.items()]
    chosen = {one.id: (typed or {}).get(one.id) or one.level or str(Preference.CAN) for one in items}
    return render_template(
        "reviews/preferences.html", seat=seat, panel=panel, items=items, forms=forms, form=forms.posted, saying=saying,
        levels=levels, chosen=chosen, prefix=PREFIX,
    )  # fmt: skip


def _typed(values: Mapping[str, Any]) -> dict[int, str]:
    """Item → level as posted; what is no number is left to the operation's check of the rest."""
    found = {}
    for name, value in values.items():
        raw = name.removeprefix(PREFIX)
        if raw != name and raw.isascii() and raw.isdigit() and len(raw) < 19:
            found[int(raw)] = str(value)
    return found


@blueprint.post("/reviews/<int:seat_id>/preferences")
@signed_in(Role.EXPERT)
def say_preferences(seat_id: int) -> Response | tuple[str, int]:
    """填写评审意愿."""
    seat, items = _loaded(seat_id)
    form, typed = LevelsForm(), _typed(request.form)
    if form.validate_on_submit() and attempt(
        form, operations.say_preferences, seat, typed, form.opened_version()
    ):
        flash(_("评审意愿已保存，截止前可以修改。"), "success")
        return redirect(url_for("reviews.preferences", seat_id=seat_id))
    return _page(seat, items, Forms(levels=form, posted=form), typed), 422


@blueprint.post("/reviews/<int:seat_id>/preferences/recusal")
@signed_in(Role.EXPERT)
def declare_item_recusal(seat_id: int) -> Response | tuple[str, int]:
    """申明对一项回避."""
    seat, items = _loaded(seat_id)
    form = ItemRecusalForm()
    raw = form.item.data or ""
    item = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
    if form.validate_on_submit() and attempt(
        form, operations.declare_item_recusal, seat, item, form.reason.data or ""
    ):
        flash(_("已申明回避，这一项不会分配给您。"), "success")
        return redirect(url_for("reviews.preferences", seat_id=seat_id))
    return _page(seat, items, Forms(recusal=form, posted=form)), 422
