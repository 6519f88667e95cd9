"""催办阶梯: which reminder of a milestone is due when, and to whom. Pure: dates in, rungs out."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from marketplace.core import ladder
from marketplace.core.ladder import Rung
from marketplace.core.text import N_


class Audience(StrEnum):
    """提醒对象."""

    OWNER = "owner"  # 牵头单位填报人和负责人
    HEAD = "head"  # 牵头单位负责人
    SUPERIOR = "superior"  # 上级主管部门
    PROVINCE = "province"  # 省局


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

MOMENTS = {
    "T-30": N_("到期前30天"),
    "T-7": N_("到期前7天"),
    "T-1": N_("到期前1天"),
    "T": N_("到期当天"),
    "T+3": N_("逾期3天"),
    "T+7": N_("逾期7天"),
    "T+14": N_("逾期14天"),
}
"""The rungs in words (msgids)."""


def due_rungs(milestone_due_at: datetime, since: datetime, now: datetime) -> tuple[Rung, ...]:
    """The rungs of a milestone to climb now."""
    return ladder.due_rungs(LADDER, milestone_due_at, since, now)


def next_reminder(
    milestone_due_at: datetime, after: datetime, climbed: Collection[str] = ()
) -> datetime | None:
    """When its next rung is due: not before ``after`` (the project's opening, a return, the last climb)."""
    return ladder.next_rung(LADDER, milestone_due_at, after, climbed)
