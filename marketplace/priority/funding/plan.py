"""The plan as it stands (现行方案): whether what was computed still follows from what is on record, and what the
confirmed deviations make of it; and the part of a snapshot that freezes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.computations.workflow import ComputationState
from marketplace.core.canonical import sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.priority.funding import queries
from marketplace.priority.funding.models import FundingDeviation, FundingTerms
from marketplace.priority.funding.record import plan_payload
from marketplace.priority.funding.settlement import Settled, settle
from marketplace.priority.funding.workflow import TermsState
from marketplace.priority.held import with_held
from marketplace.priority.inputs import inputs_for
from marketplace.priority.models import PriorityList
from marketplace.priority.snapshots import fresh_problem, result_of
from marketplace.priority.workflow import MeetingOpinionState


@dataclass(frozen=True, slots=True)
class Standing:
    """A computed plan that still holds: ``counted`` are the confirmed deviations made against it, ``settled`` the plan
    with them."""

    inputs_sha256: str
    payload: Mapping[str, Any]
    proposal: Mapping[str, Any]
    deviations: Sequence[FundingDeviation]
    counted: list[dict[str, Any]]
    settled: Settled

    @property
    def pending(self) -> list[FundingDeviation]:
        """Deviations that wait for the second person."""
        return [one for one in self.deviations if one.state == MeetingOpinionState.PROPOSED]


def record_of(one: FundingDeviation) -> dict[str, Any]:
    """A deviation as plain values; who proposed and confirmed it stands in the trail."""
    found = {
        "key": f"project:{one.project_id}",
        "amounts": list(one.amounts),
        "reason": one.reason,
        "proposed_at": one.proposed_at.isoformat(timespec="microseconds"),
        "confirmed_at": one.decided_at.isoformat(timespec="microseconds") if one.decided_at else "",
    }
    return with_held(found, one.held)


def live_payload(session: Session, plist: PriorityList, now: datetime) -> dict[str, Any] | Problem:
    """What the plan would be computed from now, or why it cannot."""
    terms = queries.terms_in_force(session, plist.id)
    if terms is None:
        return N_("资金规则还没有确认")
    found = result_of(session, plist.id)
    problem = fresh_problem(plist, found, inputs_for(session, plist, now))
    if problem or found is None or found.result is None:
        return problem or ""
    content = {name: found.payload[name] for name in ("format", "rules", "inputs")} | found.result
    return plan_payload(terms.rules, queries.facts_of(session, plist.id), content)


def standing_of(session: Session, plist: PriorityList, now: datetime) -> Standing | Problem:
    """The plan that holds now, or why there is none."""
    payload = live_payload(session, plist, now)
    if not isinstance(payload, dict):
        return payload
    return standing_on(session, plist, payload)


def standing_on(session: Session, plist: PriorityList, payload: Mapping[str, Any]) -> Standing | Problem:
    """The plan computed from exactly this payload, or why there is none."""
    computed = queries.plan_of(session, plist.id)
    if computed is None:
        return N_("还没有测算资助方案")
    if computed.inputs_sha256 != sha256_hex(payload):
        return N_("测算资助方案以后依据有变化，请重新测算")
    if computed.state != ComputationState.DONE or computed.result is None:
        return N_("资助方案还没有测算完成")
    deviations = [
        one for one in queries.deviations_of(session, plist.id) if one.plan_sha256 == computed.inputs_sha256
    ]
    counted = [record_of(one) for one in deviations if one.state == MeetingOpinionState.CONFIRMED]
    settled = settle(payload["terms"], payload["requests"], computed.result, counted)
    return Standing(computed.inputs_sha256, payload, computed.result, deviations, counted, settled)


def plan_problem(session: Session, plist: PriorityList, content: Mapping[str, Any]) -> Problem | None:
    """Why the list cannot be published yet."""
    terms = queries.terms_of(session, plist.id)
    if not terms:
        return N_("资金规则还没有确认")
    if terms[0].state == TermsState.DRAFT:
        return N_("还有资金规则待确认")
    payload = plan_payload(terms[0].rules, queries.facts_of(session, plist.id), content)
    standing = standing_on(session, plist, payload)
    if not isinstance(standing, Standing):
        return standing
    if standing.pending:
        return N_("还有会议偏离意见待确认")
    if standing.proposal["status"] not in ("plan", "empty"):
        return N_("现行资金规则下没有可行的资助方案，请先调整资金规则")
    return None


def plan_record(session: Session, plist: PriorityList, content: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a snapshot freezes of the funding: terms, requests, proposal, deviations, and the plan as settled."""
    terms = queries.terms_in_force(session, plist.id)
    if terms is None:
        return None
    facts = queries.facts_of(session, plist.id)
    standing = standing_on(session, plist, plan_payload(terms.rules, facts, content))
    if not isinstance(standing, Standing):
        return None
    return {
        "terms": terms.rules,
        "terms_history": [_version(one) for one in reversed(queries.terms_of(session, plist.id))],
        "requests": facts,
        "proposal": standing.proposal,
        "deviations": standing.counted,
        "settled": standing.settled.to_dict(),
    }


def _version(one: FundingTerms) -> dict[str, Any]:
    confirmed = one.confirmed_at.isoformat(timespec="microseconds") if one.confirmed_at else ""
    return {"number": one.number, "sha256": one.sha256, "reason": one.reason, "confirmed_at": confirmed}
