"""Of several workers one acts; a fault in one job stops no other; nothing due is forgotten or done twice."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.jobs import AnyJob, Job, Shift, SteppedJob
from marketplace.notifications.lease import SAFE_SHARE, LeaseKeeper, LostLease
from marketplace.notifications.models import Lease, OutboxMail
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.notifications.worker import Worker
from tests.support.world import World

SOMEBODY = Recipient(1, "收件人（示例）", "p@sample.example", "zh_Hans_CN")


def write(key: str) -> AnyJob:
    """A job whose effect can be seen: a mail under this key."""

    def run(uow: UnitOfWork) -> int:
        return enqueue(uow, kind="trial", dedupe_key=key, recipients=[SOMEBODY], context={})

    return Job(key, key, run)


def fail(_uow: UnitOfWork) -> int:
    raise ZeroDivisionError("the secret of topic 7")


def keys(world: World) -> list[str]:
    with world.reading() as session:
        return sorted(session.scalars(select(OutboxMail.dedupe_key)))


def rows(world: World, action: str) -> list[AuditRow]:
    with world.reading() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action)))


def test_one_run_does_all_jobs_in_order_and_gives_the_lease_back(world: World) -> None:
    worker = Worker(world.app, [write("a"), write("b")])
    assert worker.run_once() == {"a": 1, "b": 1}
    assert list(worker.run_once() or ()) == ["a", "b"]
    assert keys(world) == ["a:1", "b:1"]


def test_the_second_worker_waits(world: World) -> None:
    first, second = (Worker(world.app, [write("a")]) for _ in range(2))
    assert first.lease.keep()
    assert not second.lease.keep()
    assert second.run_jobs() == {}
    assert second.run_once() is None
    first.lease.release()
    assert second.run_once() == {"a": 1}


def test_who_holds_the_lease_keeps_it(world: World) -> None:
    worker = Worker(world.app, [])
    assert worker.lease.keep()
    fence = worker.lease.fence
    assert worker.lease.keep()
    assert worker.lease.fence == fence


def test_another_takes_over_when_the_holder_dies(sqlite_world: World) -> None:
    dead, other = (Worker(sqlite_world.app, [write("a")]) for _ in range(2))
    assert dead.lease.keep()
    sqlite_world.clock.forward(seconds=29)
    assert not other.lease.keep()
    sqlite_world.clock.forward(seconds=1)
    assert other.lease.keep()
    assert other.run_jobs() == {"a": 1}


def test_a_holder_without_renewal_stops_before_another_may_begin(sqlite_world: World) -> None:
    worker = Worker(sqlite_world.app, [write("a")])
    assert worker.lease.keep()
    worker.lease._renewed -= 30 * SAFE_SHARE
    assert not worker.may_continue()
    assert worker.run_jobs() == {}


def frozen_and_new(world: World, jobs: list[AnyJob]) -> tuple[Worker, Worker]:
    """A worker that was frozen in the middle of its work, and the one that took over."""
    frozen, new = Worker(world.app, jobs), Worker(world.app, jobs)
    assert frozen.lease.keep()
    with world.uow() as uow:
        uow.session.get_one(Lease, "worker").until = world.clock()
    assert new.lease.keep()
    return frozen, new


def test_what_a_frozen_holder_was_about_to_commit_is_not_committed(world: World) -> None:
    frozen, new = frozen_and_new(world, [write("a")])
    assert frozen.may_continue(), "it does not know yet"
    assert frozen.run_jobs() == {"a": None}
    assert keys(world) == []
    assert rows(world, "job") == [], "to be overtaken is no failure"
    assert new.run_jobs() == {"a": 1}
    assert not frozen.lease.keep()


def test_a_frozen_holder_claims_no_mail(world: World) -> None:
    def claim_like(shift: Shift) -> int:
        with shift.unit_of_work() as uow:
            return enqueue(uow, kind="trial", dedupe_key="x", recipients=[SOMEBODY], context={})

    frozen, _new = frozen_and_new(world, [SteppedJob("x", "x", claim_like)])
    assert frozen.run_jobs() == {"x": None}
    assert keys(world) == []


def test_confirm_names_the_loss(world: World) -> None:
    keeper = LeaseKeeper(world.engine, world.clock, 30)
    with world.uow() as uow, pytest.raises(LostLease):
        keeper.confirm(uow.session)


def test_a_failing_job_stops_no_other_and_is_noted_once(world: World) -> None:
    worker = Worker(world.app, [write("a"), Job("broken", "broken", fail), write("b")])
    assert worker.run_once() == {"a": 1, "broken": None, "b": 1}
    worker.run_once()
    (row,) = rows(world, "job")
    assert (row.outcome, row.person_name) == ("failed", "系统")
    assert row.details == {"job": "broken", "error": "ZeroDivisionError"}, "no text that may be sealed"


def test_a_job_that_fails_half_way_leaves_nothing(world: World) -> None:
    def half(uow: UnitOfWork) -> int:
        enqueue(uow, kind="trial", dedupe_key="half", recipients=[SOMEBODY], context={})
        return fail(uow)

    Worker(world.app, [Job("half", "half", half)]).run_once()
    assert keys(world) == []


def test_stopping_ends_the_round(world: World) -> None:
    worker = Worker(world.app, [])

    def stop(_uow: UnitOfWork) -> int:
        worker.stopping.set()
        return 0

    worker.jobs = [Job("stop", "stop", stop), write("a")]
    assert worker.run_once() == {"stop": 0}


def put(world: World, key: str, seal_key: str | None = None) -> None:
    with world.uow() as uow:
        enqueue(uow, kind="trial", dedupe_key=key, recipients=[SOMEBODY], context={}, seal_key=seal_key)


def test_readiness_tells_of_worker_and_mail_but_not_of_sealed_mail(sqlite_world: World) -> None:
    parts = sqlite_world.runtime
    parts.settings = replace(parts.settings, mail_server="127.0.0.1")
    assert Worker(sqlite_world.app, []).lease.keep()
    put(sqlite_world, "sealed", seal_key="topic:1")
    sqlite_world.clock.forward(seconds=5)
    put(sqlite_world, "open")
    sqlite_world.clock.forward(seconds=7)
    ready: dict[str, Any] = sqlite_world.browser().get("/readyz").json or {}
    assert ready == {"database": True, "worker": True, "mail_lag": 7}
    sqlite_world.clock.forward(seconds=30)
    assert sqlite_world.browser().get("/readyz").status_code == 503
