"""The points ledger, priority lists and their frozen snapshots."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.database import Base, Numbered, Versioned, one_of
from marketplace.organisations.models import Organisation
from marketplace.priority.held import LONGEST_NAME, Held
from marketplace.priority.workflow import DeclarationState, MeetingOpinionState, PriorityState
from marketplace.projects.models import Project


class LedgerEntry(Numbered, Base):
    """成效积分: one source, one unit, once (``source_key``). Never changed; a correction is another entry."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("source_key"),
        Index("ix_ledger_entry_unit", "organisation_id", "valid_until"),
    )

    source_key: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    part: Mapped[str] = mapped_column(String(16))
    points: Mapped[Decimal]
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[dict[str, Any]] = mapped_column(JSON)
    earned_at: Mapped[datetime]
    valid_until: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
    project: Mapped[Project] = relationship()


class PriorityKind(StrEnum):
    """轮次类型."""

    PILOT = "pilot"  # 省级专项试点
    NATIONAL = "national"  # 国家级项目推荐
    FUNDING = "funding"  # 资金支持


class PriorityList(Numbered, Versioned, Base):
    """优先轮次: ranks units for pilots, or projects for recommendation and funding, by ``rules``. Announced, they are
    frozen (``rules_sha256``) and units declare until ``declare_until``. ``pseudonyms`` names the experts in snapshots:
    expert id → 专家01. ``judgements`` are the officers' pairwise comparisons: person id → {"a|b": value}."""

    __tablename__ = "priority_list"
    __table_args__ = (one_of("state", PriorityState), one_of("kind", PriorityKind))

    code: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(16), default=PriorityState.DRAFT)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    places: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    declare_until: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    rules_sha256: Mapped[str | None] = mapped_column(String(64))
    pseudonyms: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    judgements: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    correction_reason: Mapped[str | None] = mapped_column(Text)
    correction_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    snapshots: Mapped[list["Snapshot"]] = relationship(order_by="Snapshot.number", back_populates="plist")


DECLARATION_FILES = "declaration"
"""Kind of owner of the evidence."""


class Declaration(Numbered, Versioned, Base):
    """指标申报: the figure a unit declares for one criterion of one candidate (``unit:7``, ``project:3``), with
    evidence; the office accepts it or refuses it with a reason."""

    __tablename__ = "declaration"
    __table_args__ = (
        one_of("state", DeclarationState),
        UniqueConstraint("list_id", "candidate", "criterion"),
        Index("ix_declaration_unit", "organisation_id", "state"),
        Index("ix_declaration_state", "state", "list_id"),
    )

    list_id: Mapped[int] = mapped_column(ForeignKey("priority_list.id"))
    candidate: Mapped[str] = mapped_column(String(32))
    criterion: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    value: Mapped[Decimal]
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default=DeclarationState.DRAFT)
    saved_at: Mapped[datetime]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    plist: Mapped[PriorityList] = relationship()
    organisation: Mapped[Organisation] = relationship()


class MeetingOpinion(Numbered):
    """会议意见: what the meeting (``meeting_name``, held on ``meeting_on``) decided, typed with its reason by one
    person, counted once another confirms it. Opinions from before meetings were recorded name none."""

    list_id: Mapped[int] = mapped_column(ForeignKey("priority_list.id"))
    meeting_name: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    meeting_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default=MeetingOpinionState.PROPOSED)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    opinion: Mapped[str] = mapped_column(Text, default="")

    @property
    def held(self) -> Held | None:
        """The meeting, if the opinion names one."""
        return Held(self.meeting_name, self.meeting_on) if self.meeting_name else None


def named_and_dated() -> CheckConstraint:
    """A meeting has its name and its day, or neither (opinions of old)."""
    return CheckConstraint("(meeting_name IS NULL) = (meeting_on IS NULL)", name="meeting_named_and_dated")


class MeetingDecision(Versioned, MeetingOpinion, Base):
    """会议审议决定: whether a candidate whose figures leave it open gets a place; made for one computed result
    (``figures_sha256``) and counted for that one only."""

    __tablename__ = "meeting_decision"
    __table_args__ = (
        one_of("state", MeetingOpinionState),
        CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name="two_persons"),
        named_and_dated(),
        Index("ix_meeting_decision_list", "list_id", "figures_sha256"),
    )

    figures_sha256: Mapped[str] = mapped_column(String(64))
    candidate: Mapped[str] = mapped_column(String(32))
    selected: Mapped[bool] = mapped_column(Boolean)

    plist: Mapped[PriorityList] = relationship()


class MeetingAgenda(Numbered, Base):
    """会议议程: the candidates of a round whose newest figures leave them to the meeting, noted when they are computed,
    so that the desk need not read the figures."""

    __tablename__ = "meeting_agenda"
    __table_args__ = (UniqueConstraint("list_id"),)

    list_id: Mapped[int] = mapped_column(ForeignKey("priority_list.id"))
    figures_sha256: Mapped[str] = mapped_column(String(64))
    candidates: Mapped[list[str]] = mapped_column(JSON)
    computed_at: Mapped[datetime]


class AreaMark(Numbered, Base):
    """山区海岛县标注: set by an officer with the document it rests on; nothing is asserted without one."""

    __tablename__ = "area_mark"
    __table_args__ = (UniqueConstraint("organisation_id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    basis: Mapped[str] = mapped_column(String(200))
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()


class Snapshot(Numbered, Base):
    """名单快照: numbered, hashed, never edited; a correction is the next number."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("list_id", "number"),)

    list_id: Mapped[int] = mapped_column(ForeignKey("priority_list.id"))
    number: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[datetime]
    taken_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))

    plist: Mapped[PriorityList] = relationship(back_populates="snapshots")


class LedgerUse(Numbered, Base):
    """积分使用记录: this entry counted in this snapshot."""

    __tablename__ = "ledger_use"
    __table_args__ = (
        UniqueConstraint("entry_id", "snapshot_id"),
        Index("ix_ledger_use_snapshot_id", "snapshot_id"),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))

    snapshot: Mapped[Snapshot] = relationship()


class Placement(Numbered, Base):
    """入选记录: a candidate that got a place in a snapshot; later rounds count them (不重复入选)."""

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("snapshot_id", "candidate"),
        Index("ix_placement_candidate", "candidate"),
    )

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    candidate: Mapped[str] = mapped_column(String(32))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    rank: Mapped[int] = mapped_column(Integer)

    snapshot: Mapped[Snapshot] = relationship()
