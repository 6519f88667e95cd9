"""How pages speak of joint bids: how each partner stands, what the lead can do about it, what a partner is asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.bids import policy, queries
from marketplace.bids.consent import can_be_asked, fingerprint
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.workflow import BID, CONSENT, BidState, ConsentState
from marketplace.core.actor import Actor, Role
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.organisations.queries import people_with_roles
from marketplace.web.i18n import translate
from marketplace.web.offers import offer

TONES = {
    ConsentState.UNASKED: "neutral",
    ConsentState.ASKED: "progress",
    ConsentState.GIVEN: "success",
    ConsentState.REFUSED: "danger",
    ConsentState.BY_AGREEMENT: "info",
    ConsentState.HISTORIC: "neutral",
}
READABLE = (ConsentState.ASKED, ConsentState.GIVEN)


def own_place(actor: Actor, bid: Bid) -> BidPartner | None:
    """The actor's unit as a partner of this bid, if it is one."""
    places = (p for p in bid.partners if policy.acts_for(actor, p.organisation_id))
    return next(places, None)


def word(partner: BidPartner) -> dict[str, str]:
    """How a partner stands, for the ``chip`` macro."""
    code = ConsentState(partner.state)
    if code == ConsentState.UNASKED and partner.asked_at is not None:
        return {"code": code, "label": translate(N_("条款已变动，待再次征询")), "tone": "warning"}
    return {"code": code, "label": translate(CONSENT.label(code)), "tone": TONES[code]}


def partner_lines(actor: Actor, bid: Bid) -> list[dict[str, Any]]:
    """The partners as the document shows them. Until the opening a partner reads of its own word only; reasons for a
    refusal are the lead unit's to read."""
    own, opened = policy.acts_for(actor, bid.lead_id), policy.is_opened(bid)
    return [
        {
            "name": partner.organisation.name,
            "task": partner.task,
            "share_fen": partner.share_fen,
            "key": partner.organisation_id,
            "word": word(partner)
            if own or opened or policy.acts_for(actor, partner.organisation_id)
            else None,
            "answered_at": partner.answered_at,
            "answerer": partner.answerer.name if partner.answerer else "",
            "refusal": partner.refusal if own else None,
        }
        for partner in bid.partners
    ]


def desk(session: Session, actor: Actor, bid: Bid, now: datetime) -> dict[str, Any] | None:
    """What the lead unit can do about its partners: ask those whose word is missing, drop one; nothing without
    partners or after the submission."""
    if not bid.partners or bid.state not in (BidState.DRAFT, BidState.WITH_HEAD):
        return None
    evidence = queries.consent_evidence(session, bid)
    return {
        "ask": offer(
            N_("请参与单位确认"), "bids.ask_partners", _may_ask(actor, bid, now, bool(can_be_asked(bid, evidence))),
            tone="secondary", bid_id=bid.id,
        ),
        "may_drop": policy.may_drop_partner(actor, bid, now).allowed,
        "absent": [p.organisation_id for p in bid.partners if p.organisation_id not in evidence.heads],
        "agreement": evidence.agreement,
    }  # fmt: skip


def _may_ask(actor: Actor, bid: Bid, now: datetime, anybody: bool) -> Verdict:
    nobody = no(N_("需要在系统中确认的参与单位都已征询"))
    return first_refusal(policy.may_ask_partners(actor, bid, now), YES if anybody else nobody)


def partner_offers(actor: Actor, bid: Bid, partner: BidPartner, now: datetime) -> list[dict[str, Any]]:
    """What a partner can do before the opening: say yes, or no."""
    refuse = policy.may_refuse_consent(actor, bid, partner, now)
    given = partner.state == ConsentState.GIVEN
    say_no = offer(
        N_("收回同意") if given else N_("不同意参与"), "bids.ask_refusal", refuse, method="get", tone="danger",
        bid_id=bid.id,
    )  # fmt: skip
    if given:
        return [say_no]
    give = policy.may_give_consent(actor, bid, partner, now)
    return [offer(N_("核对条款并确认"), "bids.consent", give, method="get", bid_id=bid.id), say_no]


def invitation(
    session: Session, actor: Actor, bid: Bid, partner: BidPartner, now: datetime
) -> dict[str, Any]:
    """What the page that asks for the answer is rendered with."""
    give = first_refusal(
        policy.may_give_consent(actor, bid, partner, now),
        queries.alone_verdict(session, bid, partner.organisation_id),
    )
    return {
        "partner": partner,
        "word": word(partner),
        "may_give": give,
        "may_refuse": policy.may_refuse_consent(actor, bid, partner, now),
        "terms_sha256": fingerprint(bid, partner),
        "heads": people_with_roles(session, [partner.organisation_id], [Role.HEAD]),
    }


def line(actor: Actor, bid: Bid, partner: BidPartner, now: datetime) -> dict[str, Any]:
    """One of others' bids in which the unit takes part, for the list of bids."""
    opened = policy.is_opened(bid)
    waits = partner.state == ConsentState.ASKED and not opened
    return {
        "bid": bid,
        "state": translate(BID.label(bid.state)) if opened else "",
        "word": word(partner),
        "endpoint": "bids.consent" if waits else "bids.show" if opened or partner.state in READABLE else None,
        "answer": waits and policy.may_give_consent(actor, bid, partner, now).allowed,
    }


def receipt_lines(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The partners as a receipt holds them: name, task, share, and on what its part rests."""
    return [
        {
            "name": fact["name"],
            "task": fact["task"],
            "share_fen": fact.get("share_fen", 0),
            "word": translate(CONSENT.label(fact.get("consent", ConsentState.HISTORIC))),
            "terms_sha256": fact.get("terms_sha256") or "",
            "answered_at": datetime.fromisoformat(fact["answered_at"]) if fact.get("answered_at") else None,
        }
        for fact in content["partners"]
    ]
