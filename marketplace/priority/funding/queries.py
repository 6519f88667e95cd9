"""Reading terms, requests, the plan and deviations of a funding round."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from marketplace.computations.models import Computation
from marketplace.computations.queries import latest
from marketplace.core.actor import Actor, Role
from marketplace.core.errors import NotFound
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.priority.funding.models import FundingDeviation, FundingRequest, FundingTerms
from marketplace.priority.funding.policy import may_read_request
from marketplace.priority.funding.proposal import KIND
from marketplace.priority.funding.workflow import RequestState, TermsState
from marketplace.priority.models import AreaMark, PriorityList
from marketplace.projects.models import Project
from marketplace.projects.workflow import ProjectState
from marketplace.topics.models import Topic

SUBJECT = "priority_list"


def terms_of(session: Session, list_id: int) -> Sequence[FundingTerms]:
    """All terms of a round, the newest first."""
    query = select(FundingTerms).where(FundingTerms.list_id == list_id).order_by(FundingTerms.number.desc())
    return session.scalars(query).all()


def terms_in_force(session: Session, list_id: int) -> FundingTerms | None:
    """The terms that count now."""
    query = select(FundingTerms).where(
        FundingTerms.list_id == list_id, FundingTerms.state == TermsState.IN_FORCE
    )
    return session.scalar(query)


def terms_for(session: Session, list_id: int, number: int) -> FundingTerms:
    """One version of the terms."""
    query = select(FundingTerms).where(FundingTerms.list_id == list_id, FundingTerms.number == number)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def until_of(terms: FundingTerms | None) -> datetime | None:
    """When requests close."""
    return None if terms is None else datetime.fromisoformat(terms.rules["request_until"])


def requests_of(session: Session, list_id: int) -> Sequence[FundingRequest]:
    """All requests of a round, in the projects' order, with project and unit."""
    query = (
        select(FundingRequest)
        .join(Project, Project.id == FundingRequest.project_id)
        .where(FundingRequest.list_id == list_id)
        .options(
            joinedload(FundingRequest.project, innerjoin=True),
            joinedload(FundingRequest.organisation, innerjoin=True),
        )
        .order_by(Project.number)
    )
    return session.scalars(query).all()


def request_of(session: Session, list_id: int, project_id: int) -> FundingRequest | None:
    """The request for a project, if there is one."""
    query = select(FundingRequest).where(
        FundingRequest.list_id == list_id, FundingRequest.project_id == project_id
    )
    return session.scalar(query)


def project_for(session: Session, actor: Actor, project_id: int) -> Project:
    """An accepted project for which the actor may ask: one's own, or any for an officer."""
    found = session.get(Project, project_id)
    if found is None or found.state != ProjectState.ACCEPTED:
        raise NotFound
    if not actor.has(Role.OFFICER) and found.lead_id != actor.organisation_id:
        raise NotFound
    return found


def request_for(session: Session, actor: Actor, list_id: int, project_id: int) -> FundingRequest:
    """The request for a project that the actor may read."""
    found = request_of(session, list_id, project_id)
    if found is None or not may_read_request(actor, found):
        raise NotFound
    return found


def candidates(session: Session, actor: Actor, taken: set[int]) -> Sequence[Project]:
    """Accepted projects without a request, for which the actor may still ask."""
    query = (
        select(Project)
        .where(Project.state == ProjectState.ACCEPTED, Project.id.not_in(taken))
        .options(joinedload(Project.lead, innerjoin=True))
        .order_by(Project.number)
        .limit(500)
    )
    if not actor.has(Role.OFFICER):
        query = query.where(Project.lead_id == actor.organisation_id)
    return session.scalars(query).all()


def facts_of(session: Session, list_id: int) -> list[dict[str, Any]]:
    """The submitted requests as plain values: amounts, and the groups that rules may be about."""
    city = aliased(Organisation)
    query = (
        select(FundingRequest, Project, Organisation, city, Topic.field, AreaMark.id)
        .join(Project, Project.id == FundingRequest.project_id)
        .join(Topic, Topic.id == Project.topic_id)
        .join(Organisation, Organisation.id == FundingRequest.organisation_id)
        .outerjoin(city, city.id == Organisation.parent_id)
        .outerjoin(AreaMark, AreaMark.organisation_id == Organisation.id)
        .where(FundingRequest.list_id == list_id, FundingRequest.state == RequestState.SUBMITTED)
        .order_by(Project.number)
    )
    return [
        {
            "key": f"project:{project.id}", "project_id": project.id, "number": project.number,
            "title": project.title, "unit_id": unit.id, "unit": unit.name, "level": unit.kind,
            "area": mark is not None, "city": _city(unit, parent), "field": field,
            "years": [dict(year) for year in one.years],
        }
        for one, project, unit, parent, field, mark in session.execute(query)
    ]  # fmt: skip


def _city(unit: Organisation, parent: Organisation | None) -> str:
    """The city's name: a municipal unit stands for its own, a county's unit for the city above it."""
    city = unit if unit.kind == OrganisationKind.MUNICIPAL else parent
    return city.name if city is not None and city.kind == OrganisationKind.MUNICIPAL else ""


def topic_fields(session: Session) -> Sequence[str]:
    """The fields topics are about, for rules on one of them."""
    query = select(Topic.field).where(Topic.field != "").distinct().order_by(Topic.field)
    return session.scalars(query).all()


def plan_of(session: Session, list_id: int) -> Computation | None:
    """The newest computation of the plan, whatever became of it."""
    return latest(session, KIND, SUBJECT, list_id)


def deviations_of(session: Session, list_id: int) -> Sequence[FundingDeviation]:
    """All deviations of a round in the order in which they were proposed."""
    query = (
        select(FundingDeviation)
        .where(FundingDeviation.list_id == list_id)
        .options(joinedload(FundingDeviation.project, innerjoin=True))
        .order_by(FundingDeviation.id)
    )
    return session.scalars(query).all()


def deviation_for(session: Session, plist: PriorityList, deviation_id: int) -> FundingDeviation:
    """One deviation of this round."""
    found = session.get(FundingDeviation, deviation_id)
    if found is None or found.list_id != plist.id:
        raise NotFound
    return found
