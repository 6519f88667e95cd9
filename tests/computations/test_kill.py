"""``kill -9`` of a worker that computes, with real processes: its child dies with it, another takes the work up."""

import os
import signal
import sys
from pathlib import Path

from marketplace.computations.models import Computation
from marketplace.computations.operations import request
from tests.notifications.processes import PATIENCE, end, environment, running, to_the_present, until
from tests.support.world import World

COMMAND = [sys.executable, "-m", "flask", "--app", "tests.computations.worker_app", "worker"]


def alive(pid: int) -> bool:
    """A child whose parent died is reaped by somebody, or waits for it as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_worker_s_computation_is_taken_up_again(world: World, tmp_path: Path) -> None:
    log, pid = tmp_path / "log", tmp_path / "pid"
    to_the_present(world)
    asked: Computation = world.do(
        "officer", request, kind="slow_once", subject_kind="panel", subject_id=1,
        payload={"file": str(pid), "seconds": 300}, time_limit=600,
    )  # fmt: skip
    with running(COMMAND, environment(world), log) as first:
        until(lambda: pid.exists() and bool(pid.read_text()), log)
        os.kill(first.pid, signal.SIGKILL)
        first.wait(PATIENCE)
    child = int(pid.read_text())
    until(lambda: not alive(child), log, 10)
    with running(COMMAND, environment(world), log) as second:
        until(lambda: state(world, asked.id) == "done", log)
        assert end(second) == 0
    with world.reading() as session:
        done = session.get_one(Computation, asked.id)
        assert (done.result, done.attempts) == ({"again": True}, 2)


def state(world: World, key: int) -> str:
    with world.reading() as session:
        return session.get_one(Computation, key).state
