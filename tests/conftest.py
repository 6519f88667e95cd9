"""The test suite's own parts."""

import gc

from hypothesis import settings

pytest_plugins = (
    "tests.support.no_skips",
    "tests.support.order",
    "tests.support.fixtures",
    "tests.support.world",
)

# The same examples in every run, however slow the machine.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=40, database=None)
settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: to look through it for garbage again and again is a twentieth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
