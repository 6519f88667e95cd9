"""Projects, milestones with their reports, and the delivered outcome."""

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from marketplace.bids.models import Bid
from marketplace.core.database import Base, Numbered, Unguessable, Versioned, one_of
from marketplace.organisations.models import Organisation
from marketplace.projects.workflow import MilestoneState, ProjectState, ReportState
from marketplace.topics.models import Topic

MILESTONE_FILES = "milestone"
OUTCOME_FILES = "outcome"
"""Kinds of owners of attachments."""


class Project(Numbered, Versioned, Base):
    """项目: opened by an award. ``progress`` is the sum of passed weights in per cent, kept with the milestones in one
    transaction. ``indicators`` are the bid's promises, frozen."""

    __tablename__ = "project"
    __table_args__ = (
        one_of("state", ProjectState),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 10000", name="score_range"),
        Index("ix_project_lead_state", "lead_id", "state"),
        Index("ix_project_state_due", "state", "due_on", "id"),
    )

    number: Mapped[str] = mapped_column(String(40), unique=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(16), default=ProjectState.RUNNING)
    opened_at: Mapped[datetime]
    due_on: Mapped[date]
    budget_fen: Mapped[int] = mapped_column(default=0)
    indicators: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    progress: Mapped[int] = mapped_column(Integer, default=0)
    score: Mapped[Decimal | None]
    grade: Mapped[str | None] = mapped_column(String(16))
    decided_at: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    topic: Mapped[Topic] = relationship()
    bid: Mapped[Bid] = relationship()
    lead: Mapped[Organisation] = relationship()
    milestones: Mapped[list["Milestone"]] = relationship(
        back_populates="project", order_by="Milestone.position"
    )
    partners: Mapped[list["ProjectPartner"]] = relationship(back_populates="project")


class ProjectPartner(Numbered, Base):
    """项目参与单位."""

    __tablename__ = "project_partner"
    __table_args__ = (UniqueConstraint("project_id", "organisation_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    task: Mapped[str] = mapped_column(String(400), default="")

    project: Mapped[Project] = relationship(back_populates="partners")
    organisation: Mapped[Organisation] = relationship()


class Queue(IntEnum):
    """里程碑看板分区, in the order of the board."""

    TO_CHECK = 0  # 待审核
    OPEN = 1  # 待提交
    DONE = 2  # 已通过


QUEUES: dict[str, Queue] = {MilestoneState.REPORTED: Queue.TO_CHECK, MilestoneState.PASSED: Queue.DONE}


class Milestone(Numbered, Versioned, Base):
    """里程碑: ``due_at`` is the first moment that is too late (24:00 of ``due_on`` in Beijing). Weights of a project
    sum to 100. ``queue`` follows the state, so that the board of 100,000 rows is read in the order of one index;
    ``next_reminder_at`` is when the next rung of the reminder ladder is due, empty when nothing is to be said."""

    __tablename__ = "milestone"
    __table_args__ = (
        one_of("state", MilestoneState),
        UniqueConstraint("project_id", "position"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
        CheckConstraint(
            "queue = CASE state WHEN 'reported' THEN 0 WHEN 'passed' THEN 2 ELSE 1 END", name="queue_of_state"
        ),
        Index("ix_milestone_queue", "queue", "due_at", "id"),
        Index("ix_milestone_next_reminder", "next_reminder_at"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(120))
    deliverables: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list[str]] = mapped_column(JSON, default=list)
    weight: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default=MilestoneState.PENDING)
    queue: Mapped[int] = mapped_column(Integer, default=Queue.OPEN)
    next_reminder_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
    draft: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    project: Mapped[Project] = relationship(back_populates="milestones")
    reports: Mapped[list["MilestoneReport"]] = relationship(order_by="MilestoneReport.number")

    @validates("state")
    def _follow_state(self, _key: str, state: str) -> str:
        self.queue = QUEUES.get(state, Queue.OPEN)
        return state


class MilestoneReport(Unguessable, Base):
    """里程碑报告: one for each submission, with the evidence as it stood (``files``: name, size, SHA-256) or the reason
    why there is none; the decision is written once."""

    __tablename__ = "milestone_report"
    __table_args__ = (one_of("state", ReportState), UniqueConstraint("milestone_id", "number"))

    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    number: Mapped[int] = mapped_column(Integer)
    summary: Mapped[str] = mapped_column(Text)
    no_evidence_reason: Mapped[str] = mapped_column(Text, default="")
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(16), default=ReportState.SUBMITTED)
    on_time: Mapped[bool] = mapped_column(Boolean)
    submitted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)


class ReminderSent(Numbered, Base):
    """提醒记录: each rung of the ladder once for each milestone; ``due_at`` is when the rung was due, ``sent_at`` when
    it went out."""

    __tablename__ = "reminder_sent"
    __table_args__ = (UniqueConstraint("milestone_id", "rung"),)

    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    rung: Mapped[str] = mapped_column(String(8))
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    recipients: Mapped[int] = mapped_column(Integer)


class Outcome(Unguessable, Versioned, Base):
    """成果: promised against delivered. ``delivered`` is a list of {indicator, promised, achieved, proof}; its state is
    the project's."""

    __tablename__ = "outcome"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), unique=True)
    summary: Mapped[str] = mapped_column(Text, default="")
    replication: Mapped[str] = mapped_column(Text, default="")
    delivered: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    saved_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    delivered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    returned_reason: Mapped[str | None] = mapped_column(Text)

    project: Mapped[Project] = relationship()
