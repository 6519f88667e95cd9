"""Reading panels, seats and sheets: loading is the first permission check (404 for what one may not know of)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Executable,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased, contains_eager, defer, joinedload

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import NotFound
from marketplace.experts.models import Expert, ExpertRating
from marketplace.organisations.models import Organisation, Person
from marketplace.reviews.disagreement import calls_extra
from marketplace.reviews.models import Duty, Panel, PanelItem, RecusalEntry, ScoreSheet, Seat
from marketplace.reviews.policy import ACTIVE_SEATS, READERS, Progress, may_read_result, sees_names
from marketplace.reviews.proposals import proposals_waiting
from marketplace.reviews.protocol import Protocol, protocol_from
from marketplace.reviews.workflow import (
    DutyOrigin,
    DutyState,
    PanelState,
    RecusalState,
    SeatState,
    SheetState,
    SubjectKind,
)
from marketplace.reviews.written import opinions_to_write
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState

MOST_WAITING = 50
OF_DUTY = and_(ScoreSheet.seat_id == Duty.seat_id, ScoreSheet.item_id == Duty.item_id)
"""The sheet that fulfils a duty."""
KNOWN_TO_MEMBER = (Panel.state == PanelState.SCORING) & Seat.state.in_(ACTIVE_SEATS) | (
    (Panel.state == PanelState.CONCLUDED) & (Seat.state == SeatState.CONFIRMED)
)
"""Which panels the expert on a seat may know of: released and not left, or concluded with her."""


def panel_for(session: Session, actor: Actor, panel_id: int) -> Panel:
    """A panel for those who run or supervise reviews. Raises NotFound for everybody else."""
    found = session.get(Panel, panel_id, options=[joinedload(Panel.topic).joinedload(Topic.list)])
    if found is None or not actor.has(*READERS):
        raise NotFound
    return found


def concluded_panel_for(session: Session, actor: Actor, panel_id: int) -> Panel:
    """A panel whose result this actor may read: readers, and confirmed members once it has concluded."""
    query = (
        select(Panel, Seat.state)
        .select_from(Panel)
        .outerjoin(Expert, Expert.person_id == (actor.person_id or 0))
        .outerjoin(Seat, and_(Seat.panel_id == Panel.id, Seat.expert_id == Expert.id))
        .where(Panel.id == panel_id)
        .options(joinedload(Panel.topic))
    )
    row = session.execute(query).one_or_none()
    if row is None or not may_read_result(actor, row[0].state, row[1]):
        raise NotFound
    panel: Panel = row[0]
    return panel


PANEL_LINE = (
    Panel.id, Panel.subject_kind, Panel.state, Panel.size, Panel.due_at, Panel.convened_at, Panel.is_sample,
    Topic.title,
)  # fmt: skip
"""What a line of a list shows of a panel."""


@cache
def panels() -> Select[Any]:
    """All panels (``PANEL_LINE``) with the number of items, active seats, duties and submitted sheets; newest first."""
    items = select(func.count()).where(PanelItem.panel_id == Panel.id).scalar_subquery().label("items")
    seats = (
        select(func.count())
        .where(Seat.panel_id == Panel.id, Seat.state.in_(ACTIVE_SEATS), Seat.extra.is_(False))
        .scalar_subquery()
        .label("seats")
    )
    live = (Duty.panel_id == Panel.id, Duty.state == DutyState.LIVE)
    duties = select(func.count()).where(*live).scalar_subquery().label("duties")
    query = select(*PANEL_LINE, items, seats, duties, _submitted_sheets().label("sheets")).join(Panel.topic)
    return query.order_by(Panel.convened_at.desc(), Panel.id.desc())


def _submitted_sheets() -> Any:
    """The sheets in of a panel's live duties: counted in the index of the seats, less the few whose duty was lifted."""
    submitted = ScoreSheet.state == SheetState.SUBMITTED
    all_in = (
        select(func.count())
        .select_from(Seat)
        .join(ScoreSheet, ScoreSheet.seat_id == Seat.id)
        .where(Seat.panel_id == Panel.id, submitted)
    )
    lifted = (
        select(func.count())
        .select_from(Duty)
        .join(ScoreSheet, OF_DUTY)
        .where(Duty.panel_id == Panel.id, Duty.state == DutyState.LIFTED, submitted)
    )
    return all_in.scalar_subquery() - lifted.scalar_subquery()


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


def panel_of_topic(session: Session, topic_id: int) -> Panel | None:
    """The panel on the bids of a topic, if it has been convened."""
    return session.scalar(
        select(Panel).where(Panel.topic_id == topic_id, Panel.subject_kind == SubjectKind.BID)
    )


def panel_of_subject(session: Session, kind: str, subject_id: int) -> Panel | None:
    """The panel that scores (or scored) this bid or outcome."""
    query = (
        select(Panel)
        .join(PanelItem, PanelItem.panel_id == Panel.id)
        .where(PanelItem.subject_id == subject_id, Panel.subject_kind == kind)
        .order_by(Panel.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def seats_of(session: Session, panel_id: int) -> Sequence[Seat]:
    """All seats with expert, person and unit, in the order of their making."""
    return session.scalars(_seats(), {"panel": panel_id}).all()


@cache
def _seats() -> Select[Seat]:
    return (
        select(Seat)
        .where(Seat.panel_id == bindparam("panel"))
        .order_by(Seat.id)
        .options(
            joinedload(Seat.expert).joinedload(Expert.person),
            joinedload(Seat.expert).joinedload(Expert.organisation),
        )
    )


def item_count(session: Session, panel_id: int) -> int:
    """How many items the panel scores."""
    return session.scalar(count_of_items(panel_id)) or 0


def count_of_items(panel_id: int) -> Select[int]:
    """Counts what ``ranking`` lists."""
    return select(func.count()).where(PanelItem.panel_id == panel_id)


@dataclass(frozen=True, slots=True)
class Load:
    """评审工作量 of one seat: items to score, sheets begun, sheets submitted."""

    duties: int = 0
    begun: int = 0
    submitted: int = 0

    @property
    def finished(self) -> bool:
        """Everything asked of her has been submitted."""
        return self.submitted >= self.duties


NO_LOAD = Load()


def loads_of(session: Session, panel_id: int) -> dict[int, Load]:
    """Seat id → load, of seats with live duties. Numbers only: no marks leave before the conclusion."""
    submitted = func.sum(case((ScoreSheet.state == SheetState.SUBMITTED, 1), else_=0))
    query = (
        select(Duty.seat_id, func.count(), func.count(ScoreSheet.id), submitted)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(Duty.panel_id == panel_id, Duty.state == DutyState.LIVE)
        .group_by(Duty.seat_id)
    )
    return {seat: Load(whole, begun, int(done)) for seat, whole, begun, done in session.execute(query)}


def duties_of(session: Session, panel_id: int) -> Sequence[Duty]:
    """评审分工 of a panel, live ones only, by item and seat."""
    query = select(Duty).where(Duty.panel_id == panel_id, Duty.state == DutyState.LIVE)
    return session.scalars(query.order_by(Duty.item_id, Duty.seat_id)).all()


@dataclass(frozen=True, slots=True)
class Dispute:
    """分歧较大的评审对象: all its sheets are in and lie too far apart; ``extras`` have scored it already."""

    item_id: int
    extras: int


def disputes_of(session: Session, panel: Panel) -> list[Dispute]:
    """The items that need another expert now, in the panel's order. One statement, none where the protocol never asks
    for it; an item that lacks an ordinary member's sheet is not ready to be judged."""
    protocol = protocol_from(panel.protocol)
    if protocol.disagreement is None:
        return []
    submitted = case((ScoreSheet.state == SheetState.SUBMITTED, 1), else_=0)
    live = (Duty.panel_id == panel.id, Duty.state == DutyState.LIVE)
    wide = (
        select(Duty.item_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(*live)
        .group_by(Duty.item_id)
        .having(
            func.sum(submitted) == func.count(),
            func.max(ScoreSheet.total) - func.min(ScoreSheet.total) > Decimal(protocol.disagreement),
        )
    )
    rows = session.execute(
        select(Duty.item_id, Duty.origin, ScoreSheet.total)
        .join(ScoreSheet, OF_DUTY)
        .where(*live, Duty.item_id.in_(wide))
        .order_by(Duty.item_id)
    ).all()
    regular = protocol.scores_per_item or panel.size
    return [
        Dispute(item, extras)
        for item, group in groupby(rows, key=lambda row: row.item_id)
        if (extras := _extras(list(group), regular, protocol.disagreement)) is not None
    ]


def _extras(rows: Sequence[Any], regular: int, threshold: int) -> int | None:
    """How many extra experts have scored an item that needs one more; None when it needs none."""
    extras = sum(row.origin == DutyOrigin.EXTRA for row in rows)
    totals = [row.total for row in rows if row.total is not None]
    return extras if len(rows) - extras >= regular and calls_extra(totals, extras, threshold) else None


def short_items(session: Session, panel_id: int, protocol: Protocol) -> list[int]:
    """Items with fewer ordinary experts than the protocol wants; none where everybody scores everything."""
    if protocol.scores_per_item is None:
        return []
    ordinary = and_(
        Duty.item_id == PanelItem.id, Duty.state == DutyState.LIVE, Duty.origin != DutyOrigin.EXTRA
    )
    query = (
        select(PanelItem.id)
        .outerjoin(Duty, ordinary)
        .where(PanelItem.panel_id == panel_id)
        .group_by(PanelItem.id)
        .having(func.count(Duty.id) < protocol.scores_per_item)
        .order_by(PanelItem.id)
    )
    anchored = protocol.anchor_item if protocol.anchor else None
    return [item for item in session.scalars(query) if item != anchored]


def lifted_pairs(
    session: Session, panel: Panel, items: Sequence[int], seats: Sequence[int]
) -> list[tuple[int, int]]:
    """(item, seat) of duties that were lifted: they are not given again."""
    query = select(Duty.item_id, Duty.seat_id).where(
        Duty.panel_id == panel.id,
        Duty.state == DutyState.LIFTED,
        Duty.item_id.in_(items),
        Duty.seat_id.in_(seats),
    )
    return [(item, seat) for item, seat in session.execute(query)]


def past_panels(session: Session, panel: Panel, experts: Sequence[int]) -> dict[int, int]:
    """Expert → concluded panels on topics of the same category."""
    query = (
        select(Seat.expert_id, func.count())
        .join(Panel, Panel.id == Seat.panel_id)
        .join(Topic, Topic.id == Panel.topic_id)
        .where(
            Seat.expert_id.in_(experts),
            Seat.state == SeatState.CONFIRMED,
            Panel.state == PanelState.CONCLUDED,
            Topic.category == panel.topic.category,
        )
        .group_by(Seat.expert_id)
    )
    return {expert: count for expert, count in session.execute(query)}


@dataclass(frozen=True, slots=True)
class ExtraLine:
    """增加评审, as the office sees it while the panel scores: no marks."""

    label: str
    expert: str
    given_at: datetime
    submitted: bool
    threshold: int | None


def extras_of(session: Session, panel_id: int) -> list[ExtraLine]:
    """Who was called for which item by the rule, and whether she has scored. One statement."""
    query = (
        select(PanelItem.label, Person.name, Duty.given_at, ScoreSheet.state, Duty.because)
        .select_from(Duty)
        .join(PanelItem, PanelItem.id == Duty.item_id)
        .join(Seat, Seat.id == Duty.seat_id)
        .join(Expert, Expert.id == Seat.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(Duty.panel_id == panel_id, Duty.state == DutyState.LIVE, Duty.origin == DutyOrigin.EXTRA)
        .order_by(PanelItem.position, Duty.id)
    )
    return [
        ExtraLine(label, name, at, state == SheetState.SUBMITTED, (because or {}).get("threshold"))
        for label, name, at, state, because in session.execute(query)
    ]


def progress_of(items: int, seats: Sequence[Seat], loads: Mapping[int, Load]) -> Progress:
    """评分进度."""
    confirmed = [seat.id for seat in seats if seat.state == SeatState.CONFIRMED]
    return Progress(
        items=items,
        invited=sum(seat.state == SeatState.INVITED for seat in seats),
        confirmed=len(confirmed),
        finished=sum(loads.get(seat, NO_LOAD).finished for seat in confirmed),
        extra=sum(seat.extra and seat.state in ACTIVE_SEATS for seat in seats),
    )


def items_page(panel_id: int) -> Select[Any]:
    """The items of a panel in the order of their ranks (unranked last), with their units."""
    return (
        select(PanelItem)
        .where(PanelItem.panel_id == panel_id)
        .order_by(PanelItem.rank.nulls_last(), PanelItem.position)
        .options(joinedload(PanelItem.organisation))
    )


def items_of(session: Session, panel_id: int) -> Sequence[PanelItem]:
    """All items of a panel, best first once ranked."""
    return session.scalars(items_page(panel_id)).all()


def ranking(panel_id: int) -> Select[Any]:
    """The ranking as plain rows, best first: id, rank, label, total, trace and the lead's short name."""
    return (
        select(
            PanelItem.id,
            PanelItem.rank,
            PanelItem.label,
            PanelItem.total,
            PanelItem.trace,
            Organisation.short_name,
        )
        .join(Organisation, Organisation.id == PanelItem.organisation_id)
        .where(PanelItem.panel_id == panel_id)
        .order_by(PanelItem.rank.nulls_last(), PanelItem.position)
    )


def items_by_id(session: Session, item_ids: Sequence[int]) -> dict[int, PanelItem]:
    """Some items with their units."""
    if not item_ids:
        return {}
    query = (
        select(PanelItem).where(PanelItem.id.in_(list(item_ids))).options(joinedload(PanelItem.organisation))
    )
    return {item.id: item for item in session.scalars(query)}


def item_for(session: Session, panel: Panel, item_id: int) -> PanelItem:
    """One item of the panel. Raises NotFound."""
    query = select(PanelItem).where(PanelItem.id == item_id, PanelItem.panel_id == panel.id)
    found = session.scalar(query.options(joinedload(PanelItem.organisation)))
    if found is None:
        raise NotFound
    return found


def sheets_of_item(session: Session, item_id: int) -> Sequence[ScoreSheet]:
    """All submitted sheets of an item in the order of seats: only for results."""
    query = (
        select(ScoreSheet)
        .where(ScoreSheet.item_id == item_id, ScoreSheet.state == SheetState.SUBMITTED)
        .order_by(ScoreSheet.seat_id)
        .options(joinedload(ScoreSheet.seat).joinedload(Seat.expert).joinedload(Expert.person))
    )
    return session.scalars(query).all()


# ------------------------------------------------------------------------------------------- the expert's side


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


# ------------------------------------------------------------------------------------------- results for other steps


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """What the reviewed unit may learn after the decision: its own score and the opinions, without names."""

    total: Decimal | None
    rank: int | None
    opinions: tuple[str, ...]


def results_of(
    session: Session, kind: str, subject_ids: Sequence[int], *, opinions: bool = True
) -> dict[int, SubjectResult]:
    """Own score and opinions of these bids or outcomes from concluded panels; two statements."""
    query = (
        select(PanelItem.id, PanelItem.subject_id, PanelItem.total, PanelItem.rank)
        .join(Panel, Panel.id == PanelItem.panel_id)
        .where(
            Panel.subject_kind == kind,
            Panel.state == PanelState.CONCLUDED,
            PanelItem.subject_id.in_(list(subject_ids)),
        )
    )
    rows = session.execute(query).all()
    said = _opinions(session, [row[0] for row in rows]) if opinions else {}
    return {
        subject: SubjectResult(total, rank, tuple(said.get(item, ()))) for item, subject, total, rank in rows
    }


def _opinions(session: Session, item_ids: Sequence[int]) -> dict[int, list[str]]:
    """Opinions by item, in an order that tells nothing of the experts (that of the random sheet keys)."""
    seat = aliased(Seat)
    query = (
        select(ScoreSheet.item_id, ScoreSheet.comment)
        .join(seat, seat.id == ScoreSheet.seat_id)
        .where(
            ScoreSheet.item_id.in_(list(item_ids)),
            ScoreSheet.state == SheetState.SUBMITTED,
            ScoreSheet.comment != "",
            seat.state == SeatState.CONFIRMED,
        )
        .order_by(ScoreSheet.id)
    )
    found: dict[int, list[str]] = {}
    for item, comment in session.execute(query):
        found.setdefault(item, []).append(comment)
    return found


def panel_names(session: Session, ids: set[int]) -> dict[int, str]:
    """What audited panels are called: their topics' titles."""
    query = select(Panel.id, Topic.title).join(Panel.topic).where(Panel.id.in_(ids))
    return {found: title for found, title in session.execute(query)}
