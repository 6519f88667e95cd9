"""Bids, openings, awards (揭榜、启封、立项)."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.audit.models import Seal
from marketplace.audit.seals import topic_seal
from marketplace.bids.consent import fingerprint
from marketplace.bids.models import AwardDecision, Bid, BidOpening, BidPartner, Receipt
from marketplace.bids.workflow import OPENED_STATES, AwardState, BidState, ConsentState
from marketplace.core.canonical import sha256_hex
from marketplace.doctor.base import Context, check, ids, where
from marketplace.organisations.models import LEAD_KINDS, Organisation
from marketplace.projects.models import Project
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState

BEFORE_OPENING = (TopicState.DRAFT, TopicState.IN_APPROVAL, TopicState.SCHEDULED, TopicState.OPEN)


@check
def bids_are_opened_only_with_an_opening_record(context: Context) -> Iterable[str]:
    opened = select(BidOpening.topic_id)
    return where(context, Bid, Bid.state.in_(OPENED_STATES), Bid.topic_id.not_in(opened))


@check
def no_bid_stays_submitted_after_the_opening(context: Context) -> Iterable[str]:
    opened = select(BidOpening.topic_id)
    return where(context, Bid, Bid.state == BidState.SUBMITTED, Bid.topic_id.in_(opened))


@check
def no_opening_lies_before_its_deadline(context: Context) -> Iterable[str]:
    return where(context, BidOpening, BidOpening.opened_at < BidOpening.deadline)


@check
def opening_records_match_their_hash_and_count(context: Context) -> Iterable[str]:
    for opening in context.session.scalars(select(BidOpening)):
        if sha256_hex(opening.record) != opening.record_sha256 or len(opening.record) != opening.count:
            yield f"BidOpening {opening.id}"


@check
def receipts_match_their_hash(context: Context) -> Iterable[str]:
    for receipt in context.session.scalars(select(Receipt)):
        if sha256_hex(receipt.content) != receipt.content_sha256:
            yield f"Receipt {receipt.number}"


@check
def every_submitted_bid_has_one_live_receipt(context: Context) -> Iterable[str]:
    live = (
        select(Receipt.bid_id)
        .where(Receipt.withdrawn_at.is_(None))
        .group_by(Receipt.bid_id)
        .having(func.count() == 1)
    )
    return where(context, Bid, Bid.state.in_((BidState.SUBMITTED, *OPENED_STATES)), Bid.id.not_in(live))


@check
def every_receipt_was_made_before_the_deadline(context: Context) -> Iterable[str]:
    late = (
        select(Receipt.id)
        .join(Bid, Bid.id == Receipt.bid_id)
        .join(BidOpening, BidOpening.topic_id == Bid.topic_id)
        .where(Receipt.submitted_at >= BidOpening.deadline)
    )
    return ids(context, "Receipt", late)


@check
def seals_are_closed_until_the_opening(context: Context) -> Iterable[str]:
    topics = context.session.scalars(
        select(Topic.id).where(Topic.state.in_(BEFORE_OPENING), Topic.published_at.is_not(None))
    )
    opened = set(context.session.scalars(select(Seal.key).where(Seal.opened_at.is_not(None))))
    return [f"Topic {key}" for key in topics if topic_seal(key) in opened]


@check
def only_government_bodies_lead_bids(context: Context) -> Iterable[str]:
    bodies = select(Organisation.id).where(Organisation.kind.in_(LEAD_KINDS))
    return where(context, Bid, Bid.lead_id.not_in(bodies))


@check
def joint_bids_rest_on_the_word_of_every_partner(context: Context) -> Iterable[str]:
    answered = (ConsentState.GIVEN, ConsentState.BY_AGREEMENT, ConsentState.HISTORIC)
    query = (
        select(BidPartner)
        .join(Bid, Bid.id == BidPartner.bid_id)
        .where(Bid.state.in_((BidState.SUBMITTED, *OPENED_STATES)))
        .options(joinedload(BidPartner.bid).joinedload(Bid.topic))
    )
    for partner in context.session.scalars(query):
        signed = partner.state == ConsentState.HISTORIC or partner.terms_sha256 == fingerprint(
            partner.bid, partner
        )
        if partner.state not in answered or not signed:
            yield f"BidPartner {partner.id}"


@check
def nobody_is_partner_of_her_own_bid(context: Context) -> Iterable[str]:
    query = (
        select(BidPartner.id)
        .join(Bid, Bid.id == BidPartner.bid_id)
        .where(BidPartner.organisation_id == Bid.lead_id)
    )
    return ids(context, "BidPartner", query)


@check
def awards_were_confirmed_by_a_second_person(context: Context) -> Iterable[str]:
    alone = (AwardDecision.confirmed_by.is_(None)) | (AwardDecision.confirmed_by == AwardDecision.proposed_by)
    return where(context, AwardDecision, AwardDecision.state == AwardState.CONFIRMED, alone)


@check
def no_topic_has_more_winners_than_places(context: Context) -> Iterable[str]:
    query = (
        select(Topic.id)
        .join(Bid, (Bid.topic_id == Topic.id) & (Bid.state == BidState.AWARDED))
        .group_by(Topic.id, Topic.max_awardees)
        .having(func.count() > Topic.max_awardees)
    )
    return ids(context, "Topic", query)


@check
def every_awarded_bid_has_its_project(context: Context) -> Iterable[str]:
    with_project = select(Project.bid_id)
    return where(context, Bid, Bid.state == BidState.AWARDED, Bid.id.not_in(with_project))
