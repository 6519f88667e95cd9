"""The tests' kinds of computation, for the length of a test."""

import pytest

from marketplace.computations.registry import KINDS
from tests.computations.kinds import TRIALS


@pytest.fixture(autouse=True)
def _trials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in TRIALS.items():
        monkeypatch.setitem(KINDS, name, kind)
