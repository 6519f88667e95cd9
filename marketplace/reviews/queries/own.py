"""What an expert reads of the panels she sits on (本人评审): loading is the first permission check."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from marketplace.core.actor import Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.experts.models import Expert
from marketplace.organisations.models import Organisation
from marketplace.reviews.models import Duty, Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.policy import ACTIVE_SEATS, sees_names
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.workload import OF_DUTY
from marketplace.reviews.workflow import DutyOrigin, DutyState, PanelState, SeatState, SheetState
from marketplace.topics.models import Topic

KNOWN_TO_MEMBER = (Panel.state == PanelState.SCORING) & Seat.state.in_(ACTIVE_SEATS) | (
    (Panel.state == PanelState.CONCLUDED) & (Seat.state == SeatState.CONFIRMED)
)
"""Which panels the expert on a seat may know of: released and not left, or concluded with her."""


def seats_for(session: Session, actor: Actor) -> Sequence[Any]:
    """我的评审: (seat, items, submitted) of the expert's live and concluded panels; never those recused."""
    live = (Duty.seat_id == Seat.id, Duty.state == DutyState.LIVE)
    items = select(func.count()).where(*live).scalar_subquery()
    done = (
        select(func.count())
        .select_from(Duty)
        .join(ScoreSheet, OF_DUTY)
        .where(*live, ScoreSheet.state == SheetState.SUBMITTED)
        .scalar_subquery()
    )
    query = (
        _own_seats()
        .add_columns(items, done)
        .order_by(Panel.state.desc(), Panel.due_at.desc(), Seat.id.desc())
        .limit(100)
    )
    return session.execute(query, {"person": actor.person_id or 0}).all()


@cache
def _own_seats() -> Select[Any]:
    """Seats of an expert (``person``) that she may know of: invited or confirmed, and released. Of the topic only the
    title is at hand, of the panel all but its result."""
    return (
        select(Seat)
        .join(Seat.expert)
        .join(Seat.panel)
        .join(Panel.topic)
        .where(Expert.person_id == bindparam("person"), KNOWN_TO_MEMBER)
        .options(
            contains_eager(Seat.expert),
            contains_eager(Seat.panel).options(
                defer(Panel.result), contains_eager(Panel.topic).load_only(Topic.title)
            ),
        )
    )


def seat_for(session: Session, actor: Actor, seat_id: int) -> Seat:
    """The expert's own seat. Raises NotFound for everybody else, and for her after a recusal."""
    asked = {"person": actor.person_id or 0, "seat": seat_id}
    found = session.scalar(_own_seat(), asked) if actor.has(Role.EXPERT) else None
    if found is None:
        raise NotFound
    seat: Seat = found
    return seat


@cache
def _own_seat() -> Select[Any]:
    return _own_seats().where(Seat.id == bindparam("seat"))


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """One expert's place before one item: her seat (with panel and topic), the item, and her sheet if begun."""

    seat: Seat
    item: PanelItem
    sheet: ScoreSheet | None


def place_for(session: Session, actor: Actor, seat_id: int, item_id: int) -> SheetPlace:
    """Everything a score sheet needs, in one statement. Raises NotFound unless the expert has confirmed and is to score
    this item."""
    asked = {"person": actor.person_id or 0, "seat": seat_id, "item": item_id}
    row = session.execute(_place(), asked).one_or_none() if actor.has(Role.EXPERT) else None
    if row is None:
        raise NotFound
    return SheetPlace(*row)


@cache
def _place() -> Select[Any]:
    return (
        _own_seat()
        .add_columns(PanelItem, ScoreSheet)
        .join(Duty, and_(Duty.seat_id == Seat.id, Duty.state == DutyState.LIVE))
        .join(PanelItem, PanelItem.id == Duty.item_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(PanelItem.id == bindparam("item"), Seat.state == SeatState.CONFIRMED)
        .options(defer(PanelItem.trace))
    )


def own_items(session: Session, seat: Seat) -> Sequence[tuple[PanelItem, ScoreSheet | None]]:
    """The items this expert is to score, with her own sheets, in the panel's order."""
    query = (
        select(PanelItem, ScoreSheet)
        .join(Duty, Duty.item_id == PanelItem.id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(Duty.seat_id == seat.id, Duty.state == DutyState.LIVE)
        .order_by(PanelItem.position)
        .options(joinedload(PanelItem.organisation))
    )
    return [(item, sheet) for item, sheet in session.execute(query)]


def extra_items(session: Session, seat_id: int) -> set[int]:
    """Which of her items an expert scores because the others disagree about it."""
    live = (Duty.seat_id == seat_id, Duty.state == DutyState.LIVE)
    return set(session.scalars(select(Duty.item_id).where(*live, Duty.origin == DutyOrigin.EXTRA)))


def anchor_pending(session: Session, seat: Seat) -> int | None:
    """The item this expert must submit before she may open the others (先评的一项); None when there is none or it is
    in. No statement where the protocol does not ask for it."""
    protocol = protocol_from(seat.panel.protocol)
    if not protocol.anchor or protocol.anchor_item is None:
        return None
    query = (
        select(Duty.item_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(
            Duty.seat_id == seat.id,
            Duty.item_id == protocol.anchor_item,
            Duty.state == DutyState.LIVE,
            ScoreSheet.id.is_(None) | (ScoreSheet.state != SheetState.SUBMITTED),
        )
    )
    return session.scalar(query)


def is_held(session: Session, seat: Seat, item_id: int) -> bool:
    """Whether the item opens only after the one that all score first."""
    pending = anchor_pending(session, seat)
    return pending is not None and pending != item_id


def duty_at(session: Session, seat_id: int, item_id: int) -> Duty:
    """The duty of a seat for an item that is before it."""
    return session.scalars(select(Duty).where(Duty.seat_id == seat_id, Duty.item_id == item_id)).one()


def may_pass_on(duty: Duty, panel: Panel) -> bool:
    """Whether another expert can take this one item over: where not everybody scores it anyway."""
    shared = protocol_from(panel.protocol).scores_per_item is not None
    return duty.origin == DutyOrigin.EXTRA or (shared and duty.origin == DutyOrigin.ASSIGNED)


def parties_by_name(session: Session, seat: Seat) -> list[tuple[str, list[str]]]:
    """Lead and partners of each item before an expert, by name: what she must know to declare, and no more. Two
    statements."""
    rows = session.execute(
        select(PanelItem.organisation_id, PanelItem.parties)
        .join(Duty, Duty.item_id == PanelItem.id)
        .where(Duty.seat_id == seat.id, Duty.state == DutyState.LIVE)
        .order_by(PanelItem.position)
    ).all()
    wanted = {unit for lead, parties in rows for unit in (lead, *parties)}
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    names = {key: name for key, name in session.execute(query.order_by(Organisation.order_key))}
    return [
        (names[lead], [names[unit] for unit in names if unit in parties and unit != lead])
        for lead, parties in rows
    ]


def bidding_units(session: Session, panel_id: int) -> list[str]:
    """All units with an interest in any item of the panel, in the order of official tables: what an expert must know to
    declare in a blind review, linked to no code name. Two statements."""
    rows = session.scalars(select(PanelItem.parties).where(PanelItem.panel_id == panel_id)).all()
    wanted = {unit for parties in rows for unit in parties}
    query = select(Organisation.name).where(Organisation.id.in_(wanted)).order_by(Organisation.order_key)
    return list(session.scalars(query))


def may_read_subject(session: Session, actor: Actor, kind: str, subject_id: int) -> bool:
    """专家查阅: True when this actor is a confirmed member of a panel and is to score this bid or outcome now. The
    rights of bidders, province and auditor are their own steps' affair."""
    if not actor.has(Role.EXPERT) or actor.person_id is None:
        return False
    query = (
        select(Seat, PanelItem.id)
        .join(Expert, Expert.id == Seat.expert_id)
        .join(Panel, Panel.id == Seat.panel_id)
        .join(Duty, and_(Duty.seat_id == Seat.id, Duty.state == DutyState.LIVE))
        .join(PanelItem, PanelItem.id == Duty.item_id)
        .where(
            Expert.person_id == actor.person_id,
            Seat.state == SeatState.CONFIRMED,
            Panel.state == PanelState.SCORING,
            Panel.subject_kind == kind,
            PanelItem.subject_id == subject_id,
        )
        .options(joinedload(Seat.panel))
    )
    return any(_is_open(session, actor, seat, item) for seat, item in session.execute(query).all())


def _is_open(session: Session, actor: Actor, seat: Seat, item_id: int) -> bool:
    """What is scored blindly is read on the score sheet only, with the names hidden."""
    blind = protocol_from(seat.panel.protocol).blind
    named = sees_names(actor, seat.panel.state, blind, member=True)
    return named and not is_held(session, seat, item_id)
