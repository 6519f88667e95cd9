"""One clock decides. UTC inside, Beijing time at the edge; a deadline holds iff ``now < deadline``."""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]
"""Answers the present moment as an aware UTC datetime."""


def system_clock() -> datetime:
    """The machine's clock, aware, in UTC."""
    return datetime.now(UTC)


def before_deadline(now: datetime, deadline: datetime) -> bool:
    """截止判断: accepted iff the moment lies before the deadline. The only place where the two are compared."""
    return now < deadline


def to_beijing(moment: datetime) -> datetime:
    """The same moment on the wall clock in Beijing."""
    return moment.astimezone(BEIJING)


def beijing_date(moment: datetime) -> date:
    """The calendar day of the moment in Beijing."""
    return to_beijing(moment).date()


def from_beijing(naive: datetime) -> datetime:
    """A wall-clock time typed by a person in Beijing, as aware UTC."""
    return naive.replace(tzinfo=BEIJING).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """ "3月31日" ends at 24:00 Beijing time: the first moment that is too late, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), BEIJING).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The first moment of a Beijing day, in UTC."""
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the month's last day where that does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
