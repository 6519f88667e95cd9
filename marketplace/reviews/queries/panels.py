"""Reading panels, seats, items and sheets: loading is the first permission check (404 for what one may not know of)."""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, defer, joinedload

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.experts.models import Expert
from marketplace.organisations.models import Organisation, Person
from marketplace.reviews.models import Duty, Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.policy import ACTIVE_SEATS, READERS, may_read_result
from marketplace.reviews.queries.workload import OF_DUTY
from marketplace.reviews.workflow import DutyState, SeatState, SheetState, SubjectKind
from marketplace.topics.models import Topic


def panel_for(session: Session, actor: Actor, panel_id: int, *, briefly: bool = False) -> Panel:
    """A panel for those who run or supervise reviews. Raises NotFound for everybody else."""
    options = [joinedload(Panel.topic).joinedload(Topic.list), *_left_out(briefly)]
    found = session.get(Panel, panel_id, options=options)
    if found is None or not actor.has(*READERS):
        raise NotFound
    return found


def concluded_panel_for(session: Session, actor: Actor, panel_id: int, *, briefly: bool = False) -> Panel:
    """A panel whose result this actor may read: readers, and confirmed members once it has concluded."""
    query = (
        select(Panel, Seat.state)
        .select_from(Panel)
        .outerjoin(Expert, Expert.person_id == (actor.person_id or 0))
        .outerjoin(Seat, and_(Seat.panel_id == Panel.id, Seat.expert_id == Expert.id))
        .where(Panel.id == panel_id)
        .options(joinedload(Panel.topic), *_left_out(briefly))
    )
    row = session.execute(query).one_or_none()
    if row is None or not may_read_result(actor, row[0].state, row[1]):
        raise NotFound
    panel: Panel = row[0]
    return panel


def _left_out(briefly: bool) -> Sequence[Any]:
    """For pages that show no more of a result than ``result_brief``: the whole names each item."""
    return [defer(Panel.result), defer(Panel.draw)] if briefly else []


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


def members_of(session: Session, panel_id: int) -> Sequence[Any]:
    """The confirmed members as plain rows (``MEMBER_LINE``), in the order of their making."""
    return session.execute(_members(), {"panel": panel_id}).all()


MEMBER_LINE = (Seat.id, Seat.heads, Expert.person_id, Person.name)


@cache
def _members() -> Select[Any]:
    return (
        cast(Select[Any], select(*MEMBER_LINE))
        .join(Expert, Expert.id == Seat.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(Seat.panel_id == bindparam("panel"), Seat.state == SeatState.CONFIRMED)
        .order_by(Seat.id)
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


def panel_names(session: Session, ids: set[int]) -> dict[int, str]:
    """What audited panels are called: their topics' titles."""
    query = select(Panel.id, Topic.title).join(Panel.topic).where(Panel.id.in_(ids))
    return {found: title for found, title in session.execute(query)}
