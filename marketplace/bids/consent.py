"""参与单位确认: whose word on which terms lets a joint bid be submitted. Pure.

A partner with somebody who can answer says yes or no in the system; for one without, the uploaded joint agreement
(联合体协议) stands in. The fingerprint covers what the partner takes on: a later change voids its word.
"""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

from marketplace.bids.checks import Gap
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.workflow import ConsentState
from marketplace.core.canonical import sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.organisations.naming import unit_name


class Standing(StrEnum):
    """What is still missing of one partner."""

    SETTLED = "settled"
    UNASKED = "unasked"
    WAITING = "waiting"
    REFUSED = "refused"
    NO_AGREEMENT = "no_agreement"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What besides the partners' own words counts: which of them have a head in the system, whether the joint
    agreement has been uploaded."""

    heads: frozenset[int] = frozenset()
    agreement: bool = False


def fingerprint(bid: Bid, partner: BidPartner) -> str:
    """条款指纹: topic, lead, partner, its task and its share of the budget."""
    terms = {
        "topic": bid.topic.code, "lead": bid.lead_id, "partner": partner.organisation_id, "task": partner.task,
        "share_fen": partner.share_fen,
    }  # fmt: skip
    return sha256_hex(terms)


def standing(bid: Bid, partner: BidPartner, evidence: Evidence) -> Standing:
    """Whether this partner keeps the bid from being submitted, and how."""
    if partner.state == ConsentState.GIVEN and partner.terms_sha256 == fingerprint(bid, partner):
        return Standing.SETTLED
    if partner.organisation_id not in evidence.heads:
        return Standing.SETTLED if evidence.agreement else Standing.NO_AGREEMENT
    if partner.state == ConsentState.ASKED:
        return Standing.WAITING
    return Standing.REFUSED if partner.state == ConsentState.REFUSED else Standing.UNASKED


def can_be_asked(bid: Bid, evidence: Evidence) -> list[BidPartner]:
    """The partners whom asking now makes sense: somebody can answer, and no answer stands or waits."""
    open_ones = (Standing.UNASKED, Standing.REFUSED)
    return [partner for partner in bid.partners if standing(bid, partner, evidence) in open_ones]


def consents_verdict(bid: Bid, evidence: Evidence) -> Verdict:
    """可否提交, as far as the partners are concerned."""
    names: dict[Standing, list[str]] = {}
    for partner in bid.partners:
        names.setdefault(standing(bid, partner, evidence), []).append(unit_name(partner.organisation.name))
    return first_refusal(*(_refusal(names.get(kind, []), reason) for kind, reason in _REASONS.items()))


_REASONS = {
    Standing.REFUSED: N_("参与单位不同意参与，请调整条款后再次征询，或者移除后提交：%(units)s"),
    Standing.UNASKED: N_("还没有请参与单位确认：%(units)s"),
    Standing.WAITING: N_("参与单位还没有确认，可以等待，也可以移除后提交：%(units)s"),
    Standing.NO_AGREEMENT: N_("参与单位在系统中没有负责人账号，请在“附件与承诺”上传联合体协议：%(units)s"),
}


def _refusal(names: Collection[str], reason: str) -> Verdict:
    return no(reason, units="、".join(names)) if names else YES


def partner_gaps(partners: Iterable[BidPartner], total_fen: int) -> Iterator[Gap]:
    """What the form lacks about the partners: a task for each, shares within the whole."""
    shares = 0
    for partner in partners:
        shares += partner.share_fen
        if not partner.task:
            name = unit_name(partner.organisation.name)
            yield Gap("basics", "partners", N_("参与单位“%(name)s”还没有写明承担任务"), {"name": name})
    if shares > total_fen:
        yield Gap("basics", "partners", N_("参与单位承担经费合计超过预算总额"))
