"""Who may set the terms, ask for money and compute the plan. Who may deviate from it: ``priority/policy.py``."""

from datetime import datetime

from marketplace.core.actor import BUREAU_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.priority.funding.models import FundingRequest, FundingTerms
from marketplace.priority.funding.workflow import FUNDING_REQUEST, FUNDING_TERMS, RequestState
from marketplace.priority.models import PriorityKind, PriorityList
from marketplace.priority.policy import reads_all, settling
from marketplace.priority.workflow import PriorityState


def _if(condition: bool, reason: str) -> Verdict:
    return YES if condition else no(reason)


def _officer(actor: Actor) -> Verdict:
    return _if(actor.has(Role.OFFICER), N_("由省局经办办理"))


def _approver(actor: Actor) -> Verdict:
    return _if(actor.has(Role.APPROVER), N_("由省局审定办理"))


def is_funding(plist: PriorityList) -> bool:
    """True for rounds that distribute money."""
    return plist.kind == PriorityKind.FUNDING


def may_read_request(actor: Actor, one: FundingRequest) -> Verdict:
    """查看资金申请: the unit its own; the province and the auditor once submitted, or typed in by the office."""
    own = actor.has(*BUREAU_ROLES) and actor.organisation_id == one.organisation_id
    shown = reads_all(actor) and (one.by_office or one.state != RequestState.DRAFT)
    return _if(own or shown, N_("只能查看本单位的资金申请"))


def may_draft_terms(actor: Actor, plist: PriorityList) -> Verdict:
    """拟定资金规则: until the list is published; a change needs a reason and a second person."""
    return first_refusal(
        _officer(actor),
        _if(is_funding(plist), N_("只有资金支持轮次有资金规则")),
        _if(plist.state != PriorityState.PUBLISHED, N_("名单已发布，不能再修改资金规则")),
    )


def may_confirm_terms(actor: Actor, plist: PriorityList, terms: FundingTerms) -> Verdict:
    """确认资金规则: by an approver who has not drafted them."""
    return first_refusal(
        _approver(actor),
        _if(plist.state != PriorityState.DRAFT, N_("资金规则随轮次规则一并公布，不单独确认")),
        _if(FUNDING_TERMS.allows(terms.state, "confirm"), N_("资金规则已经确认")),
        _if(plist.state != PriorityState.PUBLISHED, N_("名单已发布，不能再修改资金规则")),
        _if(actor.person_id != terms.proposed_by, N_("拟定人不能确认自己拟定的资金规则，请由另一人办理")),
    )


def may_request(
    actor: Actor, plist: PriorityList, until: datetime | None, organisation_id: int, now: datetime
) -> Verdict:
    """申请资金: a unit for its own project until the deadline; an officer from a paper until publication."""
    if until is None:
        return no(N_("资金规则确认后可以申请"))
    own = actor.has(*BUREAU_ROLES) and actor.organisation_id == organisation_id
    return first_refusal(
        _if(own or actor.has(Role.OFFICER), N_("由项目牵头单位或省局经办填报")),
        settling(plist),
        _if(actor.has(Role.OFFICER) or now < until, N_("资金申请已经截止")),
    )


def may_save(
    actor: Actor, plist: PriorityList, until: datetime | None, one: FundingRequest, now: datetime
) -> Verdict:
    """修改资金申请: not while it is submitted."""
    return first_refusal(
        may_request(actor, plist, until, one.organisation_id, now),
        _if(one.state != RequestState.SUBMITTED, N_("已提交的资金申请不能修改，请先撤回或退回")),
    )


def may_submit(
    actor: Actor, plist: PriorityList, until: datetime | None, one: FundingRequest, now: datetime
) -> Verdict:
    """提交资金申请: by the head of the unit, or by the officer who typed it in."""
    allowed = actor.has(Role.HEAD) if actor.organisation_id == one.organisation_id else one.by_office
    return first_refusal(
        may_request(actor, plist, until, one.organisation_id, now),
        _if(bool(allowed), N_("由单位负责人提交")),
        _if(FUNDING_REQUEST.allows(one.state, "submit"), N_("已经提交")),
    )


def may_withdraw(
    actor: Actor, plist: PriorityList, until: datetime | None, one: FundingRequest, now: datetime
) -> Verdict:
    """撤回资金申请: as long as it may be submitted."""
    return first_refusal(
        may_request(actor, plist, until, one.organisation_id, now),
        _if(actor.has(Role.HEAD) and actor.organisation_id == one.organisation_id, N_("由单位负责人撤回")),
        _if(FUNDING_REQUEST.allows(one.state, "withdraw"), N_("尚未提交，不需要撤回")),
    )


def may_return(actor: Actor, plist: PriorityList, one: FundingRequest) -> Verdict:
    """退回资金申请: with a reason."""
    return first_refusal(
        _officer(actor),
        settling(plist),
        _if(FUNDING_REQUEST.allows(one.state, "return"), N_("尚未提交，不需要退回")),
    )


def may_plan(actor: Actor, plist: PriorityList, until: datetime | None, now: datetime) -> Verdict:
    """测算资助方案: by the province, when requests are closed."""
    return first_refusal(
        _if(actor.has(*PROVINCE_ROLES), N_("由省局经办或审定办理")),
        settling(plist),
        _if(until is not None, N_("资金规则还没有确认")),
        _if(until is not None and now >= until, N_("资金申请尚未截止")),
    )


def may_read_trials(actor: Actor) -> Verdict:
    """查看假设测算: the province and the auditor; it is no part of what is published."""
    return _if(reads_all(actor), N_("由省局经办或审定办理"))


def may_try(actor: Actor, plist: PriorityList) -> Verdict:
    """假设测算: by the province, once the rules are announced; also after the publication."""
    return first_refusal(
        _if(actor.has(*PROVINCE_ROLES), N_("由省局经办或审定办理")),
        _if(is_funding(plist), N_("只有资金支持轮次有资金规则")),
        _if(plist.state != PriorityState.DRAFT, N_("轮次规则公布后可以试算")),
    )
