"""A mail names a deadline as people say it, like the pages."""

from datetime import UTC, datetime

import pytest

from marketplace.notifications.rendering import environment


@pytest.mark.parametrize(
    ("locale", "said"),
    [("zh_Hans_CN", "2026年3月31日 星期二 24:00"), ("en", "Tuesday, 31 Mar 2026, 24:00")],
)
def test_midnight_is_the_end_of_the_day_before(locale: str, said: str) -> None:
    midnight = datetime(2026, 3, 31, 16, tzinfo=UTC)
    template = environment(locale).from_string("{{ moment|until(weekday=true) }}")
    assert template.render(moment=midnight) == said
