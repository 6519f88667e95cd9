"""催办阶梯: which reminder of a milestone is due when, and to whom. Pure: dates in, rungs out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Audience(StrEnum):
    """提醒对象."""

    OWNER = "owner"  # 牵头单位填报人和负责人
    HEAD = "head"  # 牵头单位负责人
    SUPERIOR = "superior"  # 上级主管部门
    PROVINCE = "province"  # 省局


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: ``days`` relative to the due date (negative: before), and who hears of it."""

    code: str
    days: int
    audience: Audience

    @property
    def is_escalation(self) -> bool:
        """True when the milestone is overdue by then."""
        return self.days > 0

    def due_at(self, milestone_due_at: datetime) -> datetime:
        """When this rung is due. ``milestone_due_at`` is 24:00 of the due date, so T itself begins that morning's
        midnight: one day before the moment that is too late."""
        return milestone_due_at + timedelta(days=self.days - 1)


LADDER: tuple[Rung, ...] = (
    Rung("T-30", -30, Audience.OWNER),
    Rung("T-7", -7, Audience.OWNER),
    Rung("T-1", -1, Audience.OWNER),
    Rung("T", 0, Audience.OWNER),
    Rung("T+3", 3, Audience.HEAD),
    Rung("T+7", 7, Audience.SUPERIOR),
    Rung("T+14", 14, Audience.PROVINCE),
)
"""T is the due date: before and on it the owner, afterwards one level higher each time."""


def due_rungs(milestone_due_at: datetime, since: datetime, now: datetime) -> tuple[Rung, ...]:
    """The rungs to climb now, in order: due at ``since`` or later and by ``now``. ``since`` is when the first unclimbed
    rung was due, so after any downtime all that fell into it follow."""
    return tuple(rung for rung in LADDER if since <= rung.due_at(milestone_due_at) <= now)


def next_reminder(
    milestone_due_at: datetime, after: datetime, climbed: Collection[str] = ()
) -> datetime | None:
    """When the next rung is due: not before ``after`` (the project's opening, a return, the last climb), and never one
    that has been climbed already. None at the end of the ladder."""
    moments = (rung.due_at(milestone_due_at) for rung in LADDER if rung.code not in climbed)
    return next((moment for moment in moments if moment >= after), None)
