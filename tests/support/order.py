"""Long tests begin a run, spread over its processes, so that no process is left with one when the others are done."""

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

PROCESS, PROCESSES = "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"

LONGEST_FIRST = (
    "journeys/test_pages.py::test_every_kind_of_page_is_reached_by_links",
    "journeys/test_story.py::test_a_topic_from_its_draft_to_the_ranked_list",
    "journeys/test_story.py::test_the_same_without_a_script",
    "journeys/test_season.py::",
    "notifications/test_kill.py::",
    "computations/test_kill.py::",
    "properties/test_calibration.py::",
)
LONG_BUT_LATER = ("journeys/test_pages.py::test_every_kind_of_page_looks_well",)
"""They wait for the walk of the first: a process that came to them at once would wait with them."""


def pytest_configure(config: pytest.Config) -> None:
    """Processes that collect all tests begin at different folders: in a fresh clone each compiles its share, and finds
    the others' compiled."""
    if PROCESS in os.environ and config.args == config.getini("testpaths"):
        folders = sorted(str(one) for root in config.args for one in Path(root).iterdir() if is_tests(one))
        begin = len(folders) * int(os.environ[PROCESS].removeprefix("gw")) // int(os.environ[PROCESSES])
        config.args[:] = folders[begin:] + folders[:begin]


def is_tests(path: Path) -> bool:
    """Whether pytest would look for tests there, from the folder above."""
    return path.name.startswith("test_") if path.is_file() else not path.name.startswith(("_", "."))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is left of the tests after all choosing, in the order of this run, which is the same in all processes."""
    processes = int(os.environ.get(PROCESSES, "1"))
    if processes > 1:
        items.sort(key=lambda item: item.nodeid.partition("::")[0])
    items[:] = ordered(items, processes)


def ordered(items: Sequence[pytest.Item], processes: int) -> list[pytest.Item]:
    """``--dist worksteal`` gives each process an equal run of the list: every run begins with its share of the long
    tests, has its share of the later ones after a quarter of the rest, and each test follows its neighbours of the
    same file."""
    long, later = chosen(items, LONGEST_FIRST), chosen(items, LONG_BUT_LATER)
    others = iter([item for item in items if item not in long and item not in later])
    left, made = len(items), list[pytest.Item]()
    for process in range(processes):
        room = left // (processes - process)
        first, second = long[process::processes], later[process::processes]
        rest = list(islice(others, room - len(first) - len(second)))
        quarter = len(rest) // 4
        made += first + rest[:quarter] + second + rest[quarter:]
        left -= room
    return made


def chosen(items: Sequence[pytest.Item], starts: Sequence[str]) -> list[pytest.Item]:
    """The tests whose names begin so, in the order of these beginnings."""
    return [item for start in starts for item in items if item.nodeid.startswith(f"tests/{start}")]
