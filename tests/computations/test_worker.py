"""The worker computes in a child process: progress, time limit, cancel, faults, no needless module."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import update

from marketplace.computations.models import Computation
from marketplace.computations.operations import cancel, request
from marketplace.computations.work import MOST_ATTEMPTS, claim, run_due
from marketplace.notifications.jobs import Shift
from marketplace.notifications.lease import LostLease
from tests.support.world import World


def ask(world: World, kind: str, payload: dict[str, Any], time_limit: int = 30) -> int:
    asked: Computation = world.do(
        "officer",
        request,
        kind=kind,
        subject_kind="panel",
        subject_id=1,
        payload=payload,
        time_limit=time_limit,
    )
    return asked.id


def found(world: World, key: int) -> Computation:
    with world.reading() as session:
        return session.get_one(Computation, key)


def shift(world: World, may_continue: Callable[[], bool] = lambda: True) -> Shift:
    return Shift(world.app, may_continue, lambda _session: None)


def wait_for(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_result_comes_from_a_process_of_its_own(world: World) -> None:
    key = ask(world, "square", {"n": 12})
    assert run_due(shift(world)) == 1
    done = found(world, key)
    assert done.state == "done"
    result = done.result or {}
    assert result["square"] == 144
    loaded = {name.split(".")[0] for name in result["modules"]}
    assert not loaded & {"flask", "sqlalchemy", "scipy"}, "the child loads the function's own module only"
    assert (done.claim, done.claim_until, done.attempts) == (None, None, 1)


def test_bad_input_is_told_in_its_words(sqlite_world: World) -> None:
    key = ask(sqlite_world, "refuse", {})
    assert run_due(shift(sqlite_world)) == 1
    failed = found(sqlite_world, key)
    assert (failed.state, failed.error) == ("failed", "bad_input")
    assert failed.error_detail == "inputs.budget: must not be negative"


def test_a_crash_is_told_plainly_and_stops_nothing(sqlite_world: World) -> None:
    crashed = ask(sqlite_world, "crash", {})
    fine = ask(sqlite_world, "square", {"n": 2})
    assert run_due(shift(sqlite_world)) == 2
    assert (found(sqlite_world, crashed).error, found(sqlite_world, fine).state) == ("crashed", "done")


def test_the_time_limit_ends_it(world: World, tmp_path: Path) -> None:
    key = ask(world, "sleep", {"file": str(tmp_path / "pid"), "seconds": 60}, time_limit=2)
    begun = time.monotonic()
    assert run_due(shift(world)) == 1
    assert time.monotonic() - begun < 10
    failed = found(world, key)
    assert (failed.state, failed.error, failed.progress) == ("failed", "time_limit", 30)
    assert gone(int((tmp_path / "pid").read_text()))


def test_cancelling_kills_it(world: World, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    key = ask(world, "sleep", {"file": str(pid), "seconds": 60})
    worker = Thread(target=run_due, args=(shift(world),))
    worker.start()
    wait_for(lambda: pid.exists() and found(world, key).progress == 30)
    world.do("officer", cancel, (Computation, key))
    worker.join(10)
    assert not worker.is_alive()
    assert gone(int(pid.read_text()))
    assert (found(world, key).state, found(world, key).result) == ("cancelled", None)


def test_a_worker_that_has_to_stop_gives_it_back(sqlite_world: World, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    key = ask(sqlite_world, "sleep", {"file": str(pid), "seconds": 60})
    assert run_due(shift(sqlite_world, lambda: not pid.exists())) == 0
    back = found(sqlite_world, key)
    assert (back.state, back.attempts, back.claim) == ("queued", 0, None)
    assert gone(int(pid.read_text()))


def test_what_a_dead_worker_held_is_taken_up_when_its_claim_has_run_out(world: World) -> None:
    key = ask(world, "square", {"n": 5})
    assert claim(shift(world)) is not None
    assert claim(shift(world)) is None, "it is held"
    world.clock.forward(seconds=31)
    assert run_due(shift(world)) == 1
    assert (found(world, key).state, found(world, key).attempts) == ("done", 2)


def test_what_kills_its_worker_again_and_again_is_given_up(sqlite_world: World) -> None:
    key = ask(sqlite_world, "square", {"n": 5})
    for _ in range(MOST_ATTEMPTS):
        assert claim(shift(sqlite_world)) is not None
        sqlite_world.clock.forward(seconds=31)
    assert run_due(shift(sqlite_world)) == 0
    assert (found(sqlite_world, key).state, found(sqlite_world, key).error) == ("failed", "crashed")


def test_a_result_that_nobody_may_take_any_more(sqlite_world: World) -> None:
    key = ask(sqlite_world, "unwanted", {"n": 5})
    assert run_due(shift(sqlite_world)) == 1
    refused = found(sqlite_world, key)
    assert (refused.state, refused.error, refused.result) == ("failed", "refused", None)


def test_a_fault_in_delivery_is_given_up_after_some_tries(sqlite_world: World) -> None:
    key = ask(sqlite_world, "undeliverable", {"n": 5})
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(KeyError):
            run_due(shift(sqlite_world))
        sqlite_world.clock.forward(seconds=31)
    run_due(shift(sqlite_world))
    assert found(sqlite_world, key).state == "failed"


def test_who_was_overtaken_notes_nothing(sqlite_world: World) -> None:
    def lost(_session: Any) -> None:
        raise LostLease

    key = ask(sqlite_world, "square", {"n": 5})
    with pytest.raises(LostLease):
        run_due(Shift(sqlite_world.app, lambda: True, lost))
    assert found(sqlite_world, key).state == "queued"


def test_a_claim_that_another_took_over_is_lost(sqlite_world: World, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    key = ask(sqlite_world, "sleep", {"file": str(pid), "seconds": 60})
    worker = Thread(
        target=run_due, args=(shift(sqlite_world, lambda: found(sqlite_world, key).claim != "other"),)
    )
    worker.start()
    wait_for(pid.exists)
    with sqlite_world.uow() as uow:
        uow.session.execute(update(Computation).values(claim="other"))
    worker.join(10)
    assert not worker.is_alive()
    assert found(sqlite_world, key).claim == "other"
