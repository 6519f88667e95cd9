"""Challenge lists, topics and the published versions of their text."""

from datetime import date, datetime
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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.database import Base, Numbered, Versioned, one_of
from marketplace.organisations.models import Organisation
from marketplace.topics.workflow import ListState, TopicState


class AwardMode(StrEnum):
    """立项方式."""

    SINGLE = "single"  # 单一揭榜
    RACE = "race"  # 赛马制


class ChallengeList(Numbered, Versioned, Base):
    """榜单: ``rules`` (rubrics, panel size, notice length, grade lines, limits) are frozen at publication."""

    __tablename__ = "challenge_list"
    __table_args__ = (one_of("state", ListState),)

    code: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    year: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default=ListState.DRAFT)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    rules_sha256: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)


class Topic(Numbered, Versioned, Base):
    """榜题. ``objectives`` is a list of texts; ``deliverables`` a list of {key, name, kind, acceptance[]};
    ``milestones`` a list of {name, month, evidence[]}; money in 分; ``eligible_levels`` a list of organisation kinds.
    """

    __tablename__ = "topic"
    __table_args__ = (
        one_of("state", TopicState),
        one_of("award_mode", AwardMode),
        CheckConstraint("budget_min_fen IS NULL OR budget_min_fen >= 0", name="budget_min"),
        CheckConstraint(
            "budget_max_fen IS NULL OR (budget_min_fen IS NOT NULL AND budget_max_fen >= budget_min_fen)",
            name="budget_span",
        ),
        CheckConstraint("max_awardees BETWEEN 1 AND 5", name="max_awardees"),
        CheckConstraint("award_mode <> 'single' OR max_awardees = 1", name="single_awardee"),
        CheckConstraint("duration_months BETWEEN 0 AND 60", name="duration"),
        Index("ix_topic_state_deadline", "state", "deadline", "id"),
        Index(
            "ix_topic_without_panel",
            "state",
            "deadline",
            "id",
            sqlite_where=text("state = 'in_review' AND convened_at IS NULL"),
            postgresql_where=text("state = 'in_review' AND convened_at IS NULL"),
        ),
        Index("ix_topic_published_at", "published_at"),
        Index("ix_topic_result_at", "state", "result_at"),
    )

    list_id: Mapped[int] = mapped_column(ForeignKey("challenge_list.id"), index=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    setter_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String(120), default="")
    category: Mapped[str] = mapped_column(String(40), default="")
    field: Mapped[str] = mapped_column(String(60), default="")
    seed_clause: Mapped[str] = mapped_column(String(60), default="")
    background: Mapped[str] = mapped_column(Text, default="")
    objectives: Mapped[list[str]] = mapped_column(JSON, default=list)
    deliverables: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    milestones: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    duration_months: Mapped[int] = mapped_column(Integer, default=12)
    budget_min_fen: Mapped[int | None]
    budget_max_fen: Mapped[int | None]
    eligible_levels: Mapped[list[str]] = mapped_column(JSON, default=list)
    joint_allowed: Mapped[bool] = mapped_column(Boolean, default=True)
    award_mode: Mapped[str] = mapped_column(String(8), default=AwardMode.SINGLE)
    max_awardees: Mapped[int] = mapped_column(Integer, default=1)
    expected_standard: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    plan_metric: Mapped[str] = mapped_column(String(40), default="")
    deadline: Mapped[datetime | None]
    publish_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16), default=TopicState.DRAFT)
    returned_reason: Mapped[str | None] = mapped_column(Text)
    returned_sections: Mapped[list[str]] = mapped_column(JSON, default=list)
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    published_version: Mapped[int] = mapped_column(Integer, default=0)
    opened_at: Mapped[datetime | None]
    convened_at: Mapped[datetime | None]
    """When the panel on its bids was convened (组建评审组): the workbench looks for what waits for one."""
    result_at: Mapped[datetime | None]
    """When the panel on its bids came to its result (形成评审结果): the workbench looks for what stands between the
    result and the award."""
    decided_at: Mapped[datetime | None]
    created_on: Mapped[date]
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    list: Mapped[ChallengeList] = relationship()
    setter: Mapped[Organisation] = relationship()


class TopicVersion(Numbered, Base):
    """榜题公布版本: the exact text announced, with its differences from the one before."""

    __tablename__ = "topic_version"
    __table_args__ = (UniqueConstraint("topic_id", "number"),)

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    number: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_sha256: Mapped[str] = mapped_column(String(64))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
