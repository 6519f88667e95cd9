"""Which file belongs to which object."""

from datetime import datetime

from sqlalchemy import Index, Integer, String
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
