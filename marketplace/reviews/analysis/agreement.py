"""How far the experts agree (一致性): the figure that fits the panel, its band, and what may be done with the order."""

from typing import Any

from marketplace.decision.calibration import Mixed
from marketplace.decision.reliability import IccComponents, icc_from_components, reliability
from marketplace.reviews.analysis.places import Counted
from marketplace.reviews.analysis.question import Question


def agreement_record(question: Question, counted: Counted, mixed: Mixed) -> dict[str, Any]:
    """Alpha, ICC in the form that fits, W only where everybody scored everything. Of a single item there is no order
    that experts could agree on: nothing is said."""
    report = reliability(_table(counted), _components(counted, mixed))
    single, average = _icc(report.icc, report.components)
    several = report.alpha.n_units >= 2
    return {
        "alpha": _rounded(report.alpha.alpha["interval"]) if several else None,
        "alpha_band": str(report.alpha_band) if several and report.alpha_band else None,
        "icc_single": _rounded(single) if several else None,
        "icc_average": _rounded(average) if several else None,
        "icc_band": str(report.icc_band) if several and report.icc_band else None,
        "icc_from": "table" if report.icc is not None else "components",
        "w": None if report.w is None else _rounded(report.w.w_tie_corrected),
        "units": report.alpha.n_units,
        "ratings": report.alpha.n_ratings,
        "provisional": report.provisional or not several,
        "warnings": [str(code) for code in report.warnings],
    }


def _table(counted: Counted) -> list[list[float | None]]:
    """Marks by expert and item, None where there is none; only who and what has a sheet that counts."""
    given = {(entry.seat, entry.item): float(total) for entry, total in counted}
    items = sorted({item for _, item in given})
    return [[given.get((seat, item)) for item in items] for seat in sorted({seat for seat, _ in given})]


def _components(counted: Counted, mixed: Mixed) -> IccComponents | None:
    items = len({entry.item for entry, _ in counted})
    if not items:
        return None
    parts = mixed.variances
    return icc_from_components(parts.project, parts.reviewer, parts.residual, len(counted) / items)


def _icc(table: Any, components: IccComponents | None) -> tuple[float | None, float | None]:
    """Absolute agreement of one expert, and of the mean of all."""
    if table is not None:
        return table.icc["ICC2"], table.icc["ICC2k"]
    return (None, None) if components is None else (components.agreement_1, components.agreement_k)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
