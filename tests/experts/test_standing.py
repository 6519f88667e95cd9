"""What the marks of two years make of an expert."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.experts.standing import Standing, first_day, standing


@pytest.mark.parametrize(
    ("scores", "wanted", "barred"),
    [
        ([], Standing(), False),
        ([60], Standing(1, Decimal("60.0")), False),
        ([59], Standing(1, Decimal("59.0")), True),
        ([100, 20], Standing(2, Decimal("60.0")), False),
        ([59, 60, 60], Standing(3, Decimal("59.7")), True),
        ([90] * 9, Standing(9, Decimal("90.0")), False),
        ([90] * 10, Standing(10, Decimal("90.0"), senior=True), False),
        ([100] * 9 + [89], Standing(10, Decimal("98.9")), False),
    ],
)
def test_the_standing(scores: list[int], wanted: Standing, barred: bool) -> None:
    found = standing(scores)
    assert (found, found.barred) == (wanted, barred)


def test_marks_count_for_two_years() -> None:
    assert first_day(date(2026, 3, 2)) == date(2024, 3, 2)
    assert first_day(date(2024, 2, 29)) == date(2022, 2, 28)
