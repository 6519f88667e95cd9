"""A writing request learns who acts and what time it is from the database at once."""

from datetime import timedelta

from marketplace.core.clock import system_clock
from marketplace.core.database import DATABASE_CLOCK, tells_time, writing_session
from marketplace.organisations.identity import identity_and_time
from marketplace.organisations.models import Person
from marketplace.organisations.sessions import begin_session
from tests.support.world import World


def token_of(world: World, key: str) -> str:
    with world.uow() as uow:
        token = begin_session(uow, uow.session.get_one(Person, world.people[key]))
        uow.commit()
    return token


def test_the_database_decides_whether_a_session_still_lives(world: World) -> None:
    before, begun = token_of(world, "officer"), world.clock.now
    world.clock.now = system_clock()
    today = token_of(world, "officer")
    engine = world.runtime.engine.execution_options(**{DATABASE_CLOCK: True})
    with writing_session(engine) as session:
        assert tells_time(session) is (engine.dialect.name == "postgresql")
        if not tells_time(session):
            return
        found, moment = identity_and_time(session, today, world.clock.now)
        assert found is not None
        assert moment is not None
        assert found.person_id == world.people["officer"]
        assert abs(moment - world.clock.now) < timedelta(minutes=1)
        # Alive by the clock of whoever asks, over by the database's.
        assert identity_and_time(session, before, begun)[0] is None
        assert identity_and_time(session, "no such token", begun) == (None, None)
