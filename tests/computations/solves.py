"""Functions for the child process to compute."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from marketplace.decision.base import InputError


def square(payload: dict[str, Any], report: Any) -> dict[str, Any]:
    report(50, "正在准备数据")
    print("noise on standard output is no answer")
    return {"square": payload["n"] ** 2, "modules": sorted(sys.modules)}


def refuse(payload: dict[str, Any], report: Any) -> dict[str, Any]:
    raise InputError("inputs.budget", "must not be negative")


def crash(payload: dict[str, Any], report: Any) -> dict[str, Any]:
    raise ZeroDivisionError


def sleep(payload: dict[str, Any], report: Any) -> dict[str, Any]:
    """Notes its process, says how far it is, and sleeps."""
    report(30, "正在准备数据")
    Path(payload["file"]).write_text(str(os.getpid()))
    time.sleep(payload["seconds"])
    return {"slept": True}


def slow_once(payload: dict[str, Any], report: Any) -> dict[str, Any]:
    """The first time it does not end by itself."""
    if Path(payload["file"]).exists():
        return {"again": True}
    return sleep(payload, report)
