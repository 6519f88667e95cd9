"""The other models beside the mixed one, and what one reviewer does to the list (模型对照与留一检验).

Where models disagree about the order, the disagreement itself is information for the meeting.
"""

from collections.abc import Mapping

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, np
from marketplace.decision.base import InputError, Outcome, digest
from marketplace.decision.calibration.additive import additive_of
from marketplace.decision.calibration.bradley_terry import bradley_terry, wins_in
from marketplace.decision.calibration.fitted import refit_without
from marketplace.decision.calibration.mixed import Mixed
from marketplace.decision.calibration.shapes import Reviews, inputs_of
from marketplace.decision.calibration.zscore import zscore_of
from marketplace.decision.ranking import Shift, kendall_tau, ranks, shifts


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison(Outcome):
    """Ranks of the reviewed projects under each model, in the order of `projects`, and Kendall's τ to mixed.

    A model that refuses the panel is missing and named with its reason in `refused`.
    """

    projects: tuple[int, ...]
    ranks: Mapping[str, tuple[int, ...]]
    tau: Mapping[str, float | None]
    refused: Mapping[str, str]


def compare(mixed: Mixed) -> Comparison:
    """Rank the same reviews by plain mean, additive, z-score and Bradley–Terry beside the mixed model."""
    data = mixed.fitted.data
    there = data.per_project() > 0
    scores: dict[str, Floats] = {"mixed": _numbers(mixed.score, there), "plain": _plain(data)[there]}
    refused: dict[str, str] = {}
    if data.reviewer is not None:
        scores |= _others(data, there, refused)
    return Comparison(
        method="comparison",
        parameters={"models": sorted(scores)},
        warnings=(),
        trace={},
        inputs_sha256=digest(inputs_of(data)),
        projects=tuple(int(p) for p in np.flatnonzero(there)),
        ranks={model: ranks(values) for model, values in scores.items()},
        tau={model: kendall_tau(scores["mixed"], values) for model, values in scores.items()},
        refused=refused,
    )


def without_each_reviewer(mixed: Mixed) -> tuple[Shift, ...]:
    """For every reviewer: the largest rank change without those marks, at fixed variances."""
    data = mixed.fitted.data
    if data.reviewer is None:
        return ()
    there = data.per_project() > 0
    base = ranks(_numbers(mixed.score, there))
    used = np.unique(data.reviewer)
    others = [ranks(refit_without(mixed.fitted, data.reviewer == r)[1][there]) for r in used]
    places = np.flatnonzero(there)
    return tuple(
        Shift(int(used[s.left_out]), int(places[s.project]), s.change)
        for s in shifts(base, others)
        if len(base)
    )


def _others(data: Reviews, there: Bools, refused: dict[str, str]) -> dict[str, Floats]:
    found = {
        "zscore": _numbers(zscore_of(data).score, there),
        "bradley_terry": bradley_terry(wins_in(data)).ability[there],
    }
    try:
        found["additive"] = _numbers(additive_of(data).score, there)
    except InputError as refusal:
        refused["additive"] = refusal.rule
    return found


def _plain(data: Reviews) -> Floats:
    sums = np.bincount(data.project, data.w * data.y, minlength=data.n_projects)
    weights = np.bincount(data.project, data.w, minlength=data.n_projects)
    return np.asarray(sums / np.where(weights > 0, weights, 1.0))


def _numbers(values: tuple[float | None, ...], there: Bools) -> Floats:
    return np.array([value for value, ok in zip(values, there, strict=True) if ok and value is not None])
