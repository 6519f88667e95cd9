"""截止启封: once for each topic, right at the deadline or as soon as the program runs again; and the formal check."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from marketplace.audit.seals import bid_seal, open_seal, topic_seal
from marketplace.bids import events, policy, queries
from marketplace.bids.content import content_from_dict, digest
from marketplace.bids.models import Bid, BidOpening, Receipt
from marketplace.bids.operations import current_snapshot
from marketplace.bids.texts import required_opinion
from marketplace.bids.workflow import BID
from marketplace.core.canonical import sha256_hex
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TOPIC


def open_due_topics(uow: UnitOfWork, only: int | None = None) -> int:
    """到期启封: every topic whose deadline has passed and that is still sealed, the oldest first; or one of them."""
    due = queries.due_for_opening(uow.session, uow.now, only)
    for topic in due:
        open_topic(uow, topic)
    return len(due)


def open_topic(uow: UnitOfWork, topic: Topic) -> BidOpening:
    """启封一个榜题: the record names each bid with its moment and hash; the seal is broken; review may begin."""
    require(policy.may_open(topic, uow.now))
    bids = queries.sealed_submissions(uow.session, topic.id)
    opening = _record(uow, topic, bids)
    for bid in bids:
        BID.advance(bid, "open")
        open_seal(uow.session, bid_seal(bid.id), uow.now)
    TOPIC.advance(topic, "open_bids" if bids else "open_without_bids")
    topic.opened_at = uow.now
    topic.decided_at = None if bids else uow.now
    open_seal(uow.session, topic_seal(topic.id), uow.now)
    uow.session.add(opening)
    _tell(uow, topic, bids, opening)
    return opening


def _record(uow: UnitOfWork, topic: Topic, bids: Sequence[Bid]) -> BidOpening:
    receipts = queries.live_receipts(uow.session, topic.id)
    shared = overlaps(bids)
    record = [_line(uow, bid, receipts[bid.id], shared.get(bid.id, [])) for bid in bids]
    return BidOpening(
        topic_id=topic.id, deadline=cast(datetime, topic.deadline), opened_at=uow.now, count=len(bids), record=record,
        record_sha256=sha256_hex(record),
    )  # fmt: skip


def _line(uow: UnitOfWork, bid: Bid, receipt: Receipt, shared: list[str]) -> dict[str, Any]:
    now_held = digest(current_snapshot(uow, bid, content_from_dict(bid.content)))
    return {
        "bid_id": bid.id,
        "number": receipt.number,
        "organisation_id": bid.lead_id,
        "organisation": bid.lead.name,
        "submitted_at": receipt.submitted_at.isoformat(timespec="milliseconds"),
        "content_sha256": receipt.content_sha256,
        "intact": now_held == receipt.content_sha256,
        "overlaps": shared,
    }


def overlaps(bids: Sequence[Bid]) -> Mapping[int, list[str]]:
    """成员重复: units that take part in more than one bid of the topic, by bid, for the formal check."""
    places: dict[int, list[Bid]] = {}
    names: dict[int, str] = {}
    for bid in bids:
        for unit in (bid.lead, *(partner.organisation for partner in bid.partners)):
            places.setdefault(unit.id, []).append(bid)
            names[unit.id] = unit.name
    found: dict[int, list[str]] = {}
    for unit_id, where in places.items():
        if len(where) > 1:
            for bid in where:
                found.setdefault(bid.id, []).append(names[unit_id])
    return found


def _tell(uow: UnitOfWork, topic: Topic, bids: Sequence[Bid], opening: BidOpening) -> None:
    for bid in bids:
        uow.emit(events.BidOpened(bid_id=bid.id, topic_id=topic.id, organisation_id=bid.lead_id))
    uow.emit(events.BidsOpened(topic_id=topic.id, count=len(bids), record_sha256=opening.record_sha256))


def disqualify_bid(uow: UnitOfWork, bid: Bid, opinion: str) -> None:
    """形式审查不予受理, with the reason the bidder reads."""
    require(policy.may_disqualify(uow.actor, bid))
    reason = required_opinion(opinion)
    BID.advance(bid, "disqualify")
    bid.decision_reason = reason
    uow.emit(
        events.BidDisqualified(
            bid_id=bid.id, topic_id=bid.topic_id, organisation_id=bid.lead_id, opinion=reason
        )
    )
