"""What of funding waits for whom (待办)."""

from datetime import datetime

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from marketplace.core.actor import BUREAU_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem
from marketplace.priority.funding.models import FundingDeviation, FundingRequest, FundingTerms
from marketplace.priority.funding.queries import until_of
from marketplace.priority.funding.workflow import RequestState, TermsState
from marketplace.priority.models import PriorityList
from marketplace.priority.workflow import MeetingOpinionState, PriorityState
from marketplace.projects.models import Project
from marketplace.projects.workflow import ProjectState

MOST = 50
TERMS, DEVIATION = N_("确认资金规则"), N_("确认会议偏离意见")


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """待办: an approver confirms terms and deviations of somebody else; a unit asks for money, its head submits."""
    found: list[WorkItem] = []
    if actor.has(Role.APPROVER):
        found += _to_confirm(session, actor)
    return found + (_to_ask(session, actor, now) if actor.has(*BUREAU_ROLES) else [])


def _to_confirm(session: Session, actor: Actor) -> list[WorkItem]:
    terms = select(
        FundingTerms.list_id.label("list_id"),
        FundingTerms.proposed_at.label("since"),
        literal(TERMS).label("what"),
    ).where(FundingTerms.state == TermsState.DRAFT, FundingTerms.proposed_by != actor.person_id)
    deviations = select(FundingDeviation.list_id, FundingDeviation.proposed_at, literal(DEVIATION)).where(
        FundingDeviation.state == MeetingOpinionState.PROPOSED,
        FundingDeviation.proposed_by != actor.person_id,
    )
    waiting = union_all(terms, deviations).subquery()
    query = (
        select(PriorityList, waiting.c.what, func.min(waiting.c.since))
        .join(waiting, waiting.c.list_id == PriorityList.id)
        .where(PriorityList.state.not_in((PriorityState.DRAFT, PriorityState.PUBLISHED)))
        .group_by(PriorityList.id, waiting.c.what)
        .order_by(PriorityList.id, waiting.c.what)
        .limit(MOST)
    )
    return [_item(what, plist, since=since) for plist, what, since in session.execute(query)]


def _to_ask(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """Open rounds in which a project of the unit has no submitted request."""
    asked = select(func.count()).where(
        FundingRequest.list_id == PriorityList.id, FundingRequest.organisation_id == actor.organisation_id,
        FundingRequest.state == RequestState.SUBMITTED,
    )  # fmt: skip
    own = select(func.count()).where(
        Project.lead_id == actor.organisation_id, Project.state == ProjectState.ACCEPTED
    )
    query = (
        select(PriorityList, FundingTerms)
        .join(FundingTerms, FundingTerms.list_id == PriorityList.id)
        .where(PriorityList.state == PriorityState.ANNOUNCED, FundingTerms.state == TermsState.IN_FORCE)
        .where(own.scalar_subquery() > asked.scalar_subquery())
        .order_by(PriorityList.id)
        .limit(MOST)
    )
    open_ = [(plist, until_of(terms), terms) for plist, terms in session.execute(query)]
    return [
        _item(N_("申请项目资金"), plist, due_at=until, since=terms.confirmed_at)
        for plist, until, terms in open_
        if until is not None and now < until
    ]


def _item(
    what: str, plist: PriorityList, *, since: datetime | None, due_at: datetime | None = None
) -> WorkItem:
    return WorkItem(
        what, plist.title, "priority.funding", {"list_id": plist.id}, since=since, due_at=due_at,
        is_sample=plist.is_sample,
    )  # fmt: skip
