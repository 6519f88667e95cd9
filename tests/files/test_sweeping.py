"""What a crash left in the file store is set aside, never what somebody refers to or is about to."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from marketplace.audit.models import AuditRow
from marketplace.audit.queries import visible_rows
from marketplace.audit.seals import topic_seal
from marketplace.core.actor import SYSTEM
from marketplace.core.database import make_engine, one_at_a_time, writing_session
from marketplace.core.files import FOLDERS, FileStore
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files import pending
from marketplace.files.checking import FILE_STORE
from marketplace.files.models import Attachment
from marketplace.files.operations import GivenFile, attach
from marketplace.files.sweeping import KEPT_ASIDE, LEFT_ALONE, Leftovers, Sweeper, leftovers, sweep
from marketplace.notifications.jobs import Shift
from marketplace.notifications.worker import Worker
from marketplace.schedule import JOBS
from tests.support.bidding import pass_deadline
from tests.support.samples import pdf
from tests.support.world import World
from tests.topics.content import published_topic

OWNER = {"owner_kind": "leaflet", "owner_id": 1}
LONG_AGO = timedelta(days=2)


def store(world: World) -> FileStore:
    files: FileStore = world.runtime.files
    return files


def date_back(path: Path, moment: datetime) -> Path:
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    return path


def left(world: World, text: str = "a", age: timedelta = LONG_AGO) -> str:
    """Bytes without a row, stored some time ago; their hash."""
    sha256 = store(world).save(io.BytesIO(pdf(text)), 10**6).sha256
    date_back(store(world).path(sha256), world.clock() - age)
    return sha256


def given(text: str = "a") -> GivenFile:
    return GivenFile(f"{text}.pdf", io.BytesIO(pdf(text)))


def found(world: World, sha256: str) -> Leftovers:
    with world.reading() as session:
        return leftovers(session, store(world), sha256[:2], world.clock())


def swept(world: World, sha256: str, seal: str | None = None) -> int:
    with world.uow() as uow:
        return sweep(uow, sha256[:2], lambda _session: seal)


def records(world: World) -> list[AuditRow]:
    with world.reading() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == "sweep_files")))


def aside(world: World) -> list[str]:
    return sorted(path.name for path in (store(world).root / ".removed").glob("*"))


@contextmanager
def hasty(world: World) -> Iterator[Engine]:
    """The same database for somebody who does not wait for locks."""
    engine = make_engine(world.engine.url.render_as_string(hide_password=False))
    patience = "PRAGMA busy_timeout=0" if engine.dialect.name == "sqlite" else "SET lock_timeout = '20ms'"

    @event.listens_for(engine, "connect")
    def _hurry(connection: Any, _record: Any) -> None:
        connection.execute(patience)
        connection.commit()

    try:
        yield engine
    finally:
        engine.dispose()


def unit_of_work(world: World, session: Any) -> UnitOfWork:
    parts = world.runtime
    return UnitOfWork(session, SYSTEM, world.clock(), parts.settings, parts.files, {}, parts.witnesses)


def test_what_a_crash_left_is_set_aside_and_on_record(world: World) -> None:
    sha256 = left(world)
    unfinished = store(world).root / ".incoming-x"
    unfinished.write_bytes(b"12345")
    date_back(unfinished, world.clock() - LONG_AGO)
    assert swept(world, sha256) == 2
    assert not store(world).exists(sha256)
    assert not unfinished.exists()
    assert aside(world) == [sha256]
    (row,) = records(world)
    assert row.details == {"job": "sweep-files", "count": 2, "bytes": len(pdf("a")) + 5}
    assert (swept(world, sha256), len(records(world))) == (0, 1)


def test_what_is_referred_to_or_new_stays(world: World) -> None:
    world.do("hangzhou_clerk", attach, **OWNER, upload=given("attached"))
    with world.uow("hangzhou_clerk") as uow:
        pending.hold(uow, "leaflet", 1, [given("kept")])
    for path in store(world).root.glob("??/*"):
        date_back(path, world.clock() - LONG_AGO)
    new = left(world, "new", LEFT_ALONE)
    stranger = date_back(_stranger(world), world.clock() - LONG_AGO)
    everything = sorted(store(world).root.glob("??/*"))
    assert sum(swept(world, folder) for folder in FOLDERS) == 0
    assert sorted(store(world).root.glob("??/*")) == everything
    assert {store(world).path(new), stranger} < set(everything)
    assert records(world) == []


def _stranger(world: World) -> Path:
    """A file that is none of the store's."""
    path = store(world).root / "ab" / "ab-notes.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("not a hash", encoding="utf-8")
    return path


def test_after_a_month_it_is_erased(sqlite_world: World) -> None:
    sha256 = left(sqlite_world)
    swept(sqlite_world, sha256)
    sqlite_world.clock.now += KEPT_ASIDE
    assert swept(sqlite_world, sha256) == 0
    sqlite_world.clock.forward(seconds=1)
    assert swept(sqlite_world, sha256) == 1
    assert aside(sqlite_world) == []
    assert records(sqlite_world)[-1].details["erased"] == 1


def test_the_sweep_waits_for_an_upload_and_then_sees_its_row(world: World) -> None:
    """The upload of the same bytes is under way when the sweep has already found them."""
    sha256 = left(world)
    assert found(world, sha256).unreferenced == (sha256,)
    with hasty(world) as engine:
        with world.uow("hangzhou_clerk") as uow:
            attach(uow, **OWNER, upload=given())
            date_back(store(world).path(sha256), world.clock() - LONG_AGO)
            with writing_session(engine) as session, pytest.raises(OperationalError, match="lock"):
                sweep(unit_of_work(world, session), sha256[:2], lambda _session: None)
            assert store(world).exists(sha256)
        with writing_session(engine) as session:
            assert sweep(unit_of_work(world, session), sha256[:2], lambda _session: None) == 0
    assert store(world).exists(sha256)


def test_an_upload_waits_for_the_sweep_and_stores_its_bytes_anew(world: World) -> None:
    sha256 = left(world)
    with hasty(world) as engine, world.uow() as sweeping:
        sweep(sweeping, sha256[:2], lambda _session: None)
        with writing_session(engine) as session, pytest.raises(OperationalError, match="lock"):
            attach(unit_of_work(world, session), **OWNER, upload=given())
        sweeping.session.rollback()
    world.do("hangzhou_clerk", attach, **OWNER, upload=given())
    assert store(world).exists(sha256)


def test_an_upload_that_was_taken_back_leaves_new_bytes_alone(sqlite_world: World) -> None:
    sha256 = left(sqlite_world)
    with sqlite_world.uow("hangzhou_clerk") as uow:
        attach(uow, **OWNER, upload=given())
        uow.session.rollback()
    with sqlite_world.reading() as session:
        assert session.scalars(select(Attachment)).all() == []
    assert swept(sqlite_world, sha256) == 0
    assert store(sqlite_world).exists(sha256)


def test_the_lock_is_held_from_the_first_moment(world: World) -> None:
    """Also by a session that has asked nothing yet: the bytes are stored before the first statement."""
    with hasty(world) as engine, writing_session(world.engine) as session:
        one_at_a_time(session, FILE_STORE)
        with writing_session(engine) as other, pytest.raises(OperationalError, match="lock"):
            one_at_a_time(other, FILE_STORE, shared=True)


def test_a_round_visits_every_folder_and_asks_little(sqlite_world: World) -> None:
    sha256 = left(sqlite_world)
    sweeper, shift = (
        Sweeper(lambda _session: None),
        Shift(sqlite_world.app, lambda: True, lambda _session: None),
    )
    with sqlite_world.statements() as seen:
        assert [sweeper(shift) for _ in FOLDERS].count(1) == 1
    assert aside(sqlite_world) == [sha256]
    assert len(seen) < 12


def test_the_record_is_out_of_sight_while_a_bid_is_sealed(sqlite_world: World) -> None:
    """What was left may have been a bid's: that there was anything is told with the last opening."""
    world = sqlite_world
    topic_id = published_topic(world)
    sha256 = left(world)
    worker = Worker(world.app, JOBS)
    job = next(job for job in JOBS if job.name == "sweep-files")
    job.run.place = FOLDERS.index(sha256[:2]) - 1  # type: ignore[union-attr]
    done = worker.run_once()
    assert done is not None
    assert done["sweep-files"] == 1
    (row,) = records(world)
    assert row.seal_key == topic_seal(topic_id)
    pass_deadline(world, topic_id)
    with world.reading() as session:
        assert row.id in [shown.id for shown in session.scalars(visible_rows())]
    page = world.browser("auditor").get("/audit").text
    assert "清理无主文件" in page
    assert "字节数" in page
