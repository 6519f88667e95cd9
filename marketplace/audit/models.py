"""The append-only trail and the seals that hide parts of it until opening."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.database import Base, Numbered


class Seal(Base):
    """封存: while ``opened_at`` is empty, nothing that carries this key may be shown, counted or named."""

    __tablename__ = "seal"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    opened_at: Mapped[datetime | None]


class AuditRow(Numbered, Base):
    """审计记录: never changed, never deleted. Ids are not shown (a gap would tell of a sealed row)."""

    __tablename__ = "audit_row"
    __table_args__ = (
        Index("ix_audit_row_subject", "subject_kind", "subject_id"),
        Index("ix_audit_row_at", "at"),
        Index("ix_audit_row_person", "person_id", "at"),
    )

    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(120))
    outcome: Mapped[str] = mapped_column(String(16), default="done")
    person_id: Mapped[int | None]
    person_name: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int | None]
    organisation_name: Mapped[str] = mapped_column(String(120))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seal_key: Mapped[str | None] = mapped_column(String(64), index=True)
    request_id: Mapped[str] = mapped_column(String(32), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
