"""The benchmark of the decision core: every figure beside its target, and what makes the run fail."""

import pytest

from tests.bench import decision
from tests.bench.decision import Figure, main


def test_the_table_prints_target_and_measured_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["views"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["task", "size", "target", "measured"]
    assert [line.split("  ")[0] for line in lines] == [
        "equal shares",
        "alpha, ICC, W",
        "uncertain weights, 1,000 draws",
    ]
    assert all("≤" in line and ("met" in line or "MISSED" in line) for line in lines)


@pytest.mark.parametrize(
    ("measured", "high", "low", "hard", "met", "fails"),
    [
        (0.5, 1.0, 0.0, False, True, False),
        (2.0, 1.0, 0.0, False, False, False),
        (3.5, 1.0, 0.0, False, False, True),
        (90.0, 93.0, 87.0, True, True, False),
        (86.9, 93.0, 87.0, True, False, True),
        (1.0, 0.0, 0.0, True, False, True),
    ],
)
def test_a_run_fails_far_over_a_target_or_outside_a_band(
    measured: float, high: float, low: float, hard: bool, met: bool, fails: bool
) -> None:
    figure = Figure("task", "size", measured, "s", high, low, hard)
    assert (figure.met, figure.fails) == (met, fails)
    assert ("MISSED" in figure.line()) is not met


def test_one_figure_far_over_its_target_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "TASKS", {"slow": lambda: iter([Figure("slow", "1", 9.0, "s", 1.0)])})
    assert main() == 1
