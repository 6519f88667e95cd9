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
WAITING = {
    PriorityState.DRAFT: N_("公布轮次规则"),
    PriorityState.ANNOUNCED: N_("发布优先名单"),
    PriorityState.CORRECTING: N_("确认名单更正"),
}
GOING_ON = {
    PriorityState.DRAFT: N_("轮次规则待公布"),
    PriorityState.ANNOUNCED: N_("优先名单待发布"),
    PriorityState.CORRECTING: N_("名单更正待确认"),
}


def todos_for(session: Session, actor: Actor, _now: datetime) -> list[WorkItem]:
    """待办: an approver announces, publishes and confirms what somebody else has drafted or proposed."""
    if not actor.has(Role.APPROVER):
        return []
    return [
        _item(WAITING[PriorityState(plist.state)], plist)
        for plist in _open(session)
        if actor.person_id != _first(plist)
    ]


def ongoing_for(session: Session, actor: Actor, _now: datetime) -> list[WorkItem]:
    """进行中: the rounds of the officers that are not published."""
    if not actor.has(Role.OFFICER):
        return []
    return [_item(GOING_ON[PriorityState(plist.state)], plist) for plist in _open(session)]


def _first(plist: PriorityList) -> int | None:
    """Who did the first half and cannot do the second."""
    return plist.correction_by if plist.state == PriorityState.CORRECTING else plist.created_by


def _open(session: Session) -> Sequence[PriorityList]:
    query = (
        select(PriorityList)
        .where(PriorityList.state != PriorityState.PUBLISHED)
        .order_by(PriorityList.created_at, PriorityList.id)
        .limit(MOST)
    )
    return session.scalars(query).all()


def _item(what: str, plist: PriorityList) -> WorkItem:
    return WorkItem(
        what, plist.title, "priority.show", {"list_id": plist.id}, since=plist.created_at,
        is_sample=plist.is_sample,
    )  # fmt: skip
