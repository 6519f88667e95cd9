"""Where an expert has judged, as the expert pool shows it (评审经历)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.experts.engagements import Engagement
from marketplace.experts.models import ExpertRating
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.queries.own import KNOWN_TO_MEMBER
from marketplace.reviews.workflow import PANEL, SEAT, PanelState, SeatState
from marketplace.topics.models import Topic

MOST = 100
TONES = {
    SeatState.INVITED: "warning",
    SeatState.CONFIRMED: "progress",
    SeatState.DECLINED: "neutral",
    SeatState.RECUSED: "neutral",
    SeatState.REMOVED: "neutral",
}


def engagements(session: Session, expert_id: int, own: bool) -> Sequence[Engagement]:
    """All seats for the office; for the expert herself only the panels she may know of. One statement."""
    query = (
        select(Seat.id, Seat.state, Panel, Topic.title, ExpertRating.score, ExpertRating.reason)
        .join(Panel, Panel.id == Seat.panel_id)
        .join(Topic, Topic.id == Panel.topic_id)
        .outerjoin(ExpertRating, ExpertRating.seat_id == Seat.id)
        .where(Seat.expert_id == expert_id)
        .order_by(Panel.convened_at.desc(), Seat.id.desc())
        .limit(MOST)
    )
    if own:
        query = query.where(KNOWN_TO_MEMBER)
    return [
        Engagement(
            title, panel.released_at or panel.convened_at, panel.concluded_at, _state(panel, state),
            _tone(panel, state), "reviews.my_panel" if own else "reviews.panel",
            {"seat_id": seat} if own else {"panel_id": panel.id}, score, reason or "", panel.is_sample,
        )
        for seat, state, panel, title, score, reason in session.execute(query)
    ]  # fmt: skip


def _state(panel: Panel, state: str) -> str:
    if state == SeatState.CONFIRMED:
        return PANEL.label(panel.state)
    return SEAT.label(state)


def _tone(panel: Panel, state: str) -> str:
    done = state == SeatState.CONFIRMED and panel.state == PanelState.CONCLUDED
    return "success" if done else TONES[SeatState(state)]
