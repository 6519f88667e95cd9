"""Trying other terms (资金假设测算): stored with an address, computed by the worker, beside the official plan, which no
trial can change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.computations.models import Computation
from marketplace.computations.operations import request as ask_worker
from marketplace.computations.queries import latest
from marketplace.computations.workflow import ComputationState
from marketplace.core.canonical import sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, NotFound, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.priority.funding import policy
from marketplace.priority.funding.events import FundingTried
from marketplace.priority.funding.models import FundingTrial
from marketplace.priority.funding.plan import Standing, live_payload, standing_on
from marketplace.priority.funding.record import payload_of_plan
from marketplace.priority.funding.terms import Terms, terms_from_dict, terms_problems
from marketplace.priority.funding.trial_checks import trial_problems, year_problems
from marketplace.priority.models import PriorityList
from marketplace.priority.policy import WITH_RESULT
from marketplace.priority.queries import snapshots_of
from marketplace.priority.workflow import PriorityState

KIND = "funding_trial"
SUBJECT = "funding_trial"
TIME_LIMIT = 300
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Basis:
    """试算依据: the official payload, of the snapshot in force (``number``) or as it stands now, and the official
    proposal where there is one."""

    payload: Mapping[str, Any]
    proposal: Mapping[str, Any] | None
    number: int | None

    @property
    def terms(self) -> Terms:
        """The official terms."""
        return terms_from_dict(self.payload["terms"])

    def with_terms(self, terms: Terms) -> dict[str, Any]:
        """The payload of a trial: everything but the terms is official."""
        return {**self.payload, "terms": replace(terms, request_until=self.terms.request_until).to_dict()}


def basis_of(session: Session, plist: PriorityList, now: datetime) -> Basis | Problem:
    """What a trial starts from, or why there is nothing to try on."""
    if plist.state in WITH_RESULT and plist.state != PriorityState.CORRECTING:
        return _published(session, plist)
    payload = live_payload(session, plist, now)
    if not isinstance(payload, dict):
        return payload
    if not payload["requests"]:
        return N_("还没有提交的资金申请，不能测算")
    standing = standing_on(session, plist, payload)
    return Basis(payload, standing.proposal if isinstance(standing, Standing) else None, None)


def _published(session: Session, plist: PriorityList) -> Basis | Problem:
    newest = snapshots_of(session, plist.id)[0]
    if "plan" not in newest.content:
        return N_("还没有测算资助方案")
    return Basis(payload_of_plan(newest.content), newest.content["plan"]["proposal"], newest.number)


def try_terms(uow: UnitOfWork, plist: PriorityList, terms: Terms) -> FundingTrial:
    """试算: other terms on the same ranking and requests. The same terms again are the same trial."""
    require(policy.may_try(uow.actor, plist))
    basis = basis_of(uow.session, plist, uow.now)
    if not isinstance(basis, Basis):
        raise Invalid({"plan": basis})
    problems = terms_problems(terms) | year_problems(terms, basis.terms)
    payload = basis.with_terms(terms)
    if problems := problems or trial_problems(payload):
        raise Invalid(problems)
    trial = _same(uow.session, plist.id, payload["terms"]) or _new(uow, plist, payload["terms"])
    ask_worker(
        uow, kind=KIND, subject_kind=SUBJECT, subject_id=trial.id, payload=payload, time_limit=TIME_LIMIT
    )
    return trial


def _same(session: Session, list_id: int, terms: Mapping[str, Any]) -> FundingTrial | None:
    query = select(FundingTrial).where(
        FundingTrial.list_id == list_id, FundingTrial.sha256 == sha256_hex(terms)
    )
    return session.scalar(query)


def _new(uow: UnitOfWork, plist: PriorityList, terms: dict[str, Any]) -> FundingTrial:
    trial = FundingTrial(
        list_id=plist.id,
        terms=terms,
        sha256=sha256_hex(terms),
        asked_by=uow.actor.person_id,
        asked_at=uow.now,
    )
    uow.session.add(trial)
    uow.session.flush()
    uow.emit(FundingTried(list_id=plist.id, trial_id=trial.id))
    return trial


def trial_for(session: Session, plist: PriorityList, trial_id: int) -> FundingTrial:
    """One trial of this round."""
    found = session.get(FundingTrial, trial_id)
    if found is None or found.list_id != plist.id:
        raise NotFound
    return found


def trials_of(session: Session, list_id: int) -> Sequence[FundingTrial]:
    """The latest trials of a round, the newest first."""
    query = select(FundingTrial).where(FundingTrial.list_id == list_id).order_by(FundingTrial.id.desc())
    return session.scalars(query.limit(SHOWN)).all()


def computation_of(session: Session, trial: FundingTrial) -> Computation | None:
    """What was computed for a trial last."""
    return latest(session, KIND, SUBJECT, trial.id)


def result_of_trial(found: Computation | None, basis: Basis, terms: Terms) -> Mapping[str, Any] | Problem:
    """The plan under the tried terms, or why there is none that still holds."""
    if found is None or found.inputs_sha256 != sha256_hex(basis.with_terms(terms)):
        return N_("试算以后排序、申请或正式规则有变化，请重新试算")
    if found.state != ComputationState.DONE or found.result is None:
        return N_("试算还没有完成")
    return found.result
