"""What waits for the security administrator (安全管理员待办): accounts that were never opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem, asked_once
from marketplace.organisations.models import OneTimeToken, Person, PersonState, TokenPurpose

MOST = 100


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """Whose invitation is over: it can be sent again, or taken back."""
    over = (row for row in _invited(session, actor) if row.until is None or row.until <= now)
    return [_line(N_("邀请已过期，账号还没有开通"), row, since=row.until) for row in over]


def ongoing_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """Whose invitation can still be accepted."""
    live = (row for row in _invited(session, actor) if row.until is not None and row.until > now)
    return [_line(N_("等待本人接受邀请"), row, due_at=row.until) for row in live]


def _line(what: str, row: Any, **more: Any) -> WorkItem:
    return WorkItem(what, row.name, "organisations.show_person", {"person_id": row.id}, **more)


def _invited(session: Session, actor: Actor) -> Sequence[Any]:
    """The invited people, with the end of their newest link."""
    if not actor.has(Role.SECURITY_ADMIN):
        return ()
    link = OneTimeToken.purpose == TokenPurpose.INVITATION, OneTimeToken.person_id == Person.id
    until = select(func.max(OneTimeToken.expires_at)).where(*link).scalar_subquery()
    query = (
        select(Person.id, Person.name, until.label("until"))
        .where(Person.state == PersonState.INVITED)
        .order_by(Person.id)
        .limit(MOST)
    )
    return asked_once(session, "invited-people", lambda: session.execute(query).all())
