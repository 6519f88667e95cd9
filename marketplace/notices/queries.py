"""Reading notices: all of them are public."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.core.errors import NotFound
from marketplace.notices.models import Notice, NoticeKind

RESULT_KINDS = (NoticeKind.RESULT, NoticeKind.OUTCOME, NoticeKind.RANKING)


def notices(kinds: Sequence[str] = ()) -> Select[Notice]:
    """The notices, newest first, of these kinds (none named: of all)."""
    query = select(Notice).order_by(Notice.published_at.desc(), Notice.id.desc())
    return query.where(Notice.kind.in_(kinds)) if kinds else query


def latest(session: Session, most: int) -> Sequence[Notice]:
    """The newest notices."""
    return session.scalars(notices().limit(most)).all()


def notices_of_topic(session: Session, topic_id: int) -> Sequence[Notice]:
    """Everything announced about one topic, oldest first."""
    query = select(Notice).where(Notice.topic_id == topic_id).order_by(Notice.published_at, Notice.id)
    return session.scalars(query).all()


def notice_by_id(session: Session, notice_id: int) -> Notice:
    """One notice."""
    found = session.get(Notice, notice_id)
    if found is None:
        raise NotFound
    return found
