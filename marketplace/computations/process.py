"""Watching over the child process: its answers, its time limit, its end."""

import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import IO, Any

from marketplace.computations.models import Failure
from marketplace.computations.registry import KINDS
from marketplace.config import ROOT
from marketplace.core.dataclass import dataclass
from marketplace.decision.base import InputError

log = logging.getLogger(__name__)

BEAT = 1.0
"""Seconds between two looks at whether to go on."""
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR")
"""What the child needs of the environment; no password is among it. One thread for linear algebra: the same bytes
whatever the machine's load."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a child: a result, a failure with its detail, or neither when it was told to stop."""

    result: dict[str, Any] | None = None
    failure: Failure | None = None
    detail: str = ""


@dataclass(slots=True)
class Progress:
    """How far it said it is."""

    percent: int = 0
    note: str = ""


GoOn = Callable[[Progress], bool]


@dataclass(slots=True)
class _Watch:
    answers: "queue.Queue[str | None]"
    limit: float
    go_on: GoOn
    progress: Progress = field(default_factory=Progress)


def compute_apart(address: str, payload: dict[str, Any], seconds: int, go_on: GoOn) -> Ended:
    """Runs the function at ``address`` in a process of its own. ``go_on`` is asked about once a second; when it says
    no, or the time is over, the child is killed."""
    with tempfile.TemporaryFile() as errors, _child(address, seconds, errors) as process:
        answers: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_listen, args=(process, answers), daemon=True).start()
        ended = _hand_over(process, payload) or _watch(_Watch(answers, time.monotonic() + seconds, go_on))
        if ended.failure is Failure.CRASHED:
            process.wait(BEAT)
            errors.seek(0)
            log.error("computation %s crashed: %s", address, errors.read()[-4000:].decode(errors="replace"))
        return ended


def compute_here(kind: str, payload: dict[str, Any]) -> Ended:
    """The same answer in this process, where nobody waits: sample data, tests."""
    try:
        return Ended(json.loads(json.dumps(KINDS[kind].compute(payload, _unheard), allow_nan=False)))
    except InputError as error:
        return Ended(failure=Failure.BAD_INPUT, detail=str(error))


def _unheard(percent: int, note: str = "") -> None:
    """Nobody asks how far it is."""


@contextmanager
def _child(address: str, seconds: int, errors: IO[bytes]) -> Iterator["subprocess.Popen[str]"]:
    """A process that is gone at the end of the block."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "marketplace.computations.child", address, str(seconds)],
        cwd=ROOT, env={**kept, **ONE_THREAD, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8", start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            _close(pipe)


def _close(pipe: IO[str] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except BrokenPipeError:
        log.debug("the child left part of its payload unread")


def _hand_over(process: "subprocess.Popen[str]", payload: dict[str, Any]) -> Ended | None:
    """The payload as one line; the pipe stays open as the child's sign of life of its parent."""
    if process.stdin is None:
        raise AssertionError("the child has a pipe")
    try:
        process.stdin.write(json.dumps(payload, ensure_ascii=False) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        return Ended(failure=Failure.CRASHED)
    return None


def _listen(process: "subprocess.Popen[str]", answers: "queue.Queue[str | None]") -> None:
    try:
        for line in process.stdout or ():
            answers.put(line)
    except ValueError:
        log.debug("the child was ended while it spoke")
    answers.put(None)


def _watch(watch: _Watch) -> Ended:
    while True:
        rest = watch.limit - time.monotonic()
        if rest <= 0:
            return Ended(failure=Failure.TIME_LIMIT)
        if not watch.go_on(watch.progress):
            return Ended()
        ended = _next_answers(watch, time.monotonic() + min(BEAT, rest))
        if ended is not None:
            return ended


def _next_answers(watch: _Watch, until: float) -> Ended | None:
    """Reads what the child says until the next look is due."""
    while (rest := until - time.monotonic()) > 0:
        try:
            line = watch.answers.get(timeout=rest)
        except queue.Empty:
            return None
        if line is None:
            return Ended(failure=Failure.CRASHED)
        said = json.loads(line)
        if "result" in said:
            return Ended(result=said["result"])
        if "error" in said:
            return Ended(failure=Failure.BAD_INPUT, detail=said["error"])
        watch.progress = Progress(said["progress"], said["note"])
    return None
