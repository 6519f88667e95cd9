"""The members of the expert pool."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.database import Base, Numbered, Versioned, one_of
from marketplace.organisations.models import Organisation, Person


class ExpertKind(StrEnum):
    """入库类别."""

    EXPERT = "expert"  # 专家: may be chosen for panels
    TALENT = "talent"  # 人才: known for the work, never judges


class Expert(Numbered, Versioned, Base):
    """专家 or 人才: a person of the pool with fields of expertise and a term. ``workload_limit`` is the most panels at
    the same time (empty: as many as the office finds right)."""

    __tablename__ = "expert"
    __table_args__ = (
        one_of("kind", ExpertKind),
        CheckConstraint("workload_limit IS NULL OR workload_limit BETWEEN 1 AND 50", name="workload"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default=ExpertKind.EXPERT)
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    title: Mapped[str] = mapped_column(String(80), default="")
    workload_limit: Mapped[int | None] = mapped_column(Integer)
    technical: Mapped[bool] = mapped_column(Boolean, default=True)
    term_from: Mapped[date]
    term_to: Mapped[date | None]
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()


class ExpertRating(Numbered, Versioned, Base):
    """履职评价: the office's mark (0–100) of one member's work on one concluded panel, with its reason. One for each
    seat; a later change stands in the history."""

    __tablename__ = "expert_rating"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
        Index("ix_expert_rating_expert", "expert_id", "rated_at"),
    )

    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), unique=True)
    score: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    rated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rated_at: Mapped[datetime]
