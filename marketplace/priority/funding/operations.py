"""The verbs of funding (资金安排): terms set and confirmed, money asked for, the plan computed, deviations."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from marketplace.computations.models import Computation
from marketplace.computations.operations import request as ask_worker
from marketplace.core.canonical import sha256_hex
from marketplace.core.errors import Invalid, Problem
from marketplace.core.money import fen_to_wan
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.priority.funding import policy, queries
from marketplace.priority.funding.events import (
    DeviationDecided,
    DeviationProposed,
    FundingRequested,
    FundingRequestReturned,
    FundingRequestSaved,
    FundingRequestWithdrawn,
    FundingTermsConfirmed,
    FundingTermsDrafted,
)
from marketplace.priority.funding.models import FundingDeviation, FundingRequest, FundingTerms
from marketplace.priority.funding.plan import Standing, live_payload, record_of, standing_of
from marketplace.priority.funding.proposal import KIND
from marketplace.priority.funding.settlement import settle
from marketplace.priority.funding.terms import Terms, amounts_problem, terms_from_dict, terms_problems
from marketplace.priority.funding.workflow import FUNDING_REQUEST, FUNDING_TERMS, TermsState
from marketplace.priority.held import Held
from marketplace.priority.models import PriorityList
from marketplace.priority.opinions import (
    LONGEST_REASON,
    check_reason,
    decide,
    lapse,
    meeting_problems,
    reason_problem,
    told_of_meeting,
)
from marketplace.priority.policy import may_record, may_second
from marketplace.priority.workflow import MeetingOpinionState, PriorityState
from marketplace.projects.models import Project

LONGEST_PURPOSE = 2000
TIME_LIMIT = 300


def draft_terms(
    uow: UnitOfWork, plist: PriorityList, terms: Terms, reason: str = "", version: int | None = None
) -> FundingTerms:
    """拟定资金规则. The draft is edited until it is confirmed; after that a change is the next number."""
    require(policy.may_draft_terms(uow.actor, plist))
    known = queries.terms_of(uow.session, plist.id)
    draft = known[0] if known and known[0].state == TermsState.DRAFT else None
    if draft is not None:
        require_version(draft, version)
    confirmed = [one for one in known if one.state != TermsState.DRAFT]
    check_terms(uow, terms, reason, is_change=bool(confirmed))
    if draft is None:
        draft = FundingTerms(list_id=plist.id, number=len(known) + 1)
        uow.session.add(draft)
    draft.rules, draft.sha256, draft.reason = terms.to_dict(), sha256_hex(terms.to_dict()), reason
    draft.proposed_by, draft.proposed_at = uow.actor.person_id or 0, uow.now
    if plist.state == PriorityState.DRAFT:
        flag_modified(plist, "places")  # whoever announces the round must have seen these terms
    uow.session.flush()
    uow.emit(FundingTermsDrafted(list_id=plist.id, number=draft.number, opinion=reason or None))
    return draft


def check_terms(uow: UnitOfWork, terms: Terms, reason: str, *, is_change: bool) -> None:
    """Refuses terms that cannot be announced."""
    problems = terms_problems(terms)
    until = datetime.fromisoformat(terms.request_until) if terms.request_until else None
    if until is None or (until <= uow.now and not is_change):
        problems["request_until"] = N_("请填写今后的申请截止时间")
    if is_change and not reason:
        problems["reason"] = N_("资金规则已经公布，修改须写明理由")
    if len(reason) > LONGEST_REASON:
        problems["reason"] = (N_("不超过%(most)s字"), {"most": LONGEST_REASON})
    if problems:
        raise Invalid(problems)


def confirm_terms(
    uow: UnitOfWork, plist: PriorityList, terms: FundingTerms, version: int | None = None
) -> None:
    """确认并公布资金规则: by a second person; what was in force before is replaced."""
    require(policy.may_confirm_terms(uow.actor, plist, terms))
    require_version(terms, version)
    before = queries.terms_in_force(uow.session, plist.id)
    if before is not None:
        FUNDING_TERMS.advance(before, "replace")
    FUNDING_TERMS.advance(terms, "confirm")
    terms.confirmed_by, terms.confirmed_at = uow.actor.person_id, uow.now
    uow.emit(FundingTermsConfirmed(list_id=plist.id, number=terms.number, rules_sha256=terms.sha256))


def save_request(
    uow: UnitOfWork,
    plist: PriorityList,
    project: Project,
    years: list[dict[str, int]],
    purpose: str,
    version: int | None = None,
) -> FundingRequest:
    """填报资金申请: amount and minimum of each year; the officer's is one typed in from a paper."""
    terms = queries.terms_in_force(uow.session, plist.id)
    until = queries.until_of(terms)
    require(policy.may_request(uow.actor, plist, until, project.lead_id, uow.now))
    found = queries.request_of(uow.session, plist.id, project.id)
    if found is not None:
        require(policy.may_save(uow.actor, plist, until, found, uow.now))
        require_version(found, version)
    _check_request(terms, years, purpose)
    if found is None:
        found = FundingRequest(list_id=plist.id, project_id=project.id, organisation_id=project.lead_id)
        uow.session.add(found)
    found.years, found.purpose, found.saved_at = years, purpose, uow.now
    found.by_office = uow.actor.organisation_id != project.lead_id
    uow.session.flush()
    uow.emit(FundingRequestSaved(**_about(found)))
    return found


def _check_request(terms: FundingTerms | None, years: list[dict[str, int]], purpose: str) -> None:
    problems: dict[str, Problem] = {}
    if terms is not None:
        problems |= amounts_problem(years, terms_from_dict(terms.rules))
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        problems["purpose"] = (N_("请说明资金用途，不超过%(most)s字"), {"most": LONGEST_PURPOSE})
    if problems:
        raise Invalid(problems)


def submit_request(
    uow: UnitOfWork, plist: PriorityList, one: FundingRequest, version: int | None = None
) -> None:
    """提交资金申请."""
    terms = queries.terms_in_force(uow.session, plist.id)
    require(policy.may_submit(uow.actor, plist, queries.until_of(terms), one, uow.now))
    require_version(one, version)
    _check_request(terms, one.years, one.purpose)
    FUNDING_REQUEST.advance(one, "submit")
    one.submitted_by, one.submitted_at, one.returned_reason = uow.actor.person_id, uow.now, ""
    amount = f"{fen_to_wan(sum(year['amount'] for year in one.years))}"
    uow.emit(FundingRequested(amount=amount, **_about(one)))


def withdraw_request(
    uow: UnitOfWork, plist: PriorityList, one: FundingRequest, version: int | None = None
) -> None:
    """撤回资金申请: it can be changed and submitted again until the deadline."""
    until = queries.until_of(queries.terms_in_force(uow.session, plist.id))
    require(policy.may_withdraw(uow.actor, plist, until, one, uow.now))
    require_version(one, version)
    FUNDING_REQUEST.advance(one, "withdraw")
    uow.emit(FundingRequestWithdrawn(**_about(one)))


def return_request(
    uow: UnitOfWork, plist: PriorityList, one: FundingRequest, reason: str, version: int | None = None
) -> None:
    """退回资金申请: with a reason that the unit reads."""
    require(policy.may_return(uow.actor, plist, one))
    require_version(one, version)
    check_reason(reason)
    FUNDING_REQUEST.advance(one, "return")
    one.returned_reason = reason
    uow.emit(FundingRequestReturned(opinion=reason, **_about(one)))


def plan_funding(uow: UnitOfWork, plist: PriorityList) -> Computation:
    """测算资助方案: in the background, from the ranking as computed, the terms and the submitted requests."""
    until = queries.until_of(queries.terms_in_force(uow.session, plist.id))
    require(policy.may_plan(uow.actor, plist, until, uow.now))
    payload = live_payload(uow.session, plist, uow.now)
    if not isinstance(payload, dict):
        raise Invalid({"plan": payload})
    if not payload["requests"]:
        raise Invalid({"plan": N_("还没有提交的资金申请，不能测算")})
    return ask_worker(
        uow,
        kind=KIND,
        subject_kind=queries.SUBJECT,
        subject_id=plist.id,
        payload=payload,
        time_limit=TIME_LIMIT,
    )


def propose_deviation(
    uow: UnitOfWork, plist: PriorityList, project_id: int, amounts: list[int], reason: str, held: Held
) -> FundingDeviation:
    """提出偏离: what this meeting gives a project instead, in 分 a year; all 0 gives it nothing."""
    require(may_record(uow.actor, plist))
    standing = _standing(uow, plist)
    problems = meeting_problems(plist, held, uow.now)
    problems |= _deviation_problems(standing, project_id, amounts, reason, held)
    if problems:
        raise Invalid(problems)
    found = FundingDeviation(
        list_id=plist.id, plan_sha256=standing.inputs_sha256, project_id=project_id, amounts=amounts, reason=reason,
        meeting_name=held.name, meeting_on=held.on, proposed_by=uow.actor.person_id, proposed_at=uow.now,
    )  # fmt: skip
    uow.session.add(found)
    uow.session.flush()
    amount = f"{fen_to_wan(sum(amounts))}"
    uow.emit(
        DeviationProposed(
            list_id=plist.id, project_id=project_id, amount=amount, opinion=reason, **told_of_meeting(found)
        )
    )
    return found


def _standing(uow: UnitOfWork, plist: PriorityList) -> Standing:
    standing = standing_of(uow.session, plist, uow.now)
    if not isinstance(standing, Standing):
        raise Invalid({"plan": standing})
    return standing


def _deviation_problems(
    standing: Standing, project_id: int, amounts: list[int], reason: str, held: Held
) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    key = f"project:{project_id}"
    row = next((row for row in standing.proposal["rows"] if row["key"] == key), None)
    if row is None:
        return {"project_id": N_("请选择有资金申请且参加排序的项目")}
    line = next(line for line in standing.payload["requests"] if line["key"] == key)
    for year, (money, asked) in enumerate(zip(amounts, line["years"], strict=True)):
        if any(amounts) and not asked["minimum"] <= money <= asked["amount"]:
            problems[f"years.{year}.amount"] = N_("金额须在最低金额与申请金额之间；不资助则全部填0")
    given = standing.settled.amounts.get(key, [0] * len(amounts))
    if amounts == given and _nothing_new(standing, key, reason, held):
        problems["project_id"] = N_("与现方案相同，不是偏离")
    if any(
        one.project_id == project_id and one.state == MeetingOpinionState.PROPOSED
        for one in standing.deviations
    ):
        problems["project_id"] = N_("该项目已有待确认的偏离意见")
    return problems | reason_problem(reason)


def _nothing_new(standing: Standing, key: str, reason: str, held: Held) -> bool:
    """Of the amount that a project has already: what the meeting has decided may be told anew with another reason or
    with its meeting."""
    now = {one["key"]: (one["reason"], one.get("meeting")) for one in standing.counted}.get(key)
    return now is None or now == (reason, held.record())


def confirm_deviation(
    uow: UnitOfWork, plist: PriorityList, one: FundingDeviation, version: int | None = None
) -> None:
    """确认偏离: by a second person. The envelope holds all the same; other rules it breaks are named in the plan."""
    require(may_second(uow.actor, plist, one))
    require_version(one, version)
    standing = _standing(uow, plist)
    if one.plan_sha256 != standing.inputs_sha256:
        raise Invalid({"plan": N_("建议方案已重新测算，这条偏离意见不再适用，请不予确认后重新提出")})
    settled = settle(
        standing.payload["terms"], standing.payload["requests"], standing.proposal,
        [*standing.counted, record_of(one)],
    )  # fmt: skip
    if settled.over:
        raise Invalid(
            {"plan": (N_("超出%(budgets)s，不能确认"), {"budgets": "、".join(o.zh for o in settled.over)})}
        )
    _decide(uow, one, "confirm", "")


def refuse_deviation(
    uow: UnitOfWork, plist: PriorityList, one: FundingDeviation, opinion: str, version: int | None = None
) -> None:
    """不予确认: with a reason."""
    require(may_second(uow.actor, plist, one))
    require_version(one, version)
    check_reason(opinion)
    _decide(uow, one, "refuse", opinion)


def _decide(uow: UnitOfWork, one: FundingDeviation, action: str, opinion: str) -> None:
    decide(uow, one, action, opinion)
    uow.emit(
        DeviationDecided(
            list_id=one.list_id,
            project_id=one.project_id,
            confirmed=action == "confirm",
            opinion=opinion or None,
            **told_of_meeting(one),
        )
    )


def lapse_deviations(uow: UnitOfWork, plist: PriorityList, since: datetime) -> None:
    """偏离随之失效: those typed for a correction that is declined."""
    lapse(uow, queries.deviations_of(uow.session, plist.id), since)


def _about(one: FundingRequest) -> dict[str, Any]:
    return {"list_id": one.list_id, "project_id": one.project_id, "organisation_id": one.organisation_id}
