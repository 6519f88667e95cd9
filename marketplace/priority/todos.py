"""What of priority lists waits for whom (待办)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, and_, func, select
from sqlalchemy.orm import Session

from marketplace.core.actor import BUREAU_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem, asked_once
from marketplace.priority import meeting_todos
from marketplace.priority.models import Declaration, PriorityList
from marketplace.priority.workflow import DeclarationState, PriorityState
from marketplace.projects.models import Project
from marketplace.projects.workflow import ProjectState

MOST = 50
LINE = (
    PriorityList.id, PriorityList.title, PriorityList.state, PriorityList.created_by, PriorityList.created_at,
    PriorityList.correction_by, PriorityList.declare_until, PriorityList.announced_at, PriorityList.is_sample,
)  # fmt: skip
WAITING = {
    PriorityState.DRAFT: N_("公布轮次规则"),
    PriorityState.ANNOUNCED: N_("发布优先名单"),
    PriorityState.CORRECTING: N_("确认名单更正"),
}
GOING_ON = {
    PriorityState.DRAFT: N_("轮次规则待公布"),
    PriorityState.ANNOUNCED: N_("优先名单待发布"),
    PriorityState.CORRECTING: N_("名单更正待确认"),
}


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """待办: an approver announces, publishes and confirms what somebody else has begun; a unit declares, its head
    submits; an officer decides."""
    found: list[WorkItem] = []
    if actor.has(Role.APPROVER):
        found += [
            _item(WAITING[PriorityState(plist.state)], plist)
            for plist in _open(session)
            if actor.person_id != _first(plist)
        ]
        found += meeting_todos.to_confirm(session, actor)
    if actor.has(*BUREAU_ROLES):
        found += _to_declare(session, actor, now)
    if actor.has(Role.OFFICER):
        found += _to_decide(session) + meeting_todos.to_record(session)
    return found


def _to_declare(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """Rounds that a unit with an accepted project may declare for, and (head) what waits to be submitted there."""
    candidate = select(Project.id).where(
        Project.lead_id == actor.organisation_id, Project.state == ProjectState.ACCEPTED
    )
    mine = Declaration.organisation_id == actor.organisation_id
    drafts = func.count(Declaration.id).filter(Declaration.state == DeclarationState.DRAFT)
    query = (
        select(PriorityList, func.count(Declaration.id), drafts)
        .outerjoin(Declaration, and_(Declaration.list_id == PriorityList.id, mine))
        .where(PriorityList.state == PriorityState.ANNOUNCED, PriorityList.declare_until > now)
        .where(candidate.exists())
        .group_by(PriorityList.id)
        .order_by(PriorityList.declare_until)
        .limit(MOST)
    )
    return [
        _declaring(N_("提交指标申报") if actor.has(Role.HEAD) and waiting else N_("申报评选指标"), plist)
        for plist, begun, waiting in session.execute(query)
        if waiting or not begun
    ]


def _to_decide(session: Session) -> list[WorkItem]:
    """Rounds with submitted declarations."""
    return [
        replace(_declaring(N_("核定%(count)s项指标申报"), plist), params={"count": plist.waiting})
        for plist in _open(session)
        if plist.waiting and plist.state == PriorityState.ANNOUNCED
    ]


def _declaring(what: str, plist: Any) -> WorkItem:
    return WorkItem(
        what, plist.title, "priority.declarations", {"list_id": plist.id}, due_at=plist.declare_until,
        since=plist.announced_at, is_sample=plist.is_sample,
    )  # fmt: skip


def ongoing_for(session: Session, actor: Actor, _now: datetime) -> list[WorkItem]:
    """进行中: the rounds of the officers that are not published."""
    if not actor.has(Role.OFFICER):
        return []
    found = [_item(GOING_ON[PriorityState(plist.state)], plist) for plist in _open(session)]
    return found + meeting_todos.being_confirmed(session)


def _first(plist: Any) -> int | None:
    """Who did the first half and cannot do the second."""
    first: int | None = plist.correction_by if plist.state == PriorityState.CORRECTING else plist.created_by
    return first


def _open(session: Session) -> Sequence[Any]:
    """Rounds that are not published, with the number of declarations that wait for a decision."""
    return asked_once(session, "rounds", lambda: session.execute(_open_rounds()).all())


@cache
def _open_rounds() -> Executable:
    submitted = select(func.count()).where(
        Declaration.list_id == PriorityList.id, Declaration.state == DeclarationState.SUBMITTED
    )
    return (
        select(*LINE, submitted.scalar_subquery().label("waiting"))
        .where(PriorityList.state != PriorityState.PUBLISHED)
        .order_by(PriorityList.created_at, PriorityList.id)
        .limit(MOST)
    )


def _item(what: str, plist: Any) -> WorkItem:
    return WorkItem(
        what, plist.title, "priority.show", {"list_id": plist.id}, since=plist.created_at,
        is_sample=plist.is_sample,
    )  # fmt: skip
