"""The child process of one computation: ``python -m marketplace.computations.child module:function seconds``.

The payload comes as one line of JSON on standard input, which then stays open: when it closes, the parent is gone and
so is the child. Answers are lines of JSON on standard output: progress, and at the end a result or an error. Only the
function's own module is imported, not the program."""

import json
import os
import resource
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, TextIO

from marketplace.decision.base import InputError

ORPHANED = 3
SPARE_CPU = 5


def main(address: str, seconds: str) -> None:
    """Compute once and answer."""
    answers = _own_channel()
    _limit_cpu(int(seconds))
    payload = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _say(answers, _outcome(_function(address), payload, answers))


def _own_channel() -> TextIO:
    """Standard output for answers alone: whatever else is printed goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _limit_cpu(seconds: int) -> None:
    """The kernel ends a child that neither parent nor pipe can reach; two cores may work at once."""
    most = 2 * seconds + SPARE_CPU
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def _end_with_parent() -> None:
    while sys.stdin.read(4096):
        pass
    os._exit(ORPHANED)


def _function(address: str) -> Callable[..., dict[str, Any]]:
    module, name = address.split(":")
    function: Callable[..., dict[str, Any]] = getattr(import_module(module), name)
    return function


def _outcome(compute: Callable[..., dict[str, Any]], payload: Any, answers: TextIO) -> dict[str, Any]:
    def report(percent: int, note: str = "") -> None:
        _say(answers, {"progress": max(0, min(99, percent)), "note": note})

    try:
        return {"result": compute(payload, report)}
    except InputError as error:
        return {"error": str(error)}


def _say(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what, ensure_ascii=False, allow_nan=False) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
