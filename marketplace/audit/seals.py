"""封存规则: one condition that keeps sealed rows out of every list, count and export."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import Session

from marketplace.audit.models import Seal


def not_sealed(column: Any) -> ColumnElement[bool]:
    """SQL condition: the row carries no seal, or its seal has been opened."""
    opened = exists().where(Seal.key == column, Seal.opened_at.is_not(None))
    return or_(column.is_(None), opened)


def close_seal(session: Session, key: str) -> None:
    """Begins the secrecy under this key (idempotent)."""
    if session.get(Seal, key) is None:
        session.add(Seal(key=key, opened_at=None))


def open_seal(session: Session, key: str, at: datetime) -> None:
    """Ends the secrecy (idempotent: the first moment stays on record)."""
    seal = session.get(Seal, key)
    if seal is None:
        session.add(Seal(key=key, opened_at=at))
    elif seal.opened_at is None:
        seal.opened_at = at


def bid_seal(bid_id: int) -> str:
    """The seal of everything about one bid. It is broken for the bids that the opening opens, and never for a draft
    that was not submitted: that its unit once thought of bidding is nobody's business (揭榜申请封存)."""
    return f"bid:{bid_id}"


def topic_seal(topic_id: int) -> str:
    """The seal of everything about bids for one topic (榜题封存)."""
    return f"topic:{topic_id}"
