"""Putting a notice on the public page, once for each fact."""

import re
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notices.models import Notice, NoticeKind
from marketplace.search.operations import Document, index
from marketplace.topics.models import Topic

_LINKS = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def announce(
    uow: UnitOfWork,
    *,
    kind: NoticeKind,
    dedupe_key: str,
    topic_id: int | None,
    title: str,
    title_en: str,
    body: str,
    body_en: str,
    ends_at: datetime | None = None,
) -> Notice:
    """发布公告: idempotent — the same ``dedupe_key`` answers the notice that already stands. Bodies are Markdown;
    ``ends_at`` is the first moment after the notice period (公示期)."""
    known = uow.session.scalar(select(Notice).where(Notice.dedupe_key == dedupe_key))
    if known is not None:
        return known
    topic = uow.session.get(Topic, topic_id) if topic_id is not None else None
    notice = Notice(
        kind=kind, dedupe_key=dedupe_key, topic_id=topic_id, title=title, title_en=title_en, body=body,
        body_en=body_en, ends_at=ends_at, published_at=uow.now, is_sample=bool(topic and topic.is_sample),
    )  # fmt: skip
    uow.session.add(notice)
    uow.session.flush()
    index(uow, document_of(notice))
    return notice


def document_of(notice: Notice) -> Document:
    """What of a notice can be found by anybody."""
    body = _LINKS.sub(r"\1", f"{notice.body}\n{notice.title_en}\n{notice.body_en}")
    return Document("notice", notice.id, notice.title, body, "public", f"/notices/{notice.id}")


def all_documents(session: Session) -> Iterator[Document]:
    """All notices, for the rebuild of the search."""
    return (document_of(notice) for notice in session.scalars(select(Notice).order_by(Notice.id)))
