"""The outbox (发件箱), what jobs could not do, and the worker's lease."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.database import Base, Unguessable, one_of


class MailState(StrEnum):
    """邮件状态."""

    WAITING = "waiting"  # 待发送
    SENDING = "sending"  # 发送中
    SENT = "sent"  # 已发送
    FAILED = "failed"  # 发送失败
    HELD = "held"  # 留存不寄


class OutboxMail(Unguessable, Base):
    """一封邮件: rendered when decided; the unique dedupe key makes a second one impossible. ``is_secret``: it carries a
    one-time link, so its text is forgotten once it has left."""

    __tablename__ = "outbox_mail"
    __table_args__ = (
        one_of("state", MailState),
        Index("ix_outbox_mail_due", "state", "next_at"),
        Index("ix_outbox_mail_created_at", "created_at"),
    )

    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(64))
    recipient_person_id: Mapped[int | None]
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(80), default="")
    subject: Mapped[str] = mapped_column(String(300))
    text_body: Mapped[str] = mapped_column(Text)
    html_body: Mapped[str] = mapped_column(Text)
    seal_key: Mapped[str | None] = mapped_column(String(64))
    is_secret: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(16), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    claim: Mapped[str | None] = mapped_column(String(64))
    claim_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class JobFailure(Base):
    """未办成的事项: one thing that a job could not do; it waits for its next try while the others go on.
    ``sealed``: nobody may be told which, nor how many."""

    __tablename__ = "job_failure"

    job: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    error: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[bool] = mapped_column(Boolean, default=False)
    tries: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    next_at: Mapped[datetime]


class Lease(Base):
    """工作进程租约: only its holder runs jobs; ``fence`` grows with each change of holder."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    fence: Mapped[int] = mapped_column(Integer)
    until: Mapped[datetime]
