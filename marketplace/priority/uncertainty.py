"""How sure the outcome scores are (评分误差): every sheet of the candidates' acceptance panels, calibrated together.

Experts are pseudonyms here. The estimation needs scipy: it runs in the worker or on the command line, never in a
request. Scores and draws leave as hundredths of a point, so that all that follows is the same on every machine.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.decision.calibration import Mixed, calibrate

DRAWS = 200
CENTS = 100


def calibrated(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """校正结果: for each outcome with sheets its calibrated score and its draws, in hundredths of a point."""
    sheets = [sheet for sheet in inputs["sheets"] if sheet["total"] is not None]
    if not sheets:
        return {"scores": {}, "draws": {}, "sheets": 0, "experts": 0, "warnings": [], "severity": 0}
    projects = sorted({sheet["project_id"] for sheet in sheets})
    experts = sorted({sheet["expert"] for sheet in sheets})
    return _plain(_fit(sheets, projects, experts, inputs["seed"]), projects, experts)


def _fit(
    sheets: Sequence[Mapping[str, Any]], projects: Sequence[int], experts: Sequence[str], seed: int
) -> Mixed:
    ordered = sorted(sheets, key=lambda sheet: (sheet["project_id"], sheet["expert"]))
    return calibrate(
        [projects.index(sheet["project_id"]) for sheet in ordered],
        [experts.index(sheet["expert"]) for sheet in ordered],
        [float(sheet["total"]) for sheet in ordered],
        n_projects=len(projects), n_reviewers=len(experts), draws=DRAWS, seed=seed,
    )  # fmt: skip


def _plain(mixed: Mixed, projects: Sequence[int], experts: Sequence[str]) -> dict[str, Any]:
    return {
        "scores": {
            str(project): round(score * CENTS)
            for project, score in zip(projects, mixed.score, strict=True)
            if score is not None
        },
        "draws": {
            str(project): [round(float(value) * CENTS) for value in mixed.draws[place]]
            for place, project in enumerate(projects)
        },
        "sheets": len(mixed.residual),
        "experts": len(experts),
        "warnings": [str(code) for code in mixed.warnings],
        "severity": round(mixed.variances.reviewer**0.5 * CENTS),
    }
