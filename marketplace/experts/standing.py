"""履职评价的结果: what the office's marks of the last two years say about an expert. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from marketplace.core.clock import add_months
from marketplace.core.dataclass import dataclass

MONTHS_BACK = 24
LEAST_AVERAGE = 60
SENIOR_REVIEWS = 10
SENIOR_MARK = 90


@dataclass(frozen=True, slots=True)
class Standing:
    """``reviews`` rated in the last two years, their ``average`` (one decimal, empty without any), whether it is too
    low to be chosen (``barred``), and whether it makes a senior expert (资深)."""

    reviews: int = 0
    average: Decimal | None = None
    senior: bool = False

    @property
    def barred(self) -> bool:
        """平均分低于60分: she is not chosen for panels until the average has risen or the marks are two years old."""
        return self.average is not None and self.average < LEAST_AVERAGE


UNRATED = Standing()


def first_day(today: date) -> date:
    """The first day whose marks count today."""
    return add_months(today, -MONTHS_BACK)


def standing(scores: Iterable[int]) -> Standing:
    """The standing from the marks of the last two years."""
    marks = list(scores)
    if not marks:
        return UNRATED
    average = (Decimal(sum(marks)) / len(marks)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    senior = len(marks) >= SENIOR_REVIEWS and min(marks) >= SENIOR_MARK
    return Standing(len(marks), average, senior)
