"""Terms of a funding round, what units ask for, and where the meeting deviates from the proposed plan."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.database import Base, Numbered, Versioned, one_of
from marketplace.organisations.models import Organisation
from marketplace.priority.funding.workflow import RequestState, TermsState
from marketplace.priority.models import MeetingOpinion, PriorityList, named_and_dated
from marketplace.priority.workflow import MeetingOpinionState
from marketplace.projects.models import Project


class FundingTerms(Numbered, Versioned, Base):
    """资金规则: numbered; drafted by one person, confirmed by another, then never edited: a change is the next number
    with its reason. ``sha256`` is that of ``rules``."""

    __tablename__ = "funding_terms"
    __table_args__ = (one_of("state", TermsState), UniqueConstraint("list_id", "number"))

    list_id: Mapped[int] = mapped_column(ForeignKey("priority_list.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default=TermsState.DRAFT)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]


class FundingRequest(Numbered, Versioned, Base):
    """资金申请: one for a project; ``years`` is a list of {year, amount, minimum} in 分. ``by_office``: typed in by the
    province from a paper."""

    __tablename__ = "funding_request"
    __table_args__ = (
        one_of("state", RequestState),
        UniqueConstraint("list_id", "project_id"),
        Index("ix_funding_request_unit", "organisation_id", "state"),
    )

    list_id: Mapped[int] = mapped_column(ForeignKey("priority_list.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[str] = mapped_column(String(16), default=RequestState.DRAFT)
    years: Mapped[list[dict[str, int]]] = mapped_column(JSON)
    purpose: Mapped[str] = mapped_column(Text)
    by_office: Mapped[bool] = mapped_column(Boolean, default=False)
    saved_at: Mapped[datetime]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    returned_reason: Mapped[str] = mapped_column(Text, default="")

    plist: Mapped[PriorityList] = relationship()
    project: Mapped[Project] = relationship()
    organisation: Mapped[Organisation] = relationship()


class FundingTrial(Numbered, Base):
    """假设方案: other terms that somebody of the province tried on a round, with an address of their own. What they
    would give is a computation about this row; nothing official depends on it."""

    __tablename__ = "funding_trial"
    __table_args__ = (UniqueConstraint("list_id", "sha256"),)

    list_id: Mapped[int] = mapped_column(ForeignKey("priority_list.id"))
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]

    plist: Mapped[PriorityList] = relationship()


class FundingDeviation(Versioned, MeetingOpinion, Base):
    """会议偏离: what a project gets instead of what the plan proposes (all 0: nothing), with the meeting's reason;
    counted once a second person has confirmed it, and only for the plan it was made against (``plan_sha256``)."""

    __tablename__ = "funding_deviation"
    __table_args__ = (
        one_of("state", MeetingOpinionState),
        named_and_dated(),
        Index("ix_funding_deviation_list", "list_id", "state"),
    )

    plan_sha256: Mapped[str] = mapped_column(String(64))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    amounts: Mapped[list[int]] = mapped_column(JSON)

    plist: Mapped[PriorityList] = relationship()
    project: Mapped[Project] = relationship()
