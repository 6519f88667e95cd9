"""Bids, their partners and receipts, the opening record and the award decision."""

from datetime import datetime
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

from marketplace.bids.workflow import AwardState, BidState, ConsentState
from marketplace.core.database import Base, Numbered, Unguessable, Versioned, one_of
from marketplace.organisations.models import Organisation, Person
from marketplace.topics.models import Topic


class Bid(Unguessable, Versioned, Base):
    """揭榜申请: one lead bid per unit and topic. ``content`` holds the form (see ``content.BidContent``);
    ``budget_fen`` repeats its total for lists."""

    __tablename__ = "bid"
    __table_args__ = (
        one_of("state", BidState),
        UniqueConstraint("topic_id", "lead_id"),
        CheckConstraint("budget_fen >= 0", name="budget"),
        Index("ix_bid_lead_state", "lead_id", "state"),
        Index("ix_bid_topic_state", "topic_id", "state"),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[str] = mapped_column(String(16), default=BidState.DRAFT)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    budget_fen: Mapped[int] = mapped_column(default=0)
    returned_reason: Mapped[str | None] = mapped_column(Text)
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    topic: Mapped[Topic] = relationship()
    lead: Mapped[Organisation] = relationship()
    partners: Mapped[list["BidPartner"]] = relationship(back_populates="bid", order_by="BidPartner.position")


class BidPartner(Numbered, Base):
    """联合揭榜成员: what it takes on, and its own word on that (参与单位确认). ``terms_sha256``: fingerprint of the
    terms it was asked about last."""

    __tablename__ = "bid_partner"
    __table_args__ = (
        one_of("state", ConsentState),
        UniqueConstraint("bid_id", "organisation_id"),
        CheckConstraint("share_fen >= 0", name="share"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    task: Mapped[str] = mapped_column(String(400), default="")
    share_fen: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default=ConsentState.UNASKED)
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    refusal: Mapped[str | None] = mapped_column(Text)
    terms_sha256: Mapped[str | None] = mapped_column(String(64))

    bid: Mapped[Bid] = relationship(back_populates="partners")
    organisation: Mapped[Organisation] = relationship()
    answerer: Mapped[Person | None] = relationship()


class Receipt(Unguessable, Base):
    """提交回执: what exactly was submitted and when; one for each submission, never changed but for the withdrawal."""

    __tablename__ = "receipt"

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_sha256: Mapped[str] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]


class BidOpening(Numbered, Base):
    """启封记录: made once for each topic; lists every bid opened with its time and hash."""

    __tablename__ = "bid_opening"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), unique=True)
    deadline: Mapped[datetime]
    opened_at: Mapped[datetime]
    count: Mapped[int] = mapped_column(Integer)
    record: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    record_sha256: Mapped[str] = mapped_column(String(64))


class AwardKind(StrEnum):
    """决定类型."""

    AWARD = "award"  # 立项
    NONE = "none"  # 不予立项


class AwardDecision(Numbered, Versioned, Base):
    """立项决定: proposed by one person, confirmed or sent back by another; one at a time for each topic."""

    __tablename__ = "award_decision"
    __table_args__ = (
        one_of("state", AwardState),
        one_of("kind", AwardKind),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_persons"),
        Index(
            "uq_award_decision_live",
            "topic_id",
            unique=True,
            sqlite_where=text("state <> 'rejected'"),
            postgresql_where=text("state <> 'rejected'"),
        ),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    bid_ids: Mapped[list[int]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default=AwardState.PROPOSED)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    rejected_reason: Mapped[str | None] = mapped_column(Text)
