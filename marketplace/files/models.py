"""Which file belongs to which object, and what waits for a form to succeed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.database import Base, BigId, Unguessable


class Attachment(Unguessable, Base):
    """附件: the row is the right to read; the bytes lie in the file store under ``sha256``."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_owner", "owner_kind", "owner_id"),)

    owner_kind: Mapped[str] = mapped_column(String(32))
    owner_id: Mapped[int] = mapped_column(BigId)
    purpose: Mapped[str] = mapped_column(String(64), default="")
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    uploaded_by: Mapped[int | None]
    organisation_id: Mapped[int | None]
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class PendingFile(Unguessable, Base):
    """暂存附件: chosen in a form that was refused. Only the person who chose it sees it, in that form, until it is
    attached by a good submission, removed, or over."""

    __tablename__ = "pending_file"
    __table_args__ = (
        UniqueConstraint("person_id", "owner_kind", "owner_id", "sha256", "name"),
        Index("ix_pending_file_expires_at", "expires_at"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    owner_kind: Mapped[str] = mapped_column(String(32))
    owner_id: Mapped[int] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    held_at: Mapped[datetime]
    expires_at: Mapped[datetime]
