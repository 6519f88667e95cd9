"""The test suite's own parts."""

import gc
import os

import pytest
from hypothesis import settings

gc.disable()  # until the tests are about to run: what is loaded and collected till then stays, and is no garbage

# As in the worker's children: on a busy machine more threads of linear algebra wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

pytest_plugins = (
    "tests.support.no_skips",
    "tests.support.order",
    "tests.support.run",
    "tests.support.fixtures",
    "tests.support.furnished",
)

# The same examples in every run, however slow the machine.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=40, database=None)
settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """What is loaded by now stays: to look through it for garbage again and again is a twentieth of a run."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
