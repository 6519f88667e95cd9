"""``flask setup``: from an empty database to a program that can be used; running it again changes nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from marketplace.core.actor import SYSTEM
from marketplace.core.database import database_now, reading_session, writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.migrate import upgrade
from marketplace.notifications.jobs import Job, RowJob
from marketplace.notifications.trail_keeping import begin_trail
from marketplace.organisations.reference import load_reference
from marketplace.sample.cast import seat_cast
from marketplace.sample.stage import Stage
from marketplace.sample.year import play_year
from marketplace.schedule import JOBS
from marketplace.topics.models import Topic
from marketplace.web.runtime import Runtime

Say = Callable[[str], None]

UNFINISHED = "sample-year.unfinished"
"""A file in the data directory that stands there while the sample year is played."""


class Interrupted(Exception):
    """The sample year is half there, in a database that is not ours to delete."""


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
    upgrade(parts.engine)
    say("schema: up to date")
    say(f"organisations: {system_work(parts, load_reference)} added")


def add_sample_year(parts: Runtime, say: Say) -> None:
    """The cast and, in a database without topics, the sample year (示例年度)."""
    people: dict[str, int] = {}

    def seat(uow: UnitOfWork) -> int:
        people.update(seat_cast(uow))
        return len(people)

    mark = parts.settings.data_dir / UNFINISHED
    say(f"sample people: {system_work(parts, seat)}")
    with reading_session(parts.engine) as session:
        begun = session.scalar(select(Topic.id).limit(1)) is not None
    if begun and mark.exists():
        raise Interrupted("the sample year was interrupted half-way: empty this database and run setup again")
    if begun:
        say("sample year: already there")
        return
    mark.touch()
    jobs = tuple(job for job in JOBS if isinstance(job, Job | RowJob))
    say(f"sample year: {play_year(Stage(parts, people, parts.clock(), jobs))} topics")
    say(f"audit chain: {system_work(parts, begin_trail)} links")
    mark.unlink()


def set_up_demo(parts: Runtime, say: Say) -> None:
    """Everything of the demonstration. One that was interrupted begins anew, if its database lies in the data
    directory: the year is played through time and cannot go on where it stopped."""
    own = _own_database(parts)
    if own is not None and (parts.settings.data_dir / UNFINISHED).exists():
        say("sample year: was interrupted, starting over")
        _remove(parts, own)
    set_up(parts, say)
    add_sample_year(parts, say)


def _own_database(parts: Runtime) -> Path | None:
    """The demonstration's own SQLite file."""
    url = parts.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    file = Path(url.database).resolve()
    return file if file.parent == parts.settings.data_dir.resolve() else None


def _remove(parts: Runtime, database: Path) -> None:
    """The mark goes last: what is interrupted here is done again."""
    parts.engine.dispose()
    for name in ("", "-wal", "-shm"):
        database.with_name(database.name + name).unlink(missing_ok=True)
    shutil.rmtree(parts.settings.files_dir, ignore_errors=True)
    (parts.settings.data_dir / UNFINISHED).unlink()
