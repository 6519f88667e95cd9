"""What of priority lists waits for whom (待办)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem
from marketplace.priority.models import PriorityList
from marketplace.priority.workflow import PriorityState

MOST = 50


def todos_for(session: Session, actor: Actor, _now: datetime) -> list[WorkItem]:
    """待办: an approver publishes what somebody else has drafted."""
    if not actor.has(Role.APPROVER):
        return []
    return [
        _item(N_("发布优先名单"), plist) for plist in _drafts(session) if plist.created_by != actor.person_id
    ]


def ongoing_for(session: Session, actor: Actor, _now: datetime) -> list[WorkItem]:
    """进行中: the drafts of the officers."""
    if not actor.has(Role.OFFICER):
        return []
    return [_item(N_("优先名单待发布"), plist) for plist in _drafts(session)]


def _drafts(session: Session) -> Sequence[PriorityList]:
    query = (
        select(PriorityList)
        .where(PriorityList.state == PriorityState.DRAFT)
        .order_by(PriorityList.created_at, PriorityList.id)
        .limit(MOST)
    )
    return session.scalars(query).all()


def _item(what: str, plist: PriorityList) -> WorkItem:
    return WorkItem(
        what, plist.title, "priority.show", {"list_id": plist.id}, since=plist.created_at,
        is_sample=plist.is_sample,
    )  # fmt: skip
