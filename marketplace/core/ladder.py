"""提醒阶梯: which reminder of something that is due goes out when. Pure: dates in, rungs out."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from marketplace.core.clock import beijing_date, start_of_day
from marketplace.core.dataclass import dataclass

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: ``days`` relative to the due day (negative: before), and who hears of it."""

    code: str
    days: int
    audience: str

    @property
    def is_escalation(self) -> bool:
        """True when the thing is overdue by then."""
        return self.days > 0

    def due_at(self, too_late: datetime) -> datetime:
        """When this rung is due: as its day begins in Beijing. ``too_late`` is the first moment after the deadline, so
        24:00 of a day belongs to that day."""
        return start_of_day(beijing_date(too_late - A_MOMENT) + timedelta(days=self.days))


Ladder = Sequence[Rung]


def due_rungs(ladder: Ladder, too_late: datetime, since: datetime, now: datetime) -> tuple[Rung, ...]:
    """The rungs to climb now, in order: due at ``since`` or later and by ``now``. ``since`` is when the first unclimbed
    rung was due, so after any downtime all that fell into it follow."""
    return tuple(rung for rung in ladder if since <= rung.due_at(too_late) <= now)


def next_rung(
    ladder: Ladder, too_late: datetime, after: datetime, climbed: Collection[str] = ()
) -> datetime | None:
    """When the next rung is due: not before ``after``, and never one that has been climbed already. None at the end of
    the ladder."""
    moments = (rung.due_at(too_late) for rung in ladder if rung.code not in climbed)
    return next((moment for moment in moments if moment >= after), None)
