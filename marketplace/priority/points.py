"""成效计分: what an accepted or failed outcome earns, and why. Pure: values in, entries out."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from marketplace.core.clock import add_months, to_beijing
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Earned:
    """One entry to be: ``part`` is lead or partner; ``basis`` holds the numbers that made the points."""

    organisation_id: int
    part: str
    points: Decimal
    reason: str
    basis: dict[str, str | int]


def earn(
    grade_points: int, grade_label: str, partner_share: int, lead_id: int, partner_ids: tuple[int, ...]
) -> tuple[Earned, ...]:
    """The lead earns the grade's points in full, each partner ``partner_share`` per cent of them (按比例计分)."""
    full = Decimal(grade_points)
    share = (full * partner_share / 100).quantize(HUNDREDTH, ROUND_HALF_UP)
    basis: dict[str, str | int] = {"grade": grade_label, "grade_points": grade_points}
    lead = Earned(lead_id, "lead", full, N_("牵头项目验收"), {**basis, "share": 100})
    others = tuple(
        Earned(partner, "partner", share, N_("参与项目验收"), {**basis, "share": partner_share})
        for partner in partner_ids
    )
    return (lead, *others)


def valid_until(earned_at: datetime, years: int) -> datetime:
    """The first moment at which the points no longer count: the same Beijing date ``years`` later."""
    local = to_beijing(earned_at)
    day = add_months(local.date(), 12 * years)
    return local.replace(year=day.year, month=day.month, day=day.day).astimezone(earned_at.tzinfo)
