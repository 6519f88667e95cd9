"""Deadlines are told as people say them."""

from datetime import UTC, datetime

import pytest

from marketplace.web.formats import until_text

MIDNIGHT = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
AFTERNOON = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "english", "weekday", "told"),
    [
        (MIDNIGHT, False, False, "2026年3月31日 24:00"),
        (MIDNIGHT, False, True, "2026年3月31日 星期二 24:00"),
        (MIDNIGHT, True, True, "Tuesday, 31 Mar 2026, 24:00"),
        (AFTERNOON, False, True, "2026年3月31日 星期二 17:30"),
        (None, False, False, ""),
    ],
)
def test_midnight_is_the_end_of_the_day_before(
    moment: datetime | None, english: bool, weekday: bool, told: str
) -> None:
    assert until_text(moment, english, weekday) == told
