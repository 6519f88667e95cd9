"""The award's page: ranking, proposal, confirmation by another person."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField
from wtforms.validators import DataRequired

from marketplace.audit.queries import history_of
from marketplace.bids import award
from marketplace.bids.award_queries import (
    award_topic_for,
    concluded_panel,
    contenders_of,
    decisions_of,
    live_decision,
    meeting_of,
    terms_of,
    tied_bids,
)
from marketplace.bids.award_rules import LONGEST_REASON, NO_MEETING, eligible, may_decide, may_propose
from marketplace.bids.models import AwardDecision
from marketplace.bids.queries import opened_bids
from marketplace.bids.workflow import AWARD, AwardState
from marketplace.core.actor import PROVINCE_ROLES, Role
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TOPIC
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, LongTextField, attempt
from marketplace.web.offers import history_rows
from marketplace.web.requests import current_actor, db_session

blueprint = Blueprint("awards", __name__)


class ProposalForm(Form):
    """立项意见; the chosen bids are read from the request as ``bids``."""

    reason = LongTextField(
        _l("理由"), [DataRequired(_l("请填写理由"))], most=LONGEST_REASON,
        description=_l("与评审排名一致时简要说明；不一致时请详细说明，至少30字。"),
    )  # fmt: skip


class ConfirmationForm(Form):
    """复核确认."""

    confirmed = BooleanField(
        _l("我已核对评审排名和立项意见，确认后立即生效"), [DataRequired(_l("请勾选确认后再提交"))]
    )


class RejectionForm(Form):
    """退回重议."""

    opinion = LongTextField(_l("退回意见"), [DataRequired(_l("请填写退回意见"))], most=500)


@blueprint.get("/manage/topics/<int:topic_id>/award")
@signed_in(*PROVINCE_ROLES, Role.AUDITOR)
def page(topic_id: int) -> str:
    """立项意见与复核."""
    return _page(award_topic_for(db_session(), current_actor(), topic_id))


def _page(topic: Topic, chosen: tuple[str, ...] = (), **forms: Form) -> str:
    session, actor = db_session(), current_actor()
    panel = concluded_panel(session, topic.id)
    contenders = contenders_of(session, opened_bids(session, topic.id))
    terms, decisions = terms_of(topic), decisions_of(session, topic.id)
    live = next((one for one, _name in decisions if one.state != AwardState.REJECTED), None)
    waiting = live is not None and live.state == AwardState.PROPOSED
    best = {one.bid_id for one in eligible(contenders, terms)[: terms.most]}
    return render_template(
        "awards/page.html", topic=topic, panel=panel, contenders=contenders, terms=terms, live=live, best=best,
        obstacles={one.bid_id: one.obstacle(terms.pass_line, terms.running_limit) for one in contenders},
        decisions=decisions, workflow=AWARD, topic_flow=TOPIC,
        winners=[one.label for one in contenders if live and one.bid_id in live.bid_ids],
        ties=tied_bids(session, panel) if panel else [],
        meeting=meeting_of(session, panel) if panel else NO_MEETING,
        chosen=chosen or tuple(map(str, best)),
        proposing=may_propose(actor, topic.state, panel is not None, live is not None),
        deciding=may_decide(actor, live.proposed_by if live else 0, waiting),
        history=history_rows(history_of(session, "topic", topic.id)), **_forms(forms),
    )  # fmt: skip


def _forms(posted: dict[str, Form]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "proposal": ProposalForm(formdata=None),
        "confirmation": ConfirmationForm(formdata=None),
        "rejection": RejectionForm(formdata=None),
        "form": next(iter(posted.values()), None),
    }
    return {**found, **posted}


def _back(topic: Topic) -> Response:
    return redirect(url_for("awards.page", topic_id=topic.id))


def _live(topic: Topic) -> AwardDecision:
    found = live_decision(db_session(), topic.id)
    if found is None:
        raise NotFound(N_("没有等待复核的立项意见"))
    return found


@blueprint.post("/manage/topics/<int:topic_id>/award/propose")
@signed_in(*PROVINCE_ROLES)
def propose(topic_id: int) -> Response | tuple[str, int]:
    """提出立项意见."""
    topic = award_topic_for(db_session(), current_actor(), topic_id)
    form, raw = ProposalForm(), tuple(request.form.getlist("bids"))

    def operation(uow: UnitOfWork) -> None:
        bids = {str(bid.id): bid for bid in opened_bids(uow.session, topic.id)}
        if any(one not in bids for one in raw):
            raise Invalid({"bids": N_("所选揭榜申请不在评审范围内")})
        award.propose_award(uow, topic, [bids[one] for one in raw], form.reason.data or "")

    if form.validate_on_submit() and attempt(form, operation):
        flash(_("立项意见已提出，等待另一人复核。"), "success")
        return _back(topic)
    return _page(topic, raw or ("",), proposal=form), 422


@blueprint.post("/manage/topics/<int:topic_id>/award/confirm")
@signed_in(Role.APPROVER)
def confirm(topic_id: int) -> Response | tuple[str, int]:
    """复核确认."""
    topic = award_topic_for(db_session(), current_actor(), topic_id)
    form = ConfirmationForm()
    if form.validate_on_submit() and attempt(form, award.confirm_award, _live(topic)):
        flash(_("立项决定已确认，结果通知和公示已发出。"), "success")
        return _back(topic)
    return _page(topic, confirmation=form), 422


@blueprint.post("/manage/topics/<int:topic_id>/award/reject")
@signed_in(Role.APPROVER)
def reject(topic_id: int) -> Response | tuple[str, int]:
    """退回重议."""
    topic = award_topic_for(db_session(), current_actor(), topic_id)
    form = RejectionForm()
    if form.validate_on_submit() and attempt(form, award.reject_award, _live(topic), form.opinion.data or ""):
        flash(_("立项意见已退回，可以重新提出。"), "success")
        return _back(topic)
    return _page(topic, rejection=form), 422
