"""Which opinions are still to be written, confirmed and made final (意见书进度)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, String, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.experts.models import Expert
from marketplace.reviews.models import Panel, PanelNote, PanelOpinion, Seat
from marketplace.reviews.workflow import NoteKind, OpinionState, PanelState, SeatState
from marketplace.topics.models import Topic

MOST = 50


def opinions_to_write(most: int) -> Select[Any]:
    """Panels of one officer (``person``) whose opinion is not final yet. Counted panel by panel in the order of the
    index, like what else waits for the office."""
    opinions = (
        select(func.count())
        .select_from(PanelOpinion)
        .where(PanelOpinion.panel_id == Panel.id)
        .correlate(Panel)
    )
    final = opinions.where(PanelOpinion.state == OpinionState.FINAL).scalar_subquery()
    confirmed = opinions.where(PanelOpinion.confirmation.is_not(None)).scalar_subquery()
    chosen = (
        select(Panel.id, Panel.topic_id, Panel.concluded_at, Panel.is_sample, confirmed.label("confirmed"))
        .where(
            Panel.state == PanelState.CONCLUDED, Panel.concluded_at > bindparam("since"),
            Panel.convened_by == bindparam("person"), final == 0,
        )
        .order_by(Panel.concluded_at, Panel.id)
        .limit(most)
        .subquery()
    )  # fmt: skip
    return (
        select(
            literal_column("'opinion'", String).label("waits"), chosen.c.id, Topic.title,
            chosen.c.concluded_at.label("at"), chosen.c.is_sample, chosen.c.confirmed.label("count"),
        )
        .join(Topic, Topic.id == chosen.c.topic_id)
        .order_by(chosen.c.concluded_at, chosen.c.id)
    )  # fmt: skip


def opinions_to_confirm(session: Session, actor: Actor, since: datetime) -> Sequence[Any]:
    """Panels (id, title, concluded_at, is_sample) that this expert heads, concluded after ``since``, whose opinion has
    been written and waits for her word."""
    return session.execute(_opinions_to_confirm(), {"since": since, "person": actor.person_id or 0}).all()


@cache
def _opinions_to_confirm() -> Any:
    said = select(PanelOpinion.id).where(
        PanelOpinion.panel_id == Panel.id,
        (PanelOpinion.state == OpinionState.FINAL) | PanelOpinion.confirmation.is_not(None),
    )
    written = (
        select(PanelNote.text)
        .where(
            PanelNote.panel_id == Panel.id, PanelNote.item_id.is_(None), PanelNote.kind == NoteKind.CONCLUSION
        )
        .order_by(PanelNote.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Panel.id, Topic.title, Panel.concluded_at, Panel.is_sample)
        .join(Panel.topic)
        .join(Seat, Seat.panel_id == Panel.id)
        .join(Expert, Expert.id == Seat.expert_id)
        .where(
            Expert.person_id == bindparam("person"), Seat.heads, Seat.state == SeatState.CONFIRMED,
            Panel.state == PanelState.CONCLUDED, Panel.concluded_at > bindparam("since"), written != "",
            ~said.exists(),
        )
        .order_by(Panel.concluded_at, Panel.id)
        .limit(MOST)
    )  # fmt: skip
