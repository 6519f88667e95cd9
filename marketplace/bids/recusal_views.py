"""申请专家回避: a bidder names experts who should not judge its bid; who sits on the panel stays unknown to it."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.bids import policy
from marketplace.bids.models import Bid
from marketplace.bids.views import blueprint, own_bid, page_of
from marketplace.core.errors import NotFound
from marketplace.core.verdict import require
from marketplace.reviews import operations as reviews
from marketplace.reviews.forms import RecusalRequestForm
from marketplace.reviews.register import public_names, requests_of
from marketplace.reviews.views.recusals import ENTRY_TONES
from marketplace.reviews.workflow import RECUSAL, SubjectKind
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.requests import current_actor, db_session


def _loaded(bid_id: int) -> Bid:
    """An own bid that has been opened: before that there is no panel to be asked about."""
    bid = own_bid(bid_id)
    if not policy.is_opened(bid):
        raise NotFound
    return bid


def _page(bid: Bid, form: RecusalRequestForm) -> str:
    session = db_session()
    form.offer(public_names(session))
    return render_template(
        "bids/recusals.html", **page_of(bid), form=form, requests=requests_of(session, SubjectKind.BID, bid.id),
        asking=policy.may_request_recusal(current_actor(), bid), entry_workflow=RECUSAL, entry_tones=ENTRY_TONES,
    )  # fmt: skip


@blueprint.get("/bids/<int:bid_id>/recusals")
@signed_in()
def recusals(bid_id: int) -> str:
    """What this unit has asked, and what the province answered."""
    return _page(_loaded(bid_id), RecusalRequestForm(formdata=None))


@blueprint.post("/bids/<int:bid_id>/recusals")
@signed_in()
def request_recusal(bid_id: int) -> Response | tuple[str, int]:
    """申请专家回避."""
    bid, form = _loaded(bid_id), RecusalRequestForm()
    require(policy.may_request_recusal(current_actor(), bid))
    form.offer(public_names(db_session()))
    if form.validate_on_submit() and attempt(
        form, reviews.request_recusal, bid.topic, SubjectKind.BID, bid.id, form.request()
    ):
        flash(_("申请已提交，省局决定后会以邮件告知。"), "success")
        return redirect(url_for("bids.recusals", bid_id=bid_id))
    return _page(bid, form), 422
