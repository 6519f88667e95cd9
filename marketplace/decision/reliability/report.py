"""All agreement figures of one panel, and what follows from them (一致性报告)."""

from collections.abc import Sequence
from enum import StrEnum

from marketplace.core.dataclass import dataclass
from marketplace.decision.base import Code, Outcome, digest, sorted_codes
from marketplace.decision.reliability.alpha import Alpha, alpha
from marketplace.decision.reliability.concordance import Concordance, kendall_w
from marketplace.decision.reliability.icc import Icc, IccComponents, icc


class Band(StrEnum):
    """What a figure allows to say (等级): alpha after Krippendorff (2004), ICC after Koo & Li (2016)."""

    RELIABLE = "reliable"
    TENTATIVE = "tentative"
    UNRELIABLE = "unreliable"
    EXCELLENT = "excellent"
    GOOD = "good"
    MODERATE = "moderate"
    POOR = "poor"


@dataclass(frozen=True, kw_only=True, eq=False)
class Reliability(Outcome):
    """Alpha always; ICC and W only for complete panels; ICC from variance components when given.

    `provisional`: interval alpha is below 0.667 or undefined, and the page must call the order provisional.
    """

    alpha: Alpha
    alpha_band: Band | None
    icc: Icc | None
    components: IccComponents | None
    icc_band: Band | None
    w: Concordance | None
    provisional: bool


def reliability(
    ratings: Sequence[Sequence[float | None]], components: IccComponents | None = None
) -> Reliability:
    """Agreement of ratings [reviewer, unit], None = no rating (every reviewer a row of equal length)."""
    found = alpha(ratings)
    by_unit = list(zip(*ratings, strict=True))
    complete = bool(by_unit) and all(None not in row for row in by_unit)
    panel = icc([list(row) for row in by_unit if None not in row]) if complete else None
    single = panel.icc["ICC2"] if panel is not None else components.agreement_1 if components else None
    interval = found.alpha["interval"]
    band = alpha_band(interval)
    provisional = band in (None, Band.UNRELIABLE)
    return Reliability(
        method="reliability",
        parameters={"alpha_bands": [0.667, 0.8], "icc_bands": [0.5, 0.75, 0.9]},
        warnings=sorted_codes(
            {
                Code.UNDEFINED: interval is None,
                Code.INCOMPLETE_PANEL: not complete,
                Code.PROVISIONAL_ORDER: provisional,
            }
        ),
        trace={"n_units": found.n_units, "n_ratings": found.n_ratings},
        inputs_sha256=digest({"ratings": ratings, "components": components}),
        alpha=found,
        alpha_band=band,
        icc=panel,
        components=components,
        icc_band=icc_band(single),
        w=kendall_w([list(row) for row in by_unit]) if complete else None,
        provisional=provisional,
    )


def alpha_band(value: float | None) -> Band | None:
    """Reliable from 0.80, tentative from 0.667; None when undefined."""
    if value is None:
        return None
    return Band.RELIABLE if value >= 0.8 else Band.TENTATIVE if value >= 0.667 else Band.UNRELIABLE


def icc_band(value: float | None) -> Band | None:
    """Poor below 0.5, moderate below 0.75, good below 0.9, else excellent; None when undefined."""
    if value is None:
        return None
    return (
        Band.POOR
        if value < 0.5
        else Band.MODERATE
        if value < 0.75
        else Band.GOOD
        if value < 0.9
        else Band.EXCELLENT
    )
