"""Reading the register of recusals (回避登记)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.experts.models import Expert, ExpertKind
from marketplace.organisations.models import Organisation, Person, PersonState
from marketplace.reviews.models import Panel, PanelItem, RecusalEntry
from marketplace.reviews.policy import READERS
from marketplace.reviews.recusal import RecusalRule
from marketplace.reviews.workflow import RecusalState
from marketplace.topics.models import Topic

MOST_EXPERTS = 1000


@cache
def _whole() -> tuple[ORMOption, ...]:
    """With all that a line shows. Made at the first use: naming a relationship sets up all mappers."""
    return (
        joinedload(RecusalEntry.topic),
        joinedload(RecusalEntry.organisation),
        joinedload(RecusalEntry.expert).options(joinedload(Expert.person), joinedload(Expert.organisation)),
    )


def entries() -> Select[Any]:
    """Bidders' requests: those that wait first, then the newest."""
    return (
        select(RecusalEntry)
        .where(RecusalEntry.rule == RecusalRule.BIDDER)
        .order_by(
            RecusalEntry.state != RecusalState.REQUESTED, RecusalEntry.asked_at.desc(), RecusalEntry.id.desc()
        )
        .options(*_whole())
    )


def entry_for(session: Session, actor: Actor, entry_id: int) -> RecusalEntry:
    """One request, for those who run or supervise reviews. Raises NotFound."""
    found = session.get(RecusalEntry, entry_id, options=_whole())
    if found is None or not actor.has(*READERS):
        raise NotFound
    return found


def entries_of_panel(session: Session, panel: Panel) -> Sequence[RecusalEntry]:
    """What was asked and decided about the items of a panel, in the order of asking."""
    query = (
        select(RecusalEntry)
        .where(RecusalEntry.topic_id == panel.topic_id, RecusalEntry.subject_kind == panel.subject_kind)
        .order_by(RecusalEntry.id)
        .options(*_whole())
    )
    return session.scalars(query).all()


def requests_of(session: Session, kind: str, subject_id: int) -> Sequence[RecusalEntry]:
    """What a bidder asked about its own bid or outcome, with what the office answered."""
    query = (
        select(RecusalEntry)
        .where(
            RecusalEntry.subject_kind == kind,
            RecusalEntry.subject_id == subject_id,
            RecusalEntry.rule == RecusalRule.BIDDER,
        )
        .order_by(RecusalEntry.id)
        .options(*_whole())
    )
    return session.scalars(query).all()


def open_requests(session: Session, panel: Panel) -> int:
    """Requests about this panel's items on which nobody has decided."""
    query = (
        select(func.count())
        .select_from(RecusalEntry)
        .join(
            PanelItem,
            and_(PanelItem.subject_id == RecusalEntry.subject_id, PanelItem.panel_id == panel.id),
        )
        .where(RecusalEntry.subject_kind == panel.subject_kind, RecusalEntry.state == RecusalState.REQUESTED)
    )
    return session.scalar(query) or 0


def public_names(session: Session) -> list[tuple[int, str]]:
    """(expert id, name with unit) of the experts of the pool: what a bidder may choose from. It says nothing of who
    sits on which panel."""
    query = (
        select(Expert.id, Person.name, Organisation.name)
        .join(Expert.person)
        .join(Expert.organisation)
        .where(Expert.kind == ExpertKind.EXPERT, Person.state == PersonState.ACTIVE)
        .order_by(Organisation.order_key, Person.name, Expert.id)
        .limit(MOST_EXPERTS)
    )
    return [(key, f"{name}（{unit}）") for key, name, unit in session.execute(query)]


def recusal_names(session: Session, ids: set[int]) -> dict[int, str]:
    """What audited entries are called: their topics' titles."""
    query = select(RecusalEntry.id, Topic.title).join(RecusalEntry.topic).where(RecusalEntry.id.in_(ids))
    return {found: title for found, title in session.execute(query)}
