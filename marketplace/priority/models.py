"""The points ledger, priority lists and their frozen snapshots."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.database import Base, Numbered, Versioned, one_of
from marketplace.organisations.models import Organisation
from marketplace.priority.workflow import PriorityState
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
    """名单类型."""

    PILOT = "pilot"  # 试点安排
    FUNDING = "funding"  # 资金支持


class PriorityList(Numbered, Versioned, Base):
    """优先名单: ranks units for pilots or projects for funding by ``rules``, frozen at publication."""

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
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    snapshots: Mapped[list["Snapshot"]] = relationship(order_by="Snapshot.number")


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
