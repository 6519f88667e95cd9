"""The verbs around the partners of a joint bid (联合揭榜): naming them, asking them, their answer, dropping them."""

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.bids import events, policy, queries
from marketplace.bids.consent import can_be_asked, fingerprint, partner_gaps
from marketplace.bids.content import content_from_dict
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.texts import required_opinion, touch
from marketplace.bids.workflow import CONSENT, ConsentState
from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, NotFound, Problem, WrongState
from marketplace.core.money import MOST_FEN
from marketplace.core.text import N_, has_forbidden_characters, tidy
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.organisations.queries import partners_choices
from marketplace.topics.rules import rules_from_dict

MOST_TASK = 400


@dataclass(frozen=True, slots=True)
class PartnerTerms:
    """What one partner takes on: task, and its share of the budget in 分."""

    organisation_id: int
    task: str = ""
    share_fen: int = 0


def set_partners(
    uow: UnitOfWork, bid: Bid, partners: Sequence[PartnerTerms], version: int | None = None
) -> None:
    """确定参与单位, in order, in place of those before. Who stays on the same terms keeps its word; changed terms void
    it; who goes after having been asked is told."""
    require(policy.may_edit(uow.actor, bid, uow.now))
    require_version(bid, version)
    wanted = {p.organisation_id: PartnerTerms(p.organisation_id, tidy(p.task), p.share_fen) for p in partners}
    if found := _problems(uow, bid, partners, wanted):
        raise Invalid(found)
    if _as_terms(bid.partners) == list(wanted.values()):
        return
    present = {partner.organisation_id: partner for partner in bid.partners}
    for gone in present.keys() - wanted.keys():
        _remove(uow, bid, present[gone])
    uow.session.flush()
    _put(uow, bid, wanted, present)
    touch(uow, bid)


def _as_terms(partners: Sequence[BidPartner]) -> list[PartnerTerms]:
    return [PartnerTerms(p.organisation_id, p.task, p.share_fen) for p in partners]


def _put(
    uow: UnitOfWork, bid: Bid, wanted: Mapping[int, PartnerTerms], present: Mapping[int, BidPartner]
) -> None:
    units = queries.organisations_by_id(uow.session, list(wanted))
    rows = []
    for position, (key, terms) in enumerate(wanted.items()):
        row = present.get(key) or BidPartner(
            organisation=units[key], organisation_id=key, state=ConsentState.UNASKED
        )
        before = row.task, row.share_fen
        row.position, row.task, row.share_fen = position, terms.task, terms.share_fen
        if key in present and before != (terms.task, terms.share_fen):
            _void(uow, bid, row)
        rows.append(row)
    bid.partners = rows


def _void(uow: UnitOfWork, bid: Bid, partner: BidPartner) -> None:
    """Its word no longer holds; one that was never asked has none."""
    if partner.state == ConsentState.UNASKED:
        return
    CONSENT.advance(partner, "void")
    partner.answered_at = partner.answered_by = partner.refusal = partner.terms_sha256 = None
    uow.emit(events.ConsentVoided(**about(bid, partner)))


def _remove(uow: UnitOfWork, bid: Bid, partner: BidPartner) -> None:
    uow.session.delete(partner)
    uow.emit(events.PartnerDropped(**about(bid, partner), told=partner.asked_at is not None))


def _problems(
    uow: UnitOfWork, bid: Bid, partners: Sequence[PartnerTerms], wanted: Mapping[int, PartnerTerms]
) -> dict[str, Problem]:
    found: dict[str, Problem] = {}
    limit = rules_from_dict(bid.topic.list.rules).partners_limit
    known = dict(partners_choices(uow.session, beijing_date(uow.now), without=bid.lead_id)) if wanted else {}
    if wanted and not bid.topic.joint_allowed:
        found["partners"] = N_("本榜题不接受联合揭榜，请移除参与单位")
    elif len(wanted) > limit:
        found["partners"] = (N_("参与单位最多%(most)s家"), {"most": limit})
    elif len(wanted) < len(partners):
        found["partners"] = N_("同一单位只能填写一次")
    for number, terms in enumerate(partners):
        if terms.organisation_id not in known:
            found[f"partners.{number}.organisation_id"] = N_("请从列表中选择参与单位")
        if len(terms.task) > MOST_TASK or has_forbidden_characters(terms.task):
            found[f"partners.{number}.task"] = (N_("不超过%(most)s字"), {"most": MOST_TASK})
        if not 0 <= terms.share_fen <= MOST_FEN:
            found[f"partners.{number}.share_fen"] = N_("请填写0以上的金额，单位万元，最多两位小数")
    return found


def ask_partners(uow: UnitOfWork, bid: Bid) -> int:
    """请参与单位确认: everyone who can answer and whose word is missing; from now on it sees the bid. Answers how many
    were asked."""
    require(policy.may_ask_partners(uow.actor, bid, uow.now))
    total = content_from_dict(bid.content).total_fen
    if gaps := list(partner_gaps(bid.partners, total)):
        raise Invalid({"partners": gaps[0].problem})
    asked = can_be_asked(bid, queries.consent_evidence(uow.session, bid))
    for partner in asked:
        CONSENT.advance(partner, "ask")
        partner.asked_at, partner.terms_sha256 = uow.now, fingerprint(bid, partner)
        partner.answered_at = partner.answered_by = partner.refusal = None
        uow.emit(events.ConsentAsked(**about(bid, partner)))
    return len(asked)


def give_consent(uow: UnitOfWork, bid: Bid, terms_sha256: str) -> None:
    """同意参与, on exactly the terms that were shown. A unit takes part in one bid of a topic only."""
    partner = _answered(uow, bid)
    require(policy.may_give_consent(uow.actor, bid, partner, uow.now))
    queries.one_word_at_a_time(uow.session, bid.topic_id, partner.organisation_id)
    require(queries.alone_verdict(uow.session, bid, partner.organisation_id))
    if not terms_sha256 == partner.terms_sha256 == fingerprint(bid, partner):
        raise WrongState(N_("参与条款已经变动，请核对新的条款后再确认"))
    CONSENT.advance(partner, "give")
    _answer(uow, partner)
    uow.emit(events.ConsentGiven(**about(bid, partner), terms_sha256=terms_sha256))


def refuse_consent(uow: UnitOfWork, bid: Bid, opinion: str) -> None:
    """不同意参与, or 收回同意 while the bid has not been submitted; with the reason, which the lead unit reads."""
    partner = _answered(uow, bid)
    require(policy.may_refuse_consent(uow.actor, bid, partner, uow.now))
    reason = required_opinion(opinion)
    CONSENT.advance(partner, "refuse")
    _answer(uow, partner, reason)
    uow.emit(events.ConsentRefused(**about(bid, partner), opinion=reason))


def _answered(uow: UnitOfWork, bid: Bid) -> BidPartner:
    """The actor's unit's place in the bid, held still against a submission under way."""
    queries.lock_bid(uow.session, bid)
    return partner_of(bid, uow.actor.organisation_id)


def _answer(uow: UnitOfWork, partner: BidPartner, refusal: str | None = None) -> None:
    partner.answered_at, partner.answered_by, partner.refusal = uow.now, uow.actor.person_id, refusal


def partner_of(bid: Bid, organisation_id: int | None) -> BidPartner:
    """The place of this unit in the bid."""
    found = next((p for p in bid.partners if p.organisation_id == organisation_id), None)
    if found is None:
        raise NotFound
    return found


def drop_partner(uow: UnitOfWork, bid: Bid, organisation_id: int) -> None:
    """移除参与单位 in one step, so that a missing answer need not keep the others from bidding."""
    partner = partner_of(bid, organisation_id)
    require(policy.may_drop_partner(uow.actor, bid, uow.now))
    _remove(uow, bid, partner)
    uow.session.flush()
    bid.partners = [other for other in bid.partners if other is not partner]
    touch(uow, bid)


def sign_for_the_absent(uow: UnitOfWork, bid: Bid, heads: frozenset[int]) -> None:
    """At the submission: whoever nobody could answer for takes part by the joint agreement."""
    for partner in bid.partners:
        if partner.state != ConsentState.GIVEN and partner.organisation_id not in heads:
            CONSENT.advance(partner, "sign")
            partner.answered_at, partner.answered_by, partner.refusal = uow.now, None, None
            partner.terms_sha256 = fingerprint(bid, partner)


def reopen_signatures(uow: UnitOfWork, bid: Bid) -> None:
    """After a withdrawal: words given stay; what stood on paper, or on no word at all, is looked at anew."""
    for partner in bid.partners:
        if partner.state in (ConsentState.BY_AGREEMENT, ConsentState.HISTORIC):
            _void(uow, bid, partner)


def about(bid: Bid, partner: BidPartner) -> dict[str, Any]:
    """The fields that events about a partner share."""
    return {
        "bid_id": bid.id, "topic_id": bid.topic_id, "organisation_id": bid.lead_id,
        "partner_id": partner.organisation_id, "partner": partner.organisation.name,
    }  # fmt: skip
