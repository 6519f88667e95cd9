"""The few figures a role needs at the top of its workbench, in one statement (数字一览)."""

from dataclasses import field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from marketplace.bids.queries import own_bid_count
from marketplace.core.actor import BUREAU_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.experts.models import Expert
from marketplace.priority.models import LedgerEntry
from marketplace.projects.models import Milestone, Project, Queue
from marketplace.projects.workflow import ProjectState
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.workflow import PanelState, SeatState
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: ``label`` is a msgid; ``endpoint`` and ``values`` lead to the list behind it."""

    label: str
    value: Any
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    tone: str | None = None


def figures_for(session: Session, actor: Actor, now: datetime) -> list[Figure]:
    """The figures of the actor's role; none for administrators."""
    if actor.has(*PROVINCE_ROLES, Role.AUDITOR):
        return _province(session, now)
    if actor.has(*BUREAU_ROLES):
        return _bureau(session, actor, now)
    if actor.has(Role.EXPERT):
        return _expert(session, actor)
    return []


def _count(model: type, *conditions: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(model).where(*conditions).scalar_subquery()


def _overdue(now: Any) -> ColumnElement[bool]:
    return and_(Milestone.queue == Queue.OPEN, Milestone.due_at <= now)


def _one_row(session: Session, *columns: Any) -> tuple[Any, ...]:
    query: Select[Any] = select(*columns)
    return tuple(session.execute(query).one())


@cache
def _of_province() -> Select[Any]:
    counted: Select[Any] = select(
        _count(Topic, Topic.state == TopicState.OPEN),
        _count(Topic, Topic.state == TopicState.IN_REVIEW),
        _count(Project, Project.state == ProjectState.RUNNING),
        _count(Milestone, _overdue(bindparam("now"))),
        _count(Project, Project.state == ProjectState.ACCEPTED),
    )
    return counted


def _province(session: Session, now: datetime) -> list[Figure]:
    opened, review, running, late, accepted = session.execute(_of_province(), {"now": now}).one()
    return [
        Figure(N_("揭榜中的榜题"), opened, "topics.desk", {"state": TopicState.OPEN}),
        Figure(N_("评审中的榜题"), review, "topics.desk", {"state": TopicState.IN_REVIEW}),
        Figure(N_("实施中的项目"), running, "projects.index", {"state": ProjectState.RUNNING}),
        Figure(N_("逾期里程碑"), late, "projects.board", tone="danger" if late else None),
        Figure(N_("已验收的项目"), accepted, "projects.index", {"state": ProjectState.ACCEPTED}),
    ]


def _bureau(session: Session, actor: Actor, now: datetime) -> list[Figure]:
    mine = Project.lead_id == actor.organisation_id
    own_milestones = Milestone.project_id.in_(select(Project.id).where(mine))
    points = select(func.coalesce(func.sum(LedgerEntry.points), 0)).where(
        LedgerEntry.organisation_id == actor.organisation_id, LedgerEntry.valid_until > now
    )
    bids, running, late, earned = _one_row(
        session,
        own_bid_count(actor).scalar_subquery(),
        _count(Project, mine, Project.state == ProjectState.RUNNING),
        _count(Milestone, own_milestones, _overdue(now)),
        points.scalar_subquery(),
    )
    return [
        Figure(N_("本单位揭榜申请"), bids, "bids.index"),
        Figure(N_("实施中的项目"), running, "projects.index"),
        Figure(N_("逾期里程碑"), late, "projects.index", tone="danger" if late else None),
        Figure(N_("有效成效积分"), earned, "priority.ledger"),
    ]


def _expert(session: Session, actor: Actor) -> list[Figure]:
    own = Seat.expert_id.in_(select(Expert.id).where(Expert.person_id == actor.person_id))
    live = Seat.panel_id.in_(select(Panel.id).where(Panel.state == PanelState.SCORING))
    waiting, scoring, done = _one_row(
        session,
        _count(Seat, own, live, Seat.state == SeatState.INVITED),
        _count(Seat, own, live, Seat.state == SeatState.CONFIRMED),
        _count(
            Seat, own, Seat.state == SeatState.CONFIRMED,
            Seat.panel_id.in_(select(Panel.id).where(Panel.state == PanelState.CONCLUDED)),
        ),
    )  # fmt: skip
    return [
        Figure(N_("待确认的评审"), waiting, "reviews.mine"),
        Figure(N_("评分中的评审"), scoring, "reviews.mine"),
        Figure(N_("已完成的评审"), done, "reviews.mine"),
    ]
