"""Reading notices: all of them are public."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from marketplace.core.errors import NotFound
from marketplace.notices.models import Notice, NoticeKind

RESULT_KINDS = (NoticeKind.RESULT, NoticeKind.OUTCOME, NoticeKind.RANKING)


def _newest_first() -> Select[Notice]:
    return select(Notice).order_by(Notice.published_at.desc(), Notice.id.desc())


def notices(kinds: Sequence[str] = ()) -> Select[Notice]:
    """The notices without their texts, newest first, of these kinds (none named: of all)."""
    query = _newest_first().options(defer(Notice.body), defer(Notice.body_en))
    return query.where(Notice.kind.in_(kinds)) if kinds else query


def latest(session: Session, most: int) -> Sequence[Notice]:
    """The newest notices."""
    return session.scalars(notices().limit(most)).all()


def latest_in_full(session: Session, most: int) -> Sequence[Notice]:
    """The newest notices with their texts."""
    return session.scalars(_newest_first().limit(most)).all()


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
