"""The unit's own pages: start, fill in, check, submit, receipt, withdraw."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from marketplace.audit.seals import bid_seal, topic_seal
from marketplace.bids import joint, operations, policy, presentation, queries
from marketplace.bids.content import content_from_dict
from marketplace.bids.forms import FORMS, BasicsForm, OpinionForm, PledgeForm, SectionForm, SubmitForm
from marketplace.bids.models import Bid
from marketplace.bids.sections import next_section
from marketplace.bids.workflow import BidState
from marketplace.core.actor import BUREAU_ROLES, Role
from marketplace.core.clock import beijing_date
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.verdict import require
from marketplace.organisations.queries import partners_choices
from marketplace.topics.queries import topic_for
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.requests import current_actor, current_uow, db_session, request_now
from marketplace.web.rows import change_rows

blueprint = Blueprint("bids", __name__)
add_entry(
    Entry(
        40, N_("我的揭榜"), "bids.index", BUREAU_ROLES, active=lambda endpoint: endpoint.startswith("bids.")
    )
)

Page = str | tuple[str, int] | Response


def own_bid(bid_id: int) -> Bid:
    """A bid of the actor's own unit; refusals about it stay under the seal."""
    bid = queries.own_bid_for(db_session(), current_actor(), bid_id)
    g.seal_key = bid_seal(bid.id)
    return bid


def any_bid(bid_id: int) -> Bid:
    """A bid that the actor may read."""
    bid = queries.bid_for(db_session(), current_actor(), bid_id)
    g.seal_key = bid_seal(bid.id)
    return bid


def page_of(bid: Bid) -> dict[str, Any]:
    """What every page of the bid is rendered with."""
    return presentation.page(db_session(), current_actor(), bid, request_now())


@blueprint.get("/bids")
@signed_in(*BUREAU_ROLES)
def index() -> str:
    """本单位的揭榜申请."""
    session, actor, now = db_session(), current_actor(), request_now()
    own = queries.own_bids(session, actor)
    return render_template(
        "bids/index.html",
        own=[(bid, presentation.state(bid), presentation.is_running(bid, now)) for bid in own],
        joined=[joint.line(actor, bid, partner, now) for bid, partner in queries.joined_bids(session, actor)],
    )


@blueprint.post("/topics/<int:topic_id>/bid")
@signed_in(*BUREAU_ROLES)
def start(topic_id: int) -> Response:
    """我要揭榜."""
    topic = topic_for(db_session(), current_actor(), topic_id)
    g.seal_key = topic_seal(topic.id)
    bid = operations.start_bid(current_uow(), topic)
    if bid.state != BidState.DRAFT:
        return redirect(url_for("bids.show", bid_id=bid.id))
    return redirect(url_for("bids.edit", bid_id=bid.id, section="basics"))


@blueprint.get("/bids/<int:bid_id>")
@signed_in()
def show(bid_id: int) -> str:
    """揭榜申请."""
    bid, session, actor, now = any_bid(bid_id), db_session(), current_actor(), request_now()
    own, page = policy.acts_for(actor, bid.lead_id), page_of(bid)
    complete = bid.state != BidState.DRAFT or not page["gaps"]
    return render_template(
        "bids/show.html",
        **page,
        steps=presentation.steps(bid),
        offers=presentation.offers(actor, bid, now, complete),
        heads=presentation.heads_of(session, bid) if own else [],
        receipts=queries.receipts_of(session, bid) if own else [],
        history=presentation.history(session, actor, bid),
    )


@blueprint.get("/bids/<int:bid_id>/print")
@signed_in()
def print_view(bid_id: int) -> str:
    """打印申请书."""
    return render_template("bids/print.html", **page_of(any_bid(bid_id)))


@blueprint.get("/bids/<int:bid_id>/edit/<section>")
@signed_in()
def edit(bid_id: int, section: str) -> Page:
    """填写一节. A bid that can no longer be edited shows itself instead."""
    bid = own_bid(bid_id)
    if section not in FORMS:
        raise NotFound
    if bid.state != BidState.DRAFT or not presentation.is_running(bid, request_now()):
        return redirect(url_for("bids.show", bid_id=bid.id))
    return _editor(bid, _form(bid, section))


def _form(bid: Bid, section: str) -> SectionForm:
    form = FORMS[section].of(bid, content_from_dict(bid.content))
    _offer_partners(form, bid)
    if isinstance(form, PledgeForm):
        form.files.belongs_to(queries.FILE_OWNER, bid.id)
        form.agreement.belongs_to(queries.FILE_OWNER, bid.id, queries.AGREEMENT)
    return form


def _offer_partners(form: SectionForm, bid: Bid) -> None:
    if isinstance(form, BasicsForm):
        day = beijing_date(request_now())
        form.offer_partners(partners_choices(db_session(), day, without=bid.lead_id))


def _editor(bid: Bid, form: SectionForm, status: int = 200) -> tuple[str, int]:
    """The page of one section, with what is still missing in the whole form."""
    form.prepare(bid)
    _offer_partners(form, bid)
    uncovered = content_from_dict(bid.content).uncovered([d["key"] for d in bid.topic.deliverables])
    page = page_of(bid)
    return render_template(
        "bids/edit.html", **page, form=form, section=form.section, uncovered=uncovered,
        heads=presentation.heads_of(db_session(), bid),
    ), status  # fmt: skip


@blueprint.post("/bids/<int:bid_id>/edit/<section>")
@signed_in()
def save(bid_id: int, section: str) -> Page:
    """保存草稿."""
    bid = own_bid(bid_id)
    if section not in FORMS:
        raise NotFound
    require(policy.may_edit(current_actor(), bid, request_now()))
    form = _form(bid, section)
    if change_rows(form):
        return _editor(bid, form)
    if not form.validate_on_submit() or not _saved(bid, form):
        return _editor(bid, form, 422)
    flash(gettext("已保存"), "success")
    following = next_section(section) if "next" in request.form else section
    if following is None:
        return redirect(url_for("bids.check", bid_id=bid.id))
    return redirect(url_for("bids.edit", bid_id=bid.id, section=following))


def _saved(bid: Bid, form: SectionForm, with_files: bool = True) -> bool:
    content = form.apply(content_from_dict(bid.content))
    more: dict[str, Any] = {}
    if isinstance(form, BasicsForm):
        more["partners"] = form.chosen()
    if isinstance(form, PledgeForm) and with_files:
        more = {
            "uploads": form.files.uploads(), "agreements": form.agreement.uploads(),
            "drop": [*form.files.dropped(), *form.agreement.dropped()],
        }  # fmt: skip
    return attempt(form, operations.save_bid, bid, content, form.opened_version(), **more)


@blueprint.post("/bids/<int:bid_id>/edit/<section>/autosave")
@signed_in()
def autosave(bid_id: int, section: str) -> Page:
    """自动保存: the same rules, answered briefly for the script; no file comes or goes unasked."""
    bid = own_bid(bid_id)
    if section not in FORMS:
        raise NotFound
    form = _form(bid, section)
    if not form.validate_on_submit() or not _saved(bid, form, with_files=False):
        abort(422)
    db_session().flush()
    return jsonify(saved_at=request_now().isoformat(), version=bid.version)


@blueprint.get("/bids/<int:bid_id>/check")
@signed_in()
def check(bid_id: int) -> Page:
    """提交前检查."""
    bid = own_bid(bid_id)
    if bid.state not in (BidState.DRAFT, BidState.WITH_HEAD):
        return redirect(url_for("bids.show", bid_id=bid.id))
    return _check_page(bid, SubmitForm(data={"version": bid.version}))


def _check_page(bid: Bid, form: SubmitForm, status: int = 200) -> tuple[str, int]:
    session, actor, now = db_session(), current_actor(), request_now()
    may_send = policy.may_send_to_head(actor, bid, now)
    return render_template(
        "bids/check.html",
        **page_of(bid),
        form=form,
        may_submit=presentation.submit_verdict(session, actor, bid, now),
        may_send=may_send,
        sends=may_send.allowed and not actor.has(Role.HEAD),
        heads=presentation.heads_of(session, bid),
    ), status


@blueprint.post("/bids/<int:bid_id>/send")
@signed_in()
def send(bid_id: int) -> Page:
    """送单位审核."""
    bid, form = own_bid(bid_id), SubmitForm()
    if not attempt(form, operations.send_to_head, bid, form.opened_version()):
        return _check_page(bid, form, 422)
    flash(gettext("已送单位负责人审核"), "success")
    return redirect(url_for("bids.show", bid_id=bid.id))


@blueprint.post("/bids/<int:bid_id>/submit")
@signed_in()
def submit(bid_id: int) -> Page:
    """提交揭榜. Pressing twice leads to the one receipt."""
    bid, form = own_bid(bid_id), SubmitForm()
    if bid.state == BidState.SUBMITTED:
        return redirect(url_for("bids.receipt", bid_id=bid.id))
    if not form.confirmed.data:
        form.confirmed.errors = [gettext("请先核对并勾选确认")]
        return _check_page(bid, form, 422)
    if not attempt(form, operations.submit_bid, bid, form.opened_version()):
        return _check_page(bid, form, 422)
    flash(gettext("已提交并封存，请保存这份回执"), "success")
    return redirect(url_for("bids.receipt", bid_id=bid.id))


@blueprint.get("/bids/<int:bid_id>/receipt")
@signed_in()
def receipt(bid_id: int) -> Page:
    """最近一次提交的回执."""
    bid = own_bid(bid_id)
    found = queries.receipts_of(db_session(), bid)
    if not found:
        raise NotFound
    return redirect(url_for("bids.show_receipt", bid_id=bid.id, receipt_id=found[0].id))


@blueprint.get("/bids/<int:bid_id>/receipt/<int:receipt_id>")
@signed_in()
def show_receipt(bid_id: int, receipt_id: int) -> str:
    """提交回执."""
    bid = own_bid(bid_id)
    found = next((r for r in queries.receipts_of(db_session(), bid) if r.id == receipt_id), None)
    if found is None:
        raise NotFound
    name = queries.person_name(db_session(), found.submitted_by)
    return render_template(
        "bids/receipt.html", bid=bid, receipt=found, submitter=name, joint=joint.receipt_lines(found.content)
    )


def ask(bid: Bid, form: OpinionForm, what: dict[str, Any], status: int = 200) -> tuple[str, int]:
    """The page that asks for a reason."""
    words = {key: translate(value) for key, value in what.items() if key in ("title", "button", "hint")}
    here = {"action": url_for(what["to"], bid_id=bid.id), "back": url_for("bids.show", bid_id=bid.id)}
    state = presentation.state(bid)
    return render_template("bids/opinion.html", bid=bid, state=state, form=form, **here, **words), status


RETURN = {
    "title": N_("退回修改"),
    "button": N_("退回"),
    "hint": N_("理由只在本单位内可见，并以邮件告知填报人。"),
    "to": "bids.do_return",
}
WITHDRAW = {
    "title": N_("撤回揭榜申请"),
    "button": N_("撤回"),
    "hint": N_("撤回后，截止时间之前可以重新编辑并再次提交；不再提交的，视为未揭榜。"),
    "to": "bids.do_withdraw",
}


def decide(bid: Bid, what: dict[str, str], operation: Callable[..., None], done: str, back: str = "") -> Page:
    form = OpinionForm()
    if not form.validate_on_submit() or not attempt(form, operation, bid, form.opinion.data):
        return ask(bid, form, what, 422)
    flash(translate(done), "success")
    return redirect(back or url_for("bids.show", bid_id=bid.id))


@blueprint.get("/bids/<int:bid_id>/return")
@signed_in()
def ask_return(bid_id: int) -> Page:
    """退回修改: the reason."""
    bid = own_bid(bid_id)
    require(policy.may_return(current_actor(), bid, request_now()))
    return ask(bid, OpinionForm(), RETURN)


@blueprint.post("/bids/<int:bid_id>/return")
@signed_in()
def do_return(bid_id: int) -> Page:
    """退回修改."""
    return decide(own_bid(bid_id), RETURN, operations.return_bid, N_("已退回填报人修改"))


@blueprint.get("/bids/<int:bid_id>/withdraw")
@signed_in()
def ask_withdraw(bid_id: int) -> Page:
    """撤回: the reason."""
    bid = own_bid(bid_id)
    require(policy.may_withdraw(current_actor(), bid, request_now()))
    return ask(bid, OpinionForm(), WITHDRAW)


@blueprint.post("/bids/<int:bid_id>/withdraw")
@signed_in()
def do_withdraw(bid_id: int) -> Page:
    """撤回."""
    return decide(own_bid(bid_id), WITHDRAW, operations.withdraw_bid, N_("已撤回，原回执保留备查"))


@blueprint.post("/bids/<int:bid_id>/revise")
@signed_in()
def revise(bid_id: int) -> Response:
    """重新编辑."""
    bid = own_bid(bid_id)
    operations.revise_bid(current_uow(), bid)
    return redirect(url_for("bids.edit", bid_id=bid.id, section="basics"))
