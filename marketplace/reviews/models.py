"""Panels, seats, items and score sheets."""

from datetime import datetime
from decimal import Decimal
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

from marketplace.core.database import Base, Numbered, Unguessable, Versioned, one_of
from marketplace.experts.models import Expert
from marketplace.organisations.models import Organisation, Person
from marketplace.reviews.preferences import Preference
from marketplace.reviews.recusal import RecusalOutcome, RecusalRule
from marketplace.reviews.workflow import (
    BlindDecision,
    DutyOrigin,
    DutyState,
    NoteKind,
    OpinionState,
    PanelState,
    RecusalState,
    SeatState,
    SheetState,
    SubjectKind,
)
from marketplace.topics.models import Topic

ONE_HEAD = "heads AND state IN ('invited', 'confirmed')"
"""A panel has one head at a time; who has left keeps the mark that she was."""
OPEN_PROPOSAL = "taken IS NULL"
"""One open proposal about a sheet is enough."""


class Panel(Numbered, Versioned, Base):
    """评审组: scores all opened bids of one topic, or one project's outcome, by a rubric frozen in ``rubric``.
    ``protocol`` keeps its rules (评审规程), frozen at release with their fingerprint.
    ``draw`` keeps seed, candidates and choice of the last random draw; ``result`` the rule, the places and the votes,
    ``result_brief`` what its page shows of them (``keeping.py`` writes both).
    """

    __tablename__ = "panel"
    __table_args__ = (
        one_of("state", PanelState),
        one_of("subject_kind", SubjectKind),
        Index(
            "uq_panel_bids_of_topic",
            "topic_id",
            unique=True,
            sqlite_where=text("subject_kind = 'bid'"),
            postgresql_where=text("subject_kind = 'bid'"),
        ),
        Index("ix_panel_state", "state", "convened_at", "id"),
        Index("ix_panel_topic", "topic_id", "subject_kind", "state"),
        Index("ix_panel_convened_at", "convened_at"),
        Index("ix_panel_concluded_at", "state", "concluded_at", "id"),
    )

    subject_kind: Mapped[str] = mapped_column(String(16))
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    rubric: Mapped[dict[str, Any]] = mapped_column(JSON)
    size: Mapped[int] = mapped_column(Integer)
    trim_from: Mapped[int] = mapped_column(Integer)
    reason_below: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default=PanelState.DRAFT)
    preferences_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    convened_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    convened_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    concluded_at: Mapped[datetime | None]
    protocol: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    protocol_sha256: Mapped[str | None] = mapped_column(String(64))
    draw: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    result_brief: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    topic: Mapped[Topic] = relationship()
    items: Mapped[list["PanelItem"]] = relationship(back_populates="panel", order_by="PanelItem.position")
    seats: Mapped[list["Seat"]] = relationship(back_populates="panel", order_by="Seat.id")


class PanelItem(Numbered, Versioned, Base):
    """评审对象: one bid or one outcome. ``label`` and ``parties`` (organisation ids) are copied at convening, so that
    this step need not know the later ones. ``total`` and ``rank`` are filled at conclusion."""

    __tablename__ = "panel_item"
    __table_args__ = (
        UniqueConstraint("panel_id", "subject_id"),
        Index("ix_panel_item_subject", "subject_id"),
        Index("ix_panel_item_rank", "panel_id", "rank", "position"),
        CheckConstraint("total IS NULL OR total BETWEEN 0 AND 10000", name="total_range"),
    )

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    position: Mapped[int] = mapped_column(Integer)
    subject_id: Mapped[int]
    label: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    parties: Mapped[list[int]] = mapped_column(JSON)
    total: Mapped[Decimal | None]
    rank: Mapped[int | None] = mapped_column(Integer)
    trace: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    panel: Mapped[Panel] = relationship(back_populates="items")
    organisation: Mapped[Organisation] = relationship()


class Seat(Numbered, Versioned, Base):
    """评审席位: one expert on one panel. ``answers`` keeps what she said to each question about her independence:
    {"rule", "params", "answer", "at"}; ``preferred_at`` is when she last said which items she would score.
    ``extra``: she was called for single items only, and does not count as a member of the panel where its size and
    composition are judged. ``heads``: she is the panel's head (组长) as long as the seat is active."""

    __tablename__ = "seat"
    __table_args__ = (
        one_of("state", SeatState),
        UniqueConstraint("panel_id", "expert_id"),
        Index(
            "uq_seat_head",
            "panel_id",
            unique=True,
            sqlite_where=text(ONE_HEAD),
            postgresql_where=text(ONE_HEAD),
        ),
    )

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default=SeatState.INVITED)
    extra: Mapped[bool] = mapped_column(Boolean, default=False)
    heads: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    preferred_at: Mapped[datetime | None]
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    panel: Mapped[Panel] = relationship(back_populates="seats")
    expert: Mapped[Expert] = relationship()


class Duty(Numbered, Base):
    """评审分工: this seat scores this item. ``because`` keeps why the pair was made (the figures of the assignment, or
    the rule that called an extra expert), ``lifted_because`` why it no longer holds. A lifted duty stays on record; it
    opens nothing to the expert, and her sheet does not count."""

    __tablename__ = "duty"
    __table_args__ = (
        one_of("origin", DutyOrigin),
        one_of("state", DutyState),
        UniqueConstraint("seat_id", "item_id"),
        Index("ix_duty_panel", "panel_id", "state", "seat_id"),
        Index("ix_duty_item", "item_id", "state"),
    )

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("panel_item.id"))
    origin: Mapped[str] = mapped_column(String(16), default=DutyOrigin.WHOLE)
    state: Mapped[str] = mapped_column(String(16), default=DutyState.LIVE)
    because: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    lifted_because: Mapped[str | None] = mapped_column(Text)
    given_at: Mapped[datetime]

    seat: Mapped[Seat] = relationship()
    item: Mapped[PanelItem] = relationship()


class ItemPreference(Numbered, Base):
    """评审意愿 of one member about one item, said before the items are given out."""

    __tablename__ = "item_preference"
    __table_args__ = (one_of("level", Preference), UniqueConstraint("seat_id", "item_id"))

    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("panel_item.id"), index=True)
    level: Mapped[str] = mapped_column(String(16))
    said_at: Mapped[datetime]


class RecusalEntry(Numbered, Versioned, Base):
    """回避登记: what a bidder asks for (``organisation_id`` set), the office decides of its own accord, or an expert
    declares before the items are given out, about one expert and one bid or outcome, or (``subject_id`` empty) all
    items on the topic. A bidder who does not find the expert in the pool types ``named`` instead. ``outcome`` is what
    the office made of it."""

    __tablename__ = "recusal_entry"
    __table_args__ = (
        one_of("state", RecusalState),
        one_of("subject_kind", SubjectKind),
        one_of("rule", (RecusalRule.BIDDER, RecusalRule.OFFICE, RecusalRule.DECLARED)),
        CheckConstraint(
            f"outcome IN ({', '.join(repr(str(one)) for one in RecusalOutcome)})", name="outcome_listed"
        ),
        Index("ix_recusal_entry_topic", "topic_id", "subject_kind"),
        Index("ix_recusal_entry_state", "state", "asked_at"),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int | None]
    rule: Mapped[str] = mapped_column(String(16))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("expert.id"))
    named: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default=RecusalState.REQUESTED)
    outcome: Mapped[str | None] = mapped_column(String(8))
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    topic: Mapped[Topic] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    expert: Mapped[Expert | None] = relationship()


class ScoreSheet(Unguessable, Versioned, Base):
    """评分表: one expert's marks of one item. ``marks`` maps criterion code to {"score", "unable", "comment"}: a mark
    0–100 as text, or null with ``unable`` true for 无法判断. ``total`` is the weighted total, filled at submission
    (empty when a criterion could not be judged: such a sheet does not count). ``earlier`` keeps what stood on it before
    it was reopened: {"marks", "comment", "total", "submitted_at", "reopened_at", "by", "reason"}. ``workbook`` names
    the offline workbook it was last taken from, empty when it was last saved in the page."""

    __tablename__ = "score_sheet"
    __table_args__ = (
        one_of("state", SheetState),
        UniqueConstraint("item_id", "seat_id"),
        Index("ix_score_sheet_seat", "seat_id", "state"),
        CheckConstraint("total IS NULL OR total BETWEEN 0 AND 10000", name="total_range"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("panel_item.id"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    state: Mapped[str] = mapped_column(String(16), default=SheetState.DRAFT)
    marks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    comment: Mapped[str] = mapped_column(Text, default="")
    total: Mapped[Decimal | None]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    workbook: Mapped[str | None] = mapped_column(String(16))

    item: Mapped[PanelItem] = relationship()
    seat: Mapped[Seat] = relationship()


class BlindMark(Numbered, Base):
    """盲评处理: what a person decided about one item of a blind panel. ``text`` holds the words that tell nothing
    (``what`` harmless), the words to hide besides, of the ``kind`` given (hide), or the number of an attachment that
    tells nothing (file)."""

    __tablename__ = "blind_mark"
    __table_args__ = (
        one_of("what", BlindDecision),
        UniqueConstraint("item_id", "what", "text"),
        Index("ix_blind_mark_panel", "panel_id", "item_id"),
    )

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("panel_item.id"))
    what: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16), default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]

    person: Mapped[Person | None] = relationship()


class PanelAnalysis(Numbered, Base):
    """评分分析 of a panel: what the background computation answered, as it stood. ``announced_sha256`` names the
    announced result it was made beside; the newest one that names the panel's own result is the valid one."""

    __tablename__ = "panel_analysis"
    __table_args__ = (UniqueConstraint("panel_id", "inputs_sha256"),)

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    inputs_sha256: Mapped[str] = mapped_column(String(64))
    announced_sha256: Mapped[str] = mapped_column(String(64))
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]


class PanelNote(Numbered, Base):
    """评审会记录: one text in one version, about an item or (without one) about the whole panel. A new wording is a
    new row with the next ``number``; no row is ever changed."""

    __tablename__ = "panel_note"
    __table_args__ = (one_of("kind", NoteKind), Index("ix_panel_note_panel", "panel_id", "id"))

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("panel_item.id"))
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]


class PanelOpinion(Numbered, Versioned, Base):
    """专家组意见书, from its first confirmation or finalising on. ``content`` is what version ``number`` says, frozen
    with its fingerprint. ``confirmation`` is the head's word on one fingerprint: {"by", "at", "sha256"}; of a version
    made final without it {"without": the reason, "by", "at"}. ``earlier`` keeps the versions taken back: {"number",
    "content", "sha256", "confirmation", "finalised_at", "by", "reopened_at", "reason"}."""

    __tablename__ = "panel_opinion"
    __table_args__ = (one_of("state", OpinionState), UniqueConstraint("panel_id"))

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    state: Mapped[str] = mapped_column(String(16), default=OpinionState.DRAFT)
    number: Mapped[int] = mapped_column(Integer, default=0)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    sha256: Mapped[str | None] = mapped_column(String(64))
    finalised_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    finalised_at: Mapped[datetime | None]
    confirmation: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class ReopeningProposal(Numbered, Base):
    """建议重开: the panel's head asks the chair to give a submitted sheet back. ``taken`` is empty until the chair has
    reopened the sheet or declined; ``answer`` is what she said to it."""

    __tablename__ = "reopening_proposal"
    __table_args__ = (
        Index(
            "uq_reopening_proposal_open", "sheet_id", unique=True, sqlite_where=text(OPEN_PROPOSAL),
            postgresql_where=text(OPEN_PROPOSAL),
        ),
        Index("ix_reopening_proposal_panel", "panel_id", "id"),
    )  # fmt: skip

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"))
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    taken: Mapped[bool | None] = mapped_column(Boolean)
    answer: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None]

    panel: Mapped[Panel] = relationship()
    sheet: Mapped[ScoreSheet] = relationship()


class SheetReminder(Numbered, Base):
    """评分提醒记录: each rung of the ladder once for each seat and deadline; ``due_at`` is when the rung was due,
    ``sent_at`` when it went out."""

    __tablename__ = "sheet_reminder"
    __table_args__ = (UniqueConstraint("seat_id", "due_at"),)

    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    rung: Mapped[str] = mapped_column(String(8))
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime]
