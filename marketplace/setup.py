"""``flask setup``: from an empty database to a program that can be used; running it again changes nothing."""

from collections.abc import Callable

from sqlalchemy import select

from marketplace.core.actor import SYSTEM
from marketplace.core.database import database_now, reading_session, writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.migrate import upgrade
from marketplace.notifications.jobs import Job, RowJob
from marketplace.organisations.reference import load_reference
from marketplace.sample.cast import seat_cast
from marketplace.sample.stage import Stage
from marketplace.sample.year import play_year
from marketplace.schedule import JOBS
from marketplace.topics.models import Topic
from marketplace.web.runtime import Runtime

Say = Callable[[str], None]


def system_work(parts: Runtime, work: Callable[[UnitOfWork], int]) -> int:
    """Runs one piece of work as the system, in one transaction."""
    with writing_session(parts.engine) as session:
        now = database_now(session, parts.clock())
        uow = UnitOfWork(session, SYSTEM, now, parts.settings, parts.files, parts.reactions, parts.witnesses)
        done = work(uow)
        uow.commit()
    return done


def set_up(parts: Runtime, say: Say) -> None:
    """Schema and reference data (机构、区划)."""
    parts.settings.data_dir.mkdir(parents=True, exist_ok=True)
    upgrade(parts.engine)
    say("schema: up to date")
    say(f"organisations: {system_work(parts, load_reference)} added")


def add_sample_year(parts: Runtime, say: Say) -> None:
    """The cast and, in a database without topics, the sample year (示例年度)."""
    people: dict[str, int] = {}

    def seat(uow: UnitOfWork) -> int:
        people.update(seat_cast(uow))
        return len(people)

    say(f"sample people: {system_work(parts, seat)}")
    with reading_session(parts.engine) as session:
        begun = session.scalar(select(Topic.id).limit(1)) is not None
    if begun:
        say("sample year: already there")
        return
    jobs = tuple(job for job in JOBS if isinstance(job, Job | RowJob))
    say(f"sample year: {play_year(Stage(parts, people, parts.clock(), jobs))} topics")
