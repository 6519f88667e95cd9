"""The order of a run: every process begins with its share of the long tests, and no test is lost."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.order import LONG_BUT_LATER, LONGEST_FIRST, ordered

LONG = [f"tests/{start}{n}" for start in LONGEST_FIRST for n in range(3)]
LATER = [f"tests/{start}{n}" for start in LONG_BUT_LATER for n in range(4)]
SHORT = [f"tests/topics/test_pages.py::test_{n}" for n in range(200)]


def named(*names: str) -> list[Any]:
    return [SimpleNamespace(nodeid=name) for name in names]


def runs(names: list[str], processes: int) -> list[list[str]]:
    """The names as ``--dist worksteal`` deals them out."""
    dealt, left = [one.nodeid for one in ordered(named(*names), processes)], list[list[str]]()
    for process in range(processes):
        size = len(dealt) // (processes - process)
        left.append(dealt[:size])
        del dealt[:size]
    return left


@pytest.mark.parametrize("processes", [1, 2, 3, 5])
def test_every_process_begins_with_long_tests_and_none_is_lost(processes: int) -> None:
    found = runs(LATER + SHORT[:90] + LONG + SHORT[90:], processes)
    assert sorted(name for run in found for name in run) == sorted(LONG + LATER + SHORT)
    for run in found:
        share = sum(name in LONG for name in run)
        assert abs(share - len(LONG) / processes) < 1
        assert all(name in LONG for name in run[:share])
        short = [name for name in run if name in SHORT]
        assert short == sorted(short, key=SHORT.index)
    assert found[0][0] == LONG[0]


@pytest.mark.parametrize("processes", [1, 2, 3, 5])
def test_those_that_wait_for_a_long_one_stand_after_a_quarter_of_the_rest(processes: int) -> None:
    for run in runs(LATER + SHORT + LONG, processes):
        share = sum(name in LATER for name in run)
        assert abs(share - len(LATER) / processes) < 1
        rest = [name for name in run if name not in LONG]
        quarter = (len(rest) - share) // 4
        assert all(name in LATER for name in rest[quarter : quarter + share])


def test_every_name_of_a_long_test_is_one(request: pytest.FixtureRequest) -> None:
    """A renamed test would silently lose its place."""
    for start in LONGEST_FIRST + LONG_BUT_LATER:
        file, _, name = start.partition("::")
        assert f"def {name}" in (request.config.rootpath / "tests" / file).read_text(encoding="utf-8")


def test_without_long_tests_nothing_moves() -> None:
    assert [one.nodeid for one in ordered(named(*SHORT), 3)] == SHORT
