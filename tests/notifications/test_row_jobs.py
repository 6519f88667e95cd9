"""One thing that cannot be done keeps no other waiting: it is on record, tried again, and forgotten once done."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.chain import chain_key
from marketplace.audit.models import AuditRow
from marketplace.audit.seals import close_seal, topic_seal
from marketplace.bids.models import BidOpening
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.doctor import Context, examine
from marketplace.notifications.jobs import RowJob
from marketplace.notifications.models import JobFailure, Lease, OutboxMail
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.notifications.worker import Worker
from marketplace.schedule import JOBS
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState
from tests.support.builders import build_topic
from tests.support.world import World

SOMEBODY = Recipient(1, "收件人（示例）", "p@sample.example", "zh_Hans_CN")
FINDINGS = "jobs-do-all-that-is-due"


class Rows:
    """Three things to do, each once: a mail. ``poisoned`` fails after it has begun to write."""

    def __init__(self, poisoned: int | None) -> None:
        self.keys = [1, 2, 3]
        self.poisoned = poisoned
        self.tried: list[int] = []

    def due(self, _session: Session, _now: datetime) -> Sequence[int]:
        return list(self.keys)

    def run(self, uow: UnitOfWork, only: int | None = None, /) -> int:
        assert only is not None
        self.tried.append(only)
        done = enqueue(uow, kind="trial", dedupe_key=f"row-{only}", recipients=[SOMEBODY], context={})
        if only == self.poisoned:
            raise ZeroDivisionError("the secret of row 2")
        self.keys.remove(only)
        return done

    def job(self, sealed: bool = False) -> RowJob:
        return RowJob("rows", "rows", self.due, self.run, sealed)


def mails(world: World) -> list[str]:
    with world.reading() as session:
        return sorted(session.scalars(select(OutboxMail.dedupe_key)))


def failures(world: World) -> list[JobFailure]:
    with world.reading() as session:
        return list(session.scalars(select(JobFailure)))


def findings(world: World) -> list[str]:
    with world.reading() as session:
        return examine(
            Context(session, world.runtime.files, world.clock(), chain_key(world.runtime.settings))
        )[FINDINGS]


def trail(world: World) -> list[AuditRow]:
    with world.reading() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == "job")))


def test_a_poisoned_row_stops_no_other_and_leaves_nothing_half_done(world: World) -> None:
    rows = Rows(poisoned=2)
    assert Worker(world.app, [rows.job()]).run_once() == {"rows": None}
    assert rows.tried == [1, 2, 3]
    assert mails(world) == ["row-1:1", "row-3:1"]
    (failure,) = failures(world)
    assert (failure.job, failure.key, failure.error, failure.tries) == ("rows", 2, "ZeroDivisionError", 1)
    assert findings(world) == ["rows 2: ZeroDivisionError since 2026-03-02 01:00 UTC, 1 tries"]
    assert [row.details for row in trail(world)] == [{"job": "rows", "error": "ZeroDivisionError"}]


def test_it_is_tried_again_after_growing_pauses_and_told_once(world: World) -> None:
    rows = Rows(poisoned=2)
    worker = Worker(world.app, [rows.job()])
    worker.run_once()
    for minutes, tries in ((0, 1), (1, 2), (1, 2), (5, 3), (15, 4), (60, 5), (60, 6)):
        world.clock.forward(minutes=minutes)
        worker.run_once()
        assert failures(world)[0].tries == tries
    assert len(trail(world)) == 1


def test_it_is_forgotten_once_it_succeeds(world: World) -> None:
    rows = Rows(poisoned=2)
    worker = Worker(world.app, [rows.job()])
    worker.run_once()
    rows.poisoned = None
    assert worker.run_once() == {"rows": 0}, "it waits for its pause"
    world.clock.forward(minutes=1)
    assert worker.run_once() == {"rows": 1}
    assert failures(world) == []
    assert len(mails(world)) == 3
    assert findings(world) == []


def test_it_is_forgotten_when_it_is_due_no_more(sqlite_world: World) -> None:
    rows = Rows(poisoned=2)
    worker = Worker(sqlite_world.app, [rows.job()])
    worker.run_once()
    rows.keys.clear()
    worker.run_once()
    assert failures(sqlite_world) == []


def test_what_is_sealed_is_neither_named_nor_counted(
    sqlite_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    rows = Rows(poisoned=2)
    rows.keys = [1, 2, 222_333]
    Worker(sqlite_world.app, [rows.job(sealed=True)]).run_once()
    assert findings(sqlite_world) == ["rows: see the worker's log"]
    assert "failed on one row" in caplog.text


def test_a_row_that_another_worker_took_is_no_failure(world: World) -> None:
    rows = Rows(poisoned=None)
    worker = Worker(world.app, [rows.job()])
    assert worker.lease.keep()
    other = Worker(world.app, [])
    with world.uow() as uow:
        uow.session.get_one(Lease, "worker").until = world.clock()
    assert other.lease.keep()
    assert worker.run_jobs() == {"rows": None}
    assert (mails(world), failures(world)) == ([], [])


def due_topic(world: World, hours: int) -> int:
    with world.uow() as uow:
        topic = build_topic(uow, TopicState.OPEN, deadline=uow.now + timedelta(hours=hours))
        close_seal(uow.session, topic_seal(topic.id))
        return topic.id


def test_a_topic_that_cannot_be_opened_does_not_keep_the_others_sealed(world: World) -> None:
    """The poison is real: an opening record that stands there already."""
    bad, good = due_topic(world, 1), due_topic(world, 2)
    with world.uow() as uow:
        uow.session.add(
            BidOpening(
                topic_id=bad, deadline=uow.now + timedelta(hours=1), opened_at=uow.now, count=0, record=[],
                record_sha256="0" * 64,
            )
        )  # fmt: skip
    world.clock.forward(hours=3)
    done = Worker(world.app, JOBS).run_once()
    assert done is not None
    assert done.pop("open-due-topics") is None
    assert None not in done.values()
    with world.reading() as session:
        assert session.get_one(Topic, good).opened_at == world.clock()
        assert session.get_one(Topic, bad).state == TopicState.OPEN
    assert [(f.job, f.key) for f in failures(world)] == [("open-due-topics", bad)]
    with world.uow() as uow:
        uow.session.delete(uow.session.scalars(select(BidOpening).where(BidOpening.topic_id == bad)).one())
    world.clock.forward(minutes=1)
    done = Worker(world.app, JOBS).run_once()
    assert done is not None
    assert done["open-due-topics"] == 1
    assert failures(world) == []
