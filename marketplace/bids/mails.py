"""Letters about bids. Until the opening they go to the lead unit's own people only (to partners: ``consent_mails``),
under the bid's seal."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from marketplace.audit.seals import bid_seal
from marketplace.bids.events import (
    BidDisqualified,
    BidEvent,
    BidReturned,
    BidsOpened,
    BidSubmitted,
    BidWithdrawn,
)
from marketplace.bids.models import Bid, Receipt
from marketplace.bids.queries import opened_bids, opening_of
from marketplace.bids.workflow import CONSENT, ConsentState
from marketplace.core.actor import BUREAU_ROLES, PROVINCE_ROLES
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.models import Appointment, Person, PersonState
from marketplace.organisations.queries import people_with_roles
from marketplace.topics.models import Topic


def send_receipt(uow: UnitOfWork, event: BidSubmitted) -> None:
    """提交回执 to the unit's clerks and heads."""
    receipt = uow.session.get_one(Receipt, event.receipt_id)
    _to_unit(
        uow, event, "bid_receipt", f"bid-receipt:{receipt.id}",
        number=receipt.number, submitted_at=receipt.submitted_at, content_sha256=receipt.content_sha256,
        files=receipt.content["files"], receipt_id=receipt.id, partners=_partners(receipt),
    )  # fmt: skip


def _partners(receipt: Receipt) -> list[dict[str, str]]:
    """The partners as the receipt holds them; ``consent`` is a msgid."""
    return [
        {
            "name": fact["name"],
            "consent": CONSENT.label(fact.get("consent", ConsentState.HISTORIC)),
            "terms_sha256": fact.get("terms_sha256") or "",
        }
        for fact in receipt.content["partners"]
    ]


def tell_return(uow: UnitOfWork, event: BidReturned) -> None:
    """退回修改: the unit's own people learn the reason."""
    version = uow.session.get_one(Bid, event.bid_id).version
    _to_unit(uow, event, "bid_returned", f"bid-returned:{event.bid_id}:{version}", opinion=event.opinion)


def tell_withdrawal(uow: UnitOfWork, event: BidWithdrawn) -> None:
    """撤回."""
    version = uow.session.get_one(Bid, event.bid_id).version
    _to_unit(uow, event, "bid_withdrawn", f"bid-withdrawn:{event.bid_id}:{version}", opinion=event.opinion)


def tell_opening(uow: UnitOfWork, event: BidsOpened) -> None:
    """启封: every bidder learns that the bid was opened as submitted; the province learns how many there are."""
    topic = uow.session.get_one(Topic, event.topic_id)
    opening = opening_of(uow.session, topic.id)
    bids = opened_bids(uow.session, topic.id)
    by_unit = people_by_unit(uow, bids)
    for bid in bids:
        enqueue(
            uow, kind="bid_opened", dedupe_key=f"bid-opened:{bid.id}", recipients=by_unit.get(bid.lead_id, ()),
            context={"topic": _topic(topic), "bid_id": bid.id, "number": bid.number, "opening": opening},
        )  # fmt: skip
    enqueue(
        uow, kind="topic_opened", dedupe_key=f"topic-opened:{topic.id}",
        recipients=people_with_roles(uow.session, None, PROVINCE_ROLES),
        context={"topic": _topic(topic), "topic_id": topic.id, "opening": opening},
    )  # fmt: skip


def tell_disqualification(uow: UnitOfWork, event: BidDisqualified) -> None:
    """不予受理, with the reason."""
    _to_unit(uow, event, "bid_disqualified", f"bid-disqualified:{event.bid_id}", opinion=event.opinion)


def people_by_unit(uow: UnitOfWork, bids: Iterable[Bid]) -> dict[int, list[Recipient]]:
    """Clerks and heads of the bidding units, in one statement."""
    query = (
        select(Appointment.organisation_id, Person.id, Person.name, Person.email, Person.locale)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            Appointment.organisation_id.in_({bid.lead_id for bid in bids}),
            Appointment.role.in_(list(BUREAU_ROLES)),
            Appointment.ended_at.is_(None),
            Person.state == PersonState.ACTIVE,
        )
        .distinct()
    )
    found: dict[int, list[Recipient]] = {}
    for unit_id, person_id, name, email, locale in uow.session.execute(query):
        found.setdefault(unit_id, []).append(Recipient(person_id, name, email, locale))
    return found


def _to_unit(uow: UnitOfWork, event: BidEvent, kind: str, key: str, **more: Any) -> None:
    topic = uow.session.get_one(Topic, event.topic_id)
    enqueue(
        uow, kind=kind, dedupe_key=key,
        recipients=people_with_roles(uow.session, [event.organisation_id], BUREAU_ROLES),
        context={"topic": _topic(topic), "bid_id": event.bid_id, "actor": uow.actor.person_name, **more},
        seal_key=bid_seal(event.bid_id),
    )  # fmt: skip


def _topic(topic: Topic) -> dict[str, Any]:
    return {"code": topic.code, "title": topic.title, "deadline": topic.deadline}
