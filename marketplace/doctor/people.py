"""People, posts, organisations (人员、单位)."""

from collections.abc import Iterable

from sqlalchemy import func, select

from marketplace.core.actor import ADMINISTRATOR_ROLES
from marketplace.doctor.base import Context, check, ids
from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment, Organisation, Person, PersonState
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.workflow import PanelState, SeatState


@check
def administrators_hold_one_role_only(context: Context) -> Iterable[str]:
    current = Appointment.ended_at.is_(None)
    administrators = select(Appointment.person_id).where(current, Appointment.role.in_(ADMINISTRATOR_ROLES))
    query = (
        select(Appointment.person_id)
        .where(current, Appointment.person_id.in_(administrators))
        .group_by(Appointment.person_id)
        .having(func.count(Appointment.role.distinct()) > 1)
    )
    return ids(context, "Person", query)


@check
def deactivated_people_wait_for_nothing(context: Context) -> Iterable[str]:
    query = (
        select(Seat.id)
        .join(Panel, Panel.id == Seat.panel_id)
        .join(Expert, Expert.id == Seat.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(
            Panel.state == PanelState.SCORING,
            Seat.state.in_((SeatState.INVITED, SeatState.CONFIRMED)),
            Person.state == PersonState.DEACTIVATED,
        )
    )
    return ids(context, "Seat", query)


@check
def organisations_hang_in_one_tree(context: Context) -> Iterable[str]:
    rows = context.session.execute(select(Organisation.id, Organisation.parent_id))
    parents = {key: parent for key, parent in rows}
    for start in parents:
        seen, here = {start}, parents[start]
        while here is not None and here not in seen:
            seen.add(here)
            here = parents.get(here)
        if here is not None:
            yield f"Organisation {start}"
