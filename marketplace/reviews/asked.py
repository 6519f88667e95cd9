"""Reading preferences for items: who was asked, what she may see of the items, what was said (评审意愿)."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from marketplace.core.actor import Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.experts.models import Expert
from marketplace.organisations.models import Organisation
from marketplace.reviews.facts import facts_of, judges_of, read_ground
from marketplace.reviews.models import ItemPreference, Panel, PanelItem, Seat
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.recusal import recusals_of
from marketplace.reviews.workflow import PanelState, SeatState


def _asked(actor: Actor) -> Select[Seat]:
    """The expert's seats on draft panels that ask for preferences. Nothing else of a draft is known to her."""
    return (
        select(Seat)
        .join(Seat.expert)
        .join(Seat.panel)
        .join(Panel.topic)
        .where(
            Expert.person_id == (actor.person_id or 0),
            Seat.state == SeatState.INVITED,
            Panel.state == PanelState.DRAFT,
            Panel.preferences_until.is_not(None),
        )
        .options(contains_eager(Seat.expert), contains_eager(Seat.panel).contains_eager(Panel.topic))
    )


def asked_seat_for(session: Session, actor: Actor, seat_id: int) -> Seat:
    """The expert's own seat while its panel asks. Raises NotFound for everybody else, and after the release."""
    found = session.scalar(_asked(actor).where(Seat.id == seat_id)) if actor.has(Role.EXPERT) else None
    if found is None:
        raise NotFound
    return found


def asked_seats(session: Session, actor: Actor) -> Sequence[Seat]:
    """All of them, the next deadline first; one statement."""
    return session.scalars(_asked(actor).order_by(Panel.preferences_until, Seat.id).limit(50)).all()


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What an expert may know of an item before the scoring: who bids. ``level`` is what she said of it."""

    id: int
    number: int
    lead: str
    partners: tuple[str, ...]
    level: str | None


def open_items(session: Session, seat: Seat, today: date) -> list[OpenItem]:
    """The items nobody forbids her to judge, by lead and partners: what she needs to declare a conflict, and no more.
    An item that she must keep away from is not shown at all."""
    panel, expert = seat.panel, seat.expert
    ground = read_ground(session, panel)
    judges = judges_of(session, [expert], today)
    facts = facts_of(session, panel, ground, judges.values(), today)
    recusals = recusals_of(judges[expert.id], ground.stakes, facts)
    anchor = protocol_from(panel.protocol).anchor_item
    query = select(PanelItem).where(PanelItem.panel_id == panel.id).order_by(PanelItem.position)
    items = [item for item in session.scalars(query) if not recusals[item.id].forbidden and item.id != anchor]
    names, said = _names(session, items), _said_by(session, seat.id)
    return [
        OpenItem(
            item.id,
            item.position,
            names[item.organisation_id],
            tuple(names[unit] for unit in names if unit in item.parties and unit != item.organisation_id),
            said.get(item.id),
        )
        for item in items
    ]


def _names(session: Session, items: Sequence[PanelItem]) -> dict[int, str]:
    wanted = {unit for item in items for unit in (item.organisation_id, *item.parties)}
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    return {key: name for key, name in session.execute(query.order_by(Organisation.order_key))}


def _said_by(session: Session, seat_id: int) -> dict[int, str]:
    query = select(ItemPreference.item_id, ItemPreference.level).where(ItemPreference.seat_id == seat_id)
    return {item: level for item, level in session.execute(query)}


def said_on(session: Session, panel: Panel, seats: Sequence[int]) -> list[tuple[int, int, str]] | None:
    """(item, seat, level) of these seats in order; None where nobody was asked."""
    if panel.preferences_until is None:
        return None
    query = select(ItemPreference.item_id, ItemPreference.seat_id, ItemPreference.level).where(
        ItemPreference.seat_id.in_(list(seats))
    )
    return sorted((item, seat, level) for item, seat, level in session.execute(query))


@dataclass(frozen=True, slots=True)
class Answers:
    """What the office sees of one member's preferences."""

    name: str
    at: datetime | None
    counts: Mapping[str, int]


def answers_on(session: Session, panel: Panel, seats: Sequence[Seat]) -> list[Answers]:
    """One line for each member, in the order of the seats."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for _item, seat, level in said_on(session, panel, [seat.id for seat in seats]) or ():
        counts[seat][level] += 1
    return [Answers(one.expert.person.name, one.preferred_at, counts[one.id]) for one in seats]
