"""From the sheets of a panel to the record of its analysis (评分分析). Runs in the worker's child process."""

from collections.abc import Callable, Mapping
from typing import Any

from marketplace.decision.base import Code, InputError, digest
from marketplace.decision.calibration import Mixed, calibrate, compare
from marketplace.reviews.analysis.agreement import agreement_record
from marketplace.reviews.analysis.experts import expert_records
from marketplace.reviews.analysis.hints import hint_records
from marketplace.reviews.analysis.places import Counted, is_complete, item_records
from marketplace.reviews.analysis.question import LEVEL, Question, question_of

FORM = 1
"""The form of the record, raised when its keys change."""

Report = Callable[..., None]


def analyse(payload: dict[str, Any], report_progress: Report) -> dict[str, Any]:
    """The whole analysis of one panel as plain values; ``sha256`` covers everything else."""
    question = question_of(payload)
    result, counted = question.announced(), question.counted()
    report_progress(20)
    mixed = _fit(question, counted)
    report_progress(60)
    items = item_records(question, result, counted, mixed)
    complete = is_complete(question, counted)
    record = {
        "form": FORM,
        "inputs_sha256": digest(payload),
        "announced_sha256": result.inputs_sha256,
        "parameters": _parameters(question, mixed),
        "complete": complete,
        "calibration": _calibration(complete, mixed),
        "items": items,
        "experts": expert_records(question, counted, mixed),
        "agreement": agreement_record(question, counted, mixed),
        "models": _models(mixed),
        "hints": hint_records(question),
        "disagreements": _disagreements(question, items),
        "warnings": sorted({str(code) for code in (*mixed.warnings, *result.warnings)}),
    }
    return {**record, "sha256": digest(record)}


def _fit(question: Question, counted: Counted) -> Mixed:
    seats = {seat: number for number, seat in enumerate(question.seats)}
    items = {item: number for number, item in enumerate(question.items)}
    return calibrate(
        [items[entry.item] for entry, _ in counted],
        [seats[entry.seat] for entry, _ in counted],
        [float(total) for _, total in counted],
        n_projects=len(items), n_reviewers=len(seats), draws=question.draws, seed=question.seed,
    )  # fmt: skip


def _parameters(question: Question, mixed: Mixed) -> dict[str, Any]:
    parts = mixed.variances
    return {
        "method": mixed.method,
        "draws": question.draws,
        "seed": question.seed,
        "level": LEVEL,
        "places": question.places,
        "pass_line": question.criteria.pass_line,
        "trim_from": question.trim_from,
        "disagreement": question.disagreement,
        "variances": {
            "item": round(parts.project, 4),
            "expert": round(parts.reviewer, 4),
            "residual": round(parts.residual, 4),
        },
    }


def _calibration(complete: bool, mixed: Mixed) -> str:
    """``none``: everybody scored everything, nothing to correct. ``alike``: no difference of severity to be seen.
    ``apart``: groups of items without a common expert. ``used``: marks were corrected."""
    if complete:
        return "none"
    if Code.DISCONNECTED in mixed.warnings:
        return "apart"
    return "alike" if Code.NO_SEVERITY in mixed.warnings or Code.SINGLE_REVIEWER in mixed.warnings else "used"


def _models(mixed: Mixed) -> dict[str, Any]:
    """Kendall's τ between the order used here and those of three other ways to correct."""
    if sum(mixed.reviewed.tolist()) < 2:
        return {}
    try:
        other = compare(mixed)
    except InputError:
        return {}
    return {
        name: round(tau, 3)
        for name, tau in sorted(other.tau.items())
        if tau is not None and name not in ("mixed", "plain")
    }


def _disagreements(question: Question, items: list[dict[str, Any]]) -> list[int]:
    """超出分歧限度的项目: the widest apart first."""
    line = question.disagreement
    if line is None:
        return []
    wide = [(float(item["range"]), item["item"]) for item in items if item["range"] is not None]
    return [item for apart, item in sorted(wide, key=lambda one: (-one[0], one[1])) if apart > line]


def disputed_items(record: Mapping[str, Any] | None) -> list[int]:
    """需会议审议 because announced and calibrated result disagree about who wins."""
    return [item["item"] for item in (record or {}).get("items", ()) if item.get("disputed")]
