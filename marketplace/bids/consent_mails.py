"""Letters around the partners' word: to the partner that is asked, to the lead unit that waits; all under the seal."""

from typing import Any

from marketplace.audit.seals import bid_seal
from marketplace.bids.events import (
    BidSubmitted,
    BidWithdrawn,
    ConsentAsked,
    ConsentGiven,
    ConsentRefused,
    PartnerDropped,
)
from marketplace.bids.models import Bid, BidPartner, Receipt
from marketplace.bids.workflow import ConsentState
from marketplace.core.actor import BUREAU_ROLES
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.operations import enqueue
from marketplace.organisations.queries import people_with_roles
from marketplace.topics.models import Topic


def ask_partner(uow: UnitOfWork, event: ConsentAsked) -> None:
    """请确认: to the clerks and heads of the one unit that is asked."""
    bid = uow.session.get_one(Bid, event.bid_id)
    partner = next(p for p in bid.partners if p.organisation_id == event.partner_id)
    _ask(uow, bid, partner, f"consent:{bid.id}:{partner.organisation_id}:{_moment(uow)}")


def remind_partners(uow: UnitOfWork, bid: Bid, topic: Topic, hours: int) -> None:
    """待答复提醒, together with the lead unit's own reminder."""
    key = int(topic.deadline.timestamp()) if topic.deadline else 0
    for partner in bid.partners:
        if partner.state == ConsentState.ASKED:
            _ask(uow, bid, partner, f"consent-due:{bid.id}:{partner.organisation_id}:{key}:{hours}", hours)


def _ask(uow: UnitOfWork, bid: Bid, partner: BidPartner, key: str, hours: int = 0) -> None:
    _send(
        uow, bid, "consent_asked", key, [partner.organisation_id], lead=bid.lead.name, task=partner.task,
        share_fen=partner.share_fen, hours=hours,
    )  # fmt: skip


def tell_lead(uow: UnitOfWork, event: ConsentGiven | ConsentRefused) -> None:
    """答复 to the lead unit's clerks and heads."""
    bid = uow.session.get_one(Bid, event.bid_id)
    key = f"consent-answer:{bid.id}:{event.partner_id}:{_moment(uow)}"
    _send(uow, bid, "consent_answered", key, [bid.lead_id], partner=event.partner, opinion=event.reason or "")


def tell_dropped(uow: UnitOfWork, event: PartnerDropped) -> None:
    """不再参与: only to a unit that had been asked; the others never learn of the bid."""
    if event.told:
        bid = uow.session.get_one(Bid, event.bid_id)
        key = f"partner-dropped:{bid.id}:{event.partner_id}:{_moment(uow)}"
        _send(uow, bid, "partner_news", key, [event.partner_id], lead=bid.lead.name, news="dropped")


def tell_of_submission(uow: UnitOfWork, event: BidSubmitted) -> None:
    """已提交, to the partners that agreed."""
    receipt = uow.session.get_one(Receipt, event.receipt_id)
    _tell_agreed(
        uow, event.bid_id, f"joint-submitted:{receipt.id}", news="submitted", number=receipt.number,
        content_sha256=receipt.content_sha256,
    )  # fmt: skip


def tell_of_withdrawal(uow: UnitOfWork, event: BidWithdrawn) -> None:
    """已撤回, to the partners that agreed."""
    _tell_agreed(uow, event.bid_id, f"joint-withdrawn:{event.bid_id}:{_moment(uow)}", news="withdrawn")


def _tell_agreed(uow: UnitOfWork, bid_id: int, key: str, **more: Any) -> None:
    bid = uow.session.get_one(Bid, bid_id)
    units = [p.organisation_id for p in bid.partners if p.state == ConsentState.GIVEN]
    if units:
        _send(uow, bid, "partner_news", key, units, lead=bid.lead.name, **more)


def _send(uow: UnitOfWork, bid: Bid, kind: str, key: str, units: list[int], **more: Any) -> None:
    topic = {"code": bid.topic.code, "title": bid.topic.title, "deadline": bid.topic.deadline}
    enqueue(
        uow, kind=kind, dedupe_key=key, recipients=people_with_roles(uow.session, units, BUREAU_ROLES),
        context={"topic": topic, "bid_id": bid.id, **more}, seal_key=bid_seal(bid.id),
    )  # fmt: skip


def _moment(uow: UnitOfWork) -> int:
    """One letter for each deed: two deeds about one partner never share a moment."""
    return int(uow.now.timestamp() * 1_000_000)
