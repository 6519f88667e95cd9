"""组长: who of a panel's experts leads it, and whom the program proposes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.core.actor import Actor, Role
from marketplace.experts.models import Expert
from marketplace.reviews.models import Seat
from marketplace.reviews.policy import ACTIVE_SEATS

FULL = ("正高", "教授", "研究员")
"""正高级职称, as far as a free text tells."""
ASSOCIATE = ("副", "高级")


def head_in(seats: Sequence[Seat]) -> Seat | None:
    """The head among the seats of one panel; panels from before there were heads have none."""
    return next((seat for seat in seats if seat.heads and seat.state in ACTIVE_SEATS), None)


def head_of(session: Session, panel_id: int) -> Seat | None:
    """The head of a panel, with expert and person."""
    query = (
        select(Seat)
        .where(Seat.panel_id == panel_id, Seat.heads, Seat.state.in_(ACTIVE_SEATS))
        .options(joinedload(Seat.expert).joinedload(Expert.person))
    )
    return session.scalar(query)


def is_head(actor: Actor, head: Seat | None) -> bool:
    """Whether this actor is that head."""
    return head is not None and is_person(actor, head.expert.person_id)


def is_person(actor: Actor, person_id: int) -> bool:
    """Whether this actor is that expert, in this role."""
    return actor.has(Role.EXPERT) and actor.person_id == person_id


def rank_of(title: str) -> int:
    """职称: 0 full, 1 associate (高级), 2 everything else. 副教授 is not 教授, 正高级 not just 高级."""
    if "副" not in title and any(word in title for word in FULL):
        return 0
    return 1 if any(word in title for word in ASSOCIATE) else 2


def proposed(seats: Sequence[Seat]) -> Seat | None:
    """建议人选: the highest title first, technical experts before others, then in the order of their choice."""
    return min(
        seats, key=lambda seat: (rank_of(seat.expert.title), not seat.expert.technical, seat.id), default=None
    )
