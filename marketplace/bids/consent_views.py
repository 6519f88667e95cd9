"""联合揭榜's pages: the lead unit asks its partners or drops one; a partner reads the bid and answers."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from marketplace.audit.seals import bid_seal
from marketplace.bids import joint, partners, policy, queries
from marketplace.bids.forms import ConsentForm, OpinionForm
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.views import Page, ask, blueprint, own_bid, page_of
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.text import N_
from marketplace.core.verdict import require
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate_problem
from marketplace.web.requests import current_actor, current_uow, db_session, discard, request_now

REFUSE = {
    "title": N_("不同意参与联合揭榜"),
    "button": N_("确定不参与"),
    "hint": N_("理由只有牵头单位看得到，并以邮件告知其填报人和负责人。"),
    "to": "bids.refuse_consent",
}


def _invited(bid_id: int) -> tuple[Bid, BidPartner]:
    """A bid that the actor's unit is asked to join and that has not been opened, with the unit's place in it."""
    bid = queries.bid_for(db_session(), current_actor(), bid_id)
    g.seal_key = bid_seal(bid.id)
    partner = joint.own_place(current_actor(), bid)
    if partner is None or policy.is_opened(bid):
        raise NotFound
    return bid, partner


@blueprint.post("/bids/<int:bid_id>/partners/ask")
@signed_in()
def ask_partners(bid_id: int) -> Response:
    """请参与单位确认."""
    bid = own_bid(bid_id)
    try:
        asked = partners.ask_partners(current_uow(), bid)
    except Invalid as error:
        discard()
        flash(translate_problem(error.problems["partners"]), "warning")
        return redirect(url_for("bids.edit", bid_id=bid_id, section="basics"))
    flash(ngettext("已请%(num)s家参与单位确认", "已请%(num)s家参与单位确认", asked), "success")
    return redirect(url_for("bids.show", bid_id=bid.id))


@blueprint.post("/bids/<int:bid_id>/partners/<int:organisation_id>/drop")
@signed_in()
def drop_partner(bid_id: int, organisation_id: int) -> Response:
    """移除参与单位."""
    bid = own_bid(bid_id)
    partners.drop_partner(current_uow(), bid, organisation_id)
    flash(gettext("已移除参与单位"), "success")
    return redirect(url_for("bids.check", bid_id=bid.id))


@blueprint.get("/bids/<int:bid_id>/consent")
@signed_in()
def consent(bid_id: int) -> Page:
    """确认是否参与."""
    bid, partner = _invited(bid_id)
    return _page(bid, partner, ConsentForm(formdata=None))


def _page(bid: Bid, partner: BidPartner, form: ConsentForm, status: int = 200) -> tuple[str, int]:
    session, actor, now = db_session(), current_actor(), request_now()
    shown: dict[str, Any] = joint.invitation(session, actor, bid, partner, now)
    form.terms.data = shown["terms_sha256"]
    return render_template("bids/consent.html", **page_of(bid), **shown, form=form), status


@blueprint.post("/bids/<int:bid_id>/consent")
@signed_in()
def give_consent(bid_id: int) -> Page:
    """同意参与."""
    bid, partner = _invited(bid_id)
    form = ConsentForm()
    if not form.confirmed.data:
        form.confirmed.errors = [gettext("请先核对并勾选确认")]
        return _page(bid, partner, form, 422)
    if not attempt(form, partners.give_consent, bid, form.terms.data or ""):
        return _page(bid, partner, form, 422)
    flash(gettext("已同意参与，牵头单位会收到邮件"), "success")
    return redirect(url_for("bids.show", bid_id=bid.id))


@blueprint.get("/bids/<int:bid_id>/consent/refuse")
@signed_in()
def ask_refusal(bid_id: int) -> Page:
    """不同意参与: the reason."""
    bid, partner = _invited(bid_id)
    require(policy.may_refuse_consent(current_actor(), bid, partner, request_now()))
    return ask(bid, OpinionForm(), REFUSE)


@blueprint.post("/bids/<int:bid_id>/consent/refuse")
@signed_in()
def refuse_consent(bid_id: int) -> Page:
    """不同意参与, or 收回同意: afterwards the unit no longer reads the bid."""
    bid, _partner = _invited(bid_id)
    form = OpinionForm()
    if not form.validate_on_submit() or not attempt(form, partners.refuse_consent, bid, form.opinion.data):
        return ask(bid, form, REFUSE, 422)
    flash(gettext("已答复不参与，牵头单位会收到邮件"), "success")
    return redirect(url_for("bids.index"))
