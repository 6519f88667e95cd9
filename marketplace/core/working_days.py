"""Working days (工作日): Monday to Friday. Public holidays are not known here, so a date counted with this rule is
named as such wherever it is shown."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from marketplace.core.clock import beijing_date, end_of_day

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """True from Monday to Friday."""
    return day.weekday() < SATURDAY


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after ``day`` (counted from the day after the act)."""
    if count < 0:
        raise ValueError("working days are counted forwards")
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def end_of_working_days(moment: datetime, count: int) -> datetime:
    """公示期: ends at 24:00 in Beijing of the last of ``count`` working days after the moment's day."""
    return _end_after(beijing_date(moment), count)


@lru_cache(maxsize=1024)
def _end_after(day: date, count: int) -> datetime:
    return end_of_day(add_working_days(day, count))
