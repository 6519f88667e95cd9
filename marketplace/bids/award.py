"""立项: proposed by one person on the panel's result, confirmed or sent back by another."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.bids.award_queries import (
    concluded_panel,
    contenders_of,
    live_decision,
    meeting_of,
    terms_of,
    tied_bids,
)
from marketplace.bids.award_rules import NO_MEETING, award_problems, may_decide, may_propose
from marketplace.bids.events import AwardConfirmed, AwardProposed, AwardRejected, BidAwarded, BidNotSelected
from marketplace.bids.models import AwardDecision, AwardKind, Bid
from marketplace.bids.queries import opened_bids
from marketplace.bids.workflow import AWARD, BID, AwardState, BidState
from marketplace.core.database import one_at_a_time
from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TOPIC


def propose_award(uow: UnitOfWork, topic: Topic, bids: Sequence[Bid], reason: str) -> AwardDecision:
    """提出立项意见: the bids that should win, or none of them (不予立项), with the reason."""
    _lock(uow, topic)
    panel = concluded_panel(uow.session, topic.id)
    live = live_decision(uow.session, topic.id)
    require(may_propose(uow.actor, topic.state, panel is not None, live is not None))
    chosen = [bid.id for bid in bids]
    _check(uow, topic, chosen, reason)
    decision = AwardDecision(
        topic_id=topic.id, kind=AwardKind.AWARD if chosen else AwardKind.NONE, bid_ids=sorted(chosen),
        reason=reason, state=AwardState.PROPOSED, proposed_by=uow.actor.person_id, proposed_at=uow.now,
    )  # fmt: skip
    uow.session.add(decision)
    uow.session.flush()
    uow.emit(AwardProposed(topic_id=topic.id, decision_id=decision.id, opinion=reason))
    return decision


def confirm_award(uow: UnitOfWork, decision: AwardDecision) -> None:
    """复核确认: the other person's yes makes the award; bids, topic, letters, notice and projects follow from it."""
    topic = uow.session.get_one(Topic, decision.topic_id)
    _lock(uow, topic)
    require(may_decide(uow.actor, decision.proposed_by, decision.state == AwardState.PROPOSED))
    _check(uow, topic, decision.bid_ids, decision.reason)
    AWARD.advance(decision, "confirm")
    decision.confirmed_by, decision.decided_at = uow.actor.person_id, uow.now
    TOPIC.advance(topic, "award" if decision.kind == AwardKind.AWARD else "award_none")
    topic.decided_at = uow.now
    for bid in opened_bids(uow.session, topic.id):
        if bid.state == BidState.OPENED:
            _settle(uow, bid, bid.id in decision.bid_ids)
    uow.emit(AwardConfirmed(topic_id=topic.id, decision_id=decision.id, kind=decision.kind))


def reject_award(uow: UnitOfWork, decision: AwardDecision, opinion: str) -> None:
    """退回重议: the proposal is off; another may be made."""
    _lock(uow, uow.session.get_one(Topic, decision.topic_id))
    require(may_decide(uow.actor, decision.proposed_by, decision.state == AwardState.PROPOSED))
    if not opinion:
        raise Invalid({"opinion": N_("请填写退回意见")})
    AWARD.advance(decision, "reject")
    decision.rejected_reason, decision.decided_at = opinion, uow.now
    uow.emit(AwardRejected(topic_id=decision.topic_id, decision_id=decision.id, opinion=opinion))


def _lock(uow: UnitOfWork, topic: Topic) -> None:
    """Decisions wait for each other: a unit that wins two topics at once must not pass its limit unseen."""
    uow.session.flush()
    one_at_a_time(uow.session, "awards")
    query = select(Topic).where(Topic.id == topic.id).with_for_update()
    uow.session.scalars(query.execution_options(populate_existing=True)).one()


def _check(uow: UnitOfWork, topic: Topic, chosen: Sequence[int], reason: str) -> None:
    """The same rules when proposed and when confirmed: in between a unit may have reached its limit."""
    panel = concluded_panel(uow.session, topic.id)
    contenders = contenders_of(uow.session, opened_bids(uow.session, topic.id))
    ties = tied_bids(uow.session, panel) if panel is not None else []
    meeting = meeting_of(uow.session, panel) if panel is not None else NO_MEETING
    problems = award_problems(contenders, chosen, reason, terms_of(topic), ties, meeting)
    if problems:
        raise Invalid(problems)


def _settle(uow: UnitOfWork, bid: Bid, won: bool) -> None:
    BID.advance(bid, "award" if won else "not_select")
    event = BidAwarded if won else BidNotSelected
    uow.emit(event(bid_id=bid.id, topic_id=bid.topic_id, organisation_id=bid.lead_id))
