"""The short way for plain columns sees what the session has changed, before and after commits and rollbacks."""

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import joinedload

from marketplace.core.session import asks_for_columns
from marketplace.organisations.models import Appointment, Organisation, Person
from tests.support.world import World


def test_only_whole_objects_go_through_the_orm() -> None:
    columns = select(Person.id, func.count())
    part = select(Organisation.name).subquery()
    both = union_all(select(Person.id), select(part))
    assert asks_for_columns(columns)
    assert asks_for_columns(select(part))
    assert asks_for_columns(both)
    whole = select(Appointment).options(joinedload(Appointment.person))
    mixed = select(Person.id, Organisation)
    assert not asks_for_columns(select(Person))
    assert not asks_for_columns(whole)
    assert not asks_for_columns(mixed)
    assert not asks_for_columns(union_all(columns, mixed))


def test_what_was_changed_is_seen_in_its_own_transaction(world: World) -> None:
    name = select(Person.name).where(Person.id == world.people["officer"])
    with world.uow("officer") as uow:
        before = uow.session.scalar(name)
        uow.session.get_one(Person, world.people["officer"]).name = "改名（示例）"
        assert uow.session.scalar(name) == "改名（示例）"
        uow.session.rollback()
        assert uow.session.scalars(name).all() == [before]
        uow.session.get_one(Person, world.people["officer"]).name = "又改名（示例）"
        uow.session.commit()
        assert [row.name for row in uow.session.execute(name)] == ["又改名（示例）"]
    with world.reading() as session:
        assert session.execute(name.with_only_columns(func.count())).scalar_one() == 1
