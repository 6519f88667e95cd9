"""截止提醒: units with a bid begun but not submitted are told 48, 24 and 2 hours before the deadline, once each; with
them the partners that have not answered yet.

After a pause of the worker only the nearest step is told: nobody gets three letters at once.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.seals import bid_seal
from marketplace.bids.consent_mails import remind_partners
from marketplace.bids.models import Bid
from marketplace.bids.queries import unsubmitted
from marketplace.core.actor import BUREAU_ROLES
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import OutboxMail
from marketplace.notifications.operations import enqueue
from marketplace.organisations.queries import people_with_roles
from marketplace.topics.models import Topic

STEPS = (2, 24, 48)
"""Hours before the deadline, the nearest first."""


def due_step(deadline: datetime, begun_at: datetime, now: datetime) -> int | None:
    """The step to tell now, or None. Whoever began later than the step knows the deadline already."""
    for hours in STEPS:
        moment = deadline - timedelta(hours=hours)
        if moment <= now < deadline:
            return hours if begun_at <= moment else None
    return None


def remind_unsubmitted(uow: UnitOfWork, only: int | None = None) -> int:
    """Sends what is due. Answers 0 whatever it did: the worker's log must not tell that drafts exist."""
    for bid, topic, hours in _due(uow.session, uow.now, only):
        enqueue(
            uow, kind="bid_deadline", dedupe_key=_key(bid, topic, hours),
            recipients=people_with_roles(uow.session, [bid.lead_id], BUREAU_ROLES),
            context={
                "topic": {"code": topic.code, "title": topic.title, "deadline": topic.deadline},
                "bid_id": bid.id, "state": bid.state, "hours": hours,
            },
            seal_key=bid_seal(bid.id),
        )  # fmt: skip
        remind_partners(uow, bid, topic, hours)
    return 0


def unsubmitted_keys(session: Session, now: datetime) -> list[int]:
    """The bids to remind of now."""
    return [bid.id for bid, _topic, _hours in _due(session, now)]


def _due(session: Session, now: datetime, only: int | None = None) -> list[tuple[Bid, Topic, int]]:
    found = []
    for bid, topic in unsubmitted(session, now, timedelta(hours=max(STEPS)), only):
        hours = due_step(topic.deadline, bid.drafted_at, now) if topic.deadline else None
        if hours is not None:
            found.append((bid, topic, hours))
    told = _told(session, now, [_key(*item) for item in found])
    return [item for item in found if _key(*item) not in told]


def _key(bid: Bid, topic: Topic, hours: int) -> str:
    """The deadline is part of it: when it is put off, the reminders begin anew."""
    moment = int(topic.deadline.timestamp()) if topic.deadline else 0
    return f"bid-deadline:{bid.id}:{moment}:{hours}"


def _told(session: Session, now: datetime, keys: list[str]) -> set[str]:
    """Keys under which a mail stands already (each mail adds its recipient)."""
    if not keys:
        return set()
    wanted = set(keys)
    since = now - timedelta(hours=max(STEPS) + 1)
    query = select(OutboxMail.dedupe_key).where(
        OutboxMail.kind == "bid_deadline", OutboxMail.created_at >= since
    )
    return {key.rpartition(":")[0] for key in session.scalars(query)} & wanted
