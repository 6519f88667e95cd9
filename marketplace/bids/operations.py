"""The verbs of bidding: a bureau drafts, its head submits, and until the deadline may withdraw and submit again."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.audit.seals import bid_seal
from marketplace.bids import events, policy, queries
from marketplace.bids.bounds import malformed
from marketplace.bids.checks import Demand, Gap, problems
from marketplace.bids.consent import consents_verdict, partner_gaps
from marketplace.bids.content import (
    BidContent,
    Indicator,
    PlannedMilestone,
    content_from_dict,
    digest,
    snapshot,
)
from marketplace.bids.models import Bid, Receipt
from marketplace.bids.partners import PartnerTerms, reopen_signatures, set_partners, sign_for_the_absent
from marketplace.bids.running import running_count
from marketplace.bids.sections import changed_sections, readable
from marketplace.bids.texts import required_opinion, touch
from marketplace.bids.workflow import BID
from marketplace.core.errors import Invalid, Problem, StaleVersion
from marketplace.core.ids import random_code
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import first_refusal, require
from marketplace.files.operations import Upload, change_files
from marketplace.organisations.models import Organisation
from marketplace.topics.models import Topic
from marketplace.topics.rules import rules_from_dict


def start_bid(uow: UnitOfWork, topic: Topic) -> Bid:
    """起草揭榜申请: one for each unit and topic; who begins twice comes back to the same draft."""
    existing = queries.own_bid_on(uow.session, uow.actor, topic.id)
    if existing is not None:
        return existing
    require(policy.may_start(uow.actor, topic, uow.now))
    lead = uow.session.get_one(Organisation, uow.actor.organisation_id)
    bid = Bid(
        topic=topic, lead=lead, content=first_draft(topic).to_dict(), drafted_by=uow.actor.person_id,
        drafted_at=uow.now, saved_at=uow.now, is_sample=topic.is_sample, partners=[],
    )  # fmt: skip
    uow.session.add(bid)
    uow.session.flush()
    uow.emit(events.BidDrafted(**_about(bid)))
    return bid


def first_draft(topic: Topic) -> BidContent:
    """What the topic already says need not be typed again: a row for each deliverable, the suggested milestones."""
    return BidContent(
        indicators=tuple(Indicator(deliverable_key=item["key"]) for item in topic.deliverables),
        milestones=tuple(
            PlannedMilestone(name=item["name"], month=item["month"], evidence=tuple(item["evidence"]))
            for item in topic.milestones
        ),
    )


def save_bid(
    uow: UnitOfWork,
    bid: Bid,
    content: BidContent,
    version: int | None = None,
    *,
    partners: Sequence[PartnerTerms] | None = None,
    uploads: Sequence[Upload] = (),
    agreements: Sequence[Upload] = (),
    drop: Sequence[int] = (),
) -> None:
    """保存草稿: it may be incomplete, never malformed. A stale version answers with both texts. Partners and files
    change with it where the page holds them."""
    require(policy.may_edit(uow.actor, bid, uow.now))
    _require_version(bid, version, content)
    if found := malformed(content, [item["key"] for item in bid.topic.deliverables]):
        raise Invalid(found)
    bid.content = content.to_dict()
    bid.budget_fen = content.total_fen
    if partners is not None:
        set_partners(uow, bid, partners)
    if uploads or drop:
        change_bid_files(uow, bid, uploads, drop)
    if agreements or drop:
        change_bid_files(uow, bid, agreements, drop, queries.AGREEMENT)
    touch(uow, bid)


def change_bid_files(
    uow: UnitOfWork, bid: Bid, uploads: Sequence[Upload] = (), drop: Iterable[int] = (), purpose: str = ""
) -> None:
    """增减附件 (``purpose``: the joint agreement). The bid's version grows with them: nothing slips in beside a
    submission."""
    require(policy.may_edit(uow.actor, bid, uow.now))
    change_files(
        uow, owner_kind=queries.FILE_OWNER, owner_id=bid.id, uploads=uploads, drop=drop,
        seal_key=bid_seal(bid.id), purpose=purpose, field=purpose or "files",
    )  # fmt: skip
    touch(uow, bid)


def send_to_head(uow: UnitOfWork, bid: Bid, version: int | None = None) -> None:
    """送单位审核: complete, so that the head decides and does not search."""
    require(policy.may_send_to_head(uow.actor, bid, uow.now))
    require_version(bid, version)
    _require_complete(bid)
    BID.advance(bid, "send_to_head")
    bid.returned_reason = None
    uow.emit(events.BidSentToHead(**_about(bid)))


def return_bid(uow: UnitOfWork, bid: Bid, opinion: str) -> None:
    """退回修改, with the reason."""
    require(policy.may_return(uow.actor, bid, uow.now))
    reason = required_opinion(opinion)
    BID.advance(bid, "return")
    bid.returned_reason = reason
    uow.emit(events.BidReturned(**_about(bid), opinion=reason))


def submit_bid(uow: UnitOfWork, bid: Bid, version: int | None = None) -> Receipt:
    """提交揭榜: complete, with the word of every partner, before the deadline; the receipt says what exactly was
    submitted, and when."""
    topic = queries.lock_topic(uow.session, bid.topic_id)
    queries.lock_bid(uow.session, bid)
    queries.one_word_at_a_time(uow.session, bid.topic_id, bid.lead_id)
    evidence = queries.consent_evidence(uow.session, bid)
    limit = rules_from_dict(topic.list.rules).running_limit
    partners = first_refusal(
        queries.alone_verdict(uow.session, bid, bid.lead_id), consents_verdict(bid, evidence)
    )
    running = running_count(uow.session, bid.lead_id)
    require(policy.may_submit(uow.actor, bid, uow.now, running, limit, partners))
    require_version(bid, version)
    _require_complete(bid)
    sign_for_the_absent(uow, bid, evidence.heads)
    content = content_from_dict(bid.content).weighted()
    bid.content = content.to_dict()
    receipt = _receipt(uow, bid, content)
    BID.advance(bid, "submit")
    bid.number, bid.submitted_at, bid.submitted_by = receipt.number, uow.now, uow.actor.person_id
    bid.returned_reason = None
    uow.session.add(receipt)
    uow.session.flush()
    uow.emit(events.BidSubmitted(**_about(bid), receipt_id=receipt.id, content_sha256=receipt.content_sha256))
    return receipt


def _receipt(uow: UnitOfWork, bid: Bid, content: BidContent) -> Receipt:
    submitted = current_snapshot(uow, bid, content)
    return Receipt(
        bid_id=bid.id,
        number=f"{bid.topic.code}-{random_code(8)}",
        submitted_at=uow.now,
        submitted_by=uow.actor.person_id,
        content=submitted,
        content_sha256=digest(submitted),
    )


def current_snapshot(uow: UnitOfWork, bid: Bid, content: BidContent) -> dict[str, Any]:
    """What the bid holds now: form, partners, files."""
    files = queries.file_facts(queries.files_of(uow.session, bid))
    lead = {"organisation_id": bid.lead_id, "name": bid.lead.name}
    return snapshot(bid.topic.code, lead, content, queries.partner_facts(bid), files)


def withdraw_bid(uow: UnitOfWork, bid: Bid, opinion: str) -> None:
    """撤回: until the deadline; the receipt stays on record as withdrawn."""
    queries.lock_topic(uow.session, bid.topic_id)
    require(policy.may_withdraw(uow.actor, bid, uow.now))
    reason = required_opinion(opinion)
    BID.advance(bid, "withdraw")
    live = select(Receipt).where(Receipt.bid_id == bid.id, Receipt.withdrawn_at.is_(None))
    uow.session.scalars(live).one().withdrawn_at = uow.now
    bid.number = bid.submitted_at = bid.submitted_by = None
    uow.emit(events.BidWithdrawn(**_about(bid), opinion=reason))


def revise_bid(uow: UnitOfWork, bid: Bid) -> None:
    """重新编辑 after a withdrawal."""
    require(policy.may_revise(uow.actor, bid, uow.now))
    BID.advance(bid, "revise")
    reopen_signatures(uow, bid)
    uow.emit(events.BidRevised(**_about(bid)))


def gaps(bid: Bid) -> list[Gap]:
    """What still keeps the bid from being submitted."""
    content = content_from_dict(bid.content)
    found = problems(content, demand_of(bid.topic), len(bid.partners))
    return [*found, *partner_gaps(bid.partners, content.total_fen)]


def demand_of(topic: Topic) -> Demand:
    """What the topic asks of a bid."""
    return Demand(
        deliverables=tuple((item["key"], item["name"]) for item in topic.deliverables),
        duration_months=topic.duration_months,
        provincial_fen=topic.budget_max_fen or 0,
        joint_allowed=topic.joint_allowed,
        partners_limit=rules_from_dict(topic.list.rules).partners_limit,
    )


def _require_complete(bid: Bid) -> None:
    found: dict[str, Problem] = {}
    for number, gap in enumerate(gaps(bid)):
        found[f"{gap.section}.{gap.field}.{number}"] = gap.problem
    if found:
        raise Invalid(found)


def _require_version(bid: Bid, version: int | None, yours: BidContent) -> None:
    if version is None or version == bid.version:
        return
    stored = content_from_dict(bid.content)
    sections = changed_sections(stored, yours)
    raise StaleVersion(
        theirs={label: text for code in sections for label, text in readable(stored, code).items()},
        yours={label: text for code in sections for label, text in readable(yours, code).items()},
    )


def _about(bid: Bid) -> dict[str, Any]:
    return {"bid_id": bid.id, "topic_id": bid.topic_id, "organisation_id": bid.lead_id}
