"""What waits for the office that runs the reviews (评审待办)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Integer, Select, String, bindparam, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.experts.models import ExpertRating
from marketplace.reviews.models import Panel, RecusalEntry, Seat
from marketplace.reviews.policy import ACTIVE_SEATS
from marketplace.reviews.proposals import proposals_waiting
from marketplace.reviews.queries.panels import panels
from marketplace.reviews.workflow import PanelState, RecusalState, SeatState
from marketplace.reviews.written import opinions_to_write
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState

MOST_WAITING = 50


def live_panels(session: Session) -> Sequence[Any]:
    """The newest panels that have no result yet, as in ``panels``, and whether they have a head."""
    return session.execute(_live_panels()).all()


@cache
def _live_panels() -> Select[Any]:
    """They are chosen first, in the order of an index, and counted then."""
    newest = (
        select(Panel.id).where(Panel.state == state).order_by(Panel.convened_at.desc(), Panel.id.desc())
        for state in (PanelState.DRAFT, PanelState.SCORING)
    )
    chosen = union_all(*(select(query.limit(MOST_WAITING).subquery()) for query in newest))
    headed = (
        select(Seat.id).where(Seat.panel_id == Panel.id, Seat.heads, Seat.state.in_(ACTIVE_SEATS)).exists()
    )
    return panels().add_columns(headed.label("headed")).where(Panel.id.in_(chosen)).limit(MOST_WAITING)


def topics_without_panel(session: Session) -> Sequence[Any]:
    """Topics (id, code, title, opened_at, is_sample) whose bids have been opened and wait for a panel, the oldest
    first."""
    return session.execute(_without_panel()).all()


@cache
def _without_panel() -> Any:
    """The state stands in the text of the statement: so the index of these few topics answers it."""
    return (
        select(Topic.id, Topic.code, Topic.title, Topic.opened_at, Topic.is_sample)
        .where(Topic.state == literal_column(f"'{TopicState.IN_REVIEW}'"), Topic.convened_at.is_(None))
        .order_by(Topic.deadline, Topic.id)
        .limit(MOST_WAITING)
    )


def waiting_for_office(session: Session, actor: Actor, since: datetime) -> Sequence[Any]:
    """What waits for the office, in one statement: (waits, id, title, at, is_sample, count). ``waits`` is "panel" for
    topics whose bids have no panel yet, "rating" for panels concluded after ``since`` with ``count`` members unrated,
    "opinion" for those that this officer convened and whose opinion is not final (``count``: their heads have
    confirmed it), "reopening" for those whose heads propose to reopen ``count`` sheets, and "recusal" for bidders'
    requests. The oldest of each first."""
    return session.execute(_waiting_for_office(), {"since": since, "person": actor.person_id or 0}).all()


@cache
def _waiting_for_office() -> Executable:
    topics = _without_panel().with_only_columns(
        literal_column("'panel'", String).label("waits"),
        Topic.id,
        Topic.title,
        Topic.opened_at.label("at"),
        Topic.is_sample,
        literal_column("0", Integer).label("count"),
    )
    concluded = (
        select(Panel.id, Panel.topic_id, Panel.concluded_at, Panel.is_sample, _unrated().label("unrated"))
        .where(Panel.state == PanelState.CONCLUDED, Panel.concluded_at > bindparam("since"), _unrated() > 0)
        .order_by(Panel.concluded_at, Panel.id)
        .limit(MOST_WAITING)
        .subquery()
    )
    panels = (
        select(
            literal_column("'rating'", String).label("waits"), concluded.c.id, Topic.title,
            concluded.c.concluded_at.label("at"), concluded.c.is_sample, concluded.c.unrated.label("count"),
        )
        .join(Topic, Topic.id == concluded.c.topic_id)
        .order_by(concluded.c.concluded_at, concluded.c.id)
    )  # fmt: skip
    requests = (
        select(
            literal_column("'recusal'", String).label("waits"), RecusalEntry.id, Topic.title,
            RecusalEntry.asked_at.label("at"), Topic.is_sample, literal_column("0", Integer).label("count"),
        )
        .join(RecusalEntry.topic)
        .where(RecusalEntry.state == RecusalState.REQUESTED)
        .order_by(RecusalEntry.asked_at, RecusalEntry.id)
        .limit(MOST_WAITING)
    )  # fmt: skip
    opinions, proposals = opinions_to_write(MOST_WAITING), proposals_waiting(MOST_WAITING)
    parts = (topics, panels, opinions, proposals, requests)
    return union_all(*(select(part.subquery()) for part in parts))


def _unrated() -> Any:
    """The members of a panel whom nobody has rated. Counted panel by panel in the order of the index, so that the
    search ends with the last one shown; where rows are only asked for, PostgreSQL looks through all seats first."""
    rated = select(ExpertRating.id).where(ExpertRating.seat_id == Seat.id)
    return (
        select(func.count())
        .select_from(Seat)
        .where(Seat.panel_id == Panel.id, Seat.state == SeatState.CONFIRMED, ~rated.exists())
        .correlate(Panel)
        .scalar_subquery()
    )
