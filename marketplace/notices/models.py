"""Public notices."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.database import Base, Numbered, one_of


class NoticeKind(StrEnum):
    """公告类型."""

    PUBLICATION = "publication"  # 发榜
    AMENDMENT = "amendment"  # 榜题修改
    WITHDRAWAL = "withdrawal"  # 撤榜
    RESULT = "result"  # 揭榜结果
    OUTCOME = "outcome"  # 验收结果
    RANKING = "ranking"  # 试点、资金名单


class Notice(Numbered, Base):
    """公告: title and Markdown text in both languages, fixed once published. ``ends_at`` is the end of the notice
    period (公示期), empty for a mere announcement. ``dedupe_key`` makes a second one for the same fact impossible."""

    __tablename__ = "notice"
    __table_args__ = (one_of("kind", NoticeKind), Index("ix_notice_published_at", "published_at"))

    kind: Mapped[str] = mapped_column(String(16))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
