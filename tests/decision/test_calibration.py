"""Calibration: the edge cases an office will meet, each with its code, never a NaN."""

import numpy as np
import pytest

from marketplace.decision.base import Code, InputError
from marketplace.decision.calibration import (
    additive,
    bradley_terry,
    calibrate,
    compare,
    contributions,
    wins_of,
    without_each_reviewer,
    zscore,
    zscores,
)
from marketplace.decision.calibration.equations import design
from marketplace.decision.calibration.reml import at_ratios, gradient
from marketplace.decision.ranking import rank
from marketplace.decision.simulation import Habits, Season, simulate


@pytest.fixture(scope="module")
def season() -> Season:
    return simulate(40, 12, 5, seed=7)


def flags(found: object, code: Code) -> list[int]:
    return [flag.index for flag in found.flags if flag.code is code]  # type: ignore[attr-defined]


def test_severe_experts_are_found_and_the_list_comes_closer_to_the_truth(season: Season) -> None:
    found = calibrate(season.project, season.reviewer, season.y)
    raw = np.bincount(season.project, season.y) / np.bincount(season.project)
    assert np.corrcoef(found.score, season.quality)[0, 1] > np.corrcoef(raw, season.quality)[0, 1]
    assert np.corrcoef(found.b, season.severity)[0, 1] > 0.8
    assert found.variances.project == pytest.approx(36, rel=0.6)
    assert found.component == (0,) * 40


def test_the_gain_promised_for_large_seasons_is_reached() -> None:
    large = simulate(500, 80, 3, seed=2)
    found = calibrate(large.project, large.reviewer, large.y)
    raw = np.bincount(large.project, large.y) / np.bincount(large.project)
    before, after = (np.corrcoef(s, large.quality)[0, 1] for s in (raw, found.score))
    assert after > before + 0.03
    assert after > 0.85


def test_one_reviewer_only_makes_no_claim_about_severity() -> None:
    found = calibrate([0, 1, 2], [0, 0, 0], [70, 80, 90])
    assert found.b == (None,)
    assert Code.SINGLE_REVIEWER in found.warnings
    assert found.variances.reviewer == 0
    assert found.q[0] < found.q[1] < found.q[2]  # type: ignore[operator]


def test_projects_with_one_review_and_without_any() -> None:
    found = calibrate([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], [70, 72, 80, 85, 90], n_projects=4)
    assert flags(found, Code.ONE_REVIEW) == [2]
    assert flags(found, Code.NO_REVIEW) == [3]
    assert (found.score[3], found.q[3], found.q_sd[3]) == (None, None, None)
    assert found.component[3] == -1
    assert found.q_sd[2] > found.q_sd[0]  # type: ignore[operator]
    assert np.isfinite(found.draws).all()


def test_no_review_at_all() -> None:
    found = calibrate([], [], [], n_projects=2, n_reviewers=1)
    assert found.score == (None, None)
    assert Code.EMPTY in found.warnings


def test_equal_marks_leave_every_rank_open() -> None:
    found = calibrate([0, 0, 1, 1], [0, 1, 0, 1], [80.0] * 4)
    assert Code.ALL_EQUAL in found.warnings
    assert found.score == (80.0, 80.0)
    assert found.variances.project == found.variances.residual == 0
    placed = rank([80, 80], found.draws, 1)
    assert (placed.rank_lo, placed.rank_hi) == ((1, 1), (2, 2))


def test_no_difference_in_severity_is_said() -> None:
    # Project means differ, reviewer means are the same, and residuals alternate.
    y = [70, 74, 74, 70, 80, 84, 84, 80]
    found = calibrate([0, 0, 1, 1, 2, 2, 3, 3], [0, 1] * 4, y)
    assert found.variances.reviewer == 0
    assert Code.NO_SEVERITY in found.warnings


def test_indistinguishable_projects_get_full_intervals() -> None:
    y = [70, 80, 80, 70, 71, 79, 79, 71]
    found = calibrate([0, 0, 1, 1, 2, 2, 3, 3], [0, 1] * 4, y)
    assert found.variances.project == 0
    assert Code.INDISTINGUISHABLE in found.warnings
    placed = rank([value or 0.0 for value in found.score], found.draws, 1)
    assert (placed.rank_lo, placed.rank_hi) == ((1,) * 4, (4,) * 4)


def test_a_panel_in_parts_is_told_and_refused_by_the_additive_model() -> None:
    project, reviewer = [0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 0, 1, 2, 3, 2, 3]
    y = [70, 75, 80, 88, 60, 66, 90, 91]
    found = calibrate(project, reviewer, y)
    assert Code.DISCONNECTED in found.warnings
    assert found.component == (0, 0, 1, 1)
    with pytest.raises(InputError, match="DISCONNECTED"):
        additive(project, reviewer, y)
    assert "additive" in compare(found).refused


def test_a_reviewer_alone_in_a_part_is_confounded_with_its_projects() -> None:
    found = calibrate([0, 0, 1, 1, 2, 3], [0, 1, 0, 1, 2, 2], [70, 75, 80, 88, 60, 66])
    assert flags(found, Code.CONFOUNDED) == [2]


def test_reviewers_with_one_review_and_without_spread_are_flagged() -> None:
    project = [0, 1, 2, 0, 1, 2, 0]
    reviewer = [0, 0, 0, 1, 1, 1, 2]
    found = calibrate(project, reviewer, [70, 80, 85, 90, 90, 90, 60])
    assert flags(found, Code.REVIEWER_ONE_REVIEW) == [2]
    assert flags(found, Code.NO_SPREAD) == [1]


def test_an_outlying_review_is_flagged_and_kept(season: Season) -> None:
    y = season.y.copy()
    y[17] -= 60
    found = calibrate(season.project, season.reviewer, y)
    assert flags(found, Code.OUTLIER) == [17]
    assert len(found.residual) == len(y)


def test_scores_outside_the_scale_are_ranked_and_flagged(season: Season) -> None:
    found = calibrate(season.project, season.reviewer, season.y + 20)
    assert flags(found, Code.OUTSIDE_SCALE)
    assert max(value for value in found.score if value is not None) > 100


@pytest.mark.parametrize(
    ("project", "reviewer", "y", "rule"),
    [
        ([0, 0], [1, 1], [70, 71], "given twice"),
        ([0, 1], [0, 0], [70, float("nan")], "finite"),
        ([0, -1], [0, 1], [70, 71], "lie in"),
        ([0], [0, 1], [70, 71], "each review"),
        ([0, 0.5], [0, 1], [70, 71], "whole number"),
    ],
)
def test_bad_reviews_are_refused(project: list[int], reviewer: list[int], y: list[float], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        calibrate(project, reviewer, y)


def test_weights_draws_and_marks_are_checked() -> None:
    with pytest.raises(InputError, match="weight"):
        calibrate([0, 1], [0, 1], [70, 80], w=[1, 0])
    with pytest.raises(InputError, match="draws"):
        calibrate([0, 1], [0, 1], [70, 80], draws=0)
    with pytest.raises(InputError, match="recused"):
        calibrate([0, 1], [0, 1], [70, 80], recused=[True])


def test_the_gradient_of_the_deviance_is_exact(season: Season) -> None:
    for big, small, sizes in (
        (season.project, season.reviewer, (40, 12)),
        (season.reviewer, season.project, (12, 40)),
    ):
        g, h = design(big, small, np.ones(len(season.y)), *sizes), 1e-5
        found = gradient(at_ratios(g, season.y, 0.5, 0.2))
        by_big = (
            at_ratios(g, season.y, 0.5 * np.exp(h), 0.2).deviance
            - at_ratios(g, season.y, 0.5 * np.exp(-h), 0.2).deviance
        )
        by_small = (
            at_ratios(g, season.y, 0.5, 0.2 * np.exp(h)).deviance
            - at_ratios(g, season.y, 0.5, 0.2 * np.exp(-h)).deviance
        )
        assert found == pytest.approx((by_big / 2 / h, by_small / 2 / h), rel=1e-5)


def test_many_pairs_are_summed_densely_to_the_same_equations(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    sparse = calibrate(season.project, season.reviewer, season.y)
    monkeypatch.setattr("marketplace.decision.calibration.equations.PAIR_LIMIT", 0)
    dense = calibrate(season.project, season.reviewer, season.y)
    assert dense.score == pytest.approx(sparse.score, abs=1e-6)
    assert dense.q_sd == pytest.approx(sparse.q_sd, abs=1e-6)


def test_heavier_reviews_count_for_more() -> None:
    project, reviewer, y = [0, 0, 1, 1, 2, 2], [0, 1] * 3, [60.0, 90, 70, 70, 65, 80]
    light = calibrate(project, reviewer, y)
    heavy = calibrate(project, reviewer, y, w=[1, 50, 1, 1, 1, 1])
    assert heavy.score[0] > light.score[0]  # type: ignore[operator]


def test_contributions_are_those_of_the_reviews_that_count(season: Season) -> None:
    recused = np.arange(len(season.y)) % 11 == 0
    parts = np.column_stack([0.6 * season.y, 0.4 * season.y + 1.0, np.full(len(season.y), -1.0)])
    found = calibrate(season.project, season.reviewer, season.y, recused=recused)
    assert contributions(found.fitted, parts).sum(axis=1) == pytest.approx(
        [value or np.nan for value in found.score], abs=1e-9
    )


def test_one_reviewer_left_out_moves_somebody(season: Season) -> None:
    found = without_each_reviewer(calibrate(season.project, season.reviewer, season.y))
    assert [shift.left_out for shift in found] == list(range(12))
    assert max(abs(shift.change) for shift in found) > 0
    assert without_each_reviewer(calibrate([0, 1], None, [1.0, 2.0])) == ()


def test_all_models_rank_the_same_projects(season: Season) -> None:
    found = compare(calibrate(season.project, season.reviewer, season.y))
    assert set(found.ranks) == {"mixed", "plain", "zscore", "additive", "bradley_terry"}
    assert all(len(places) == 40 for places in found.ranks.values())
    assert all((tau or 0) > 0.6 for tau in found.tau.values())
    assert set(compare(calibrate([0, 1], None, [1.0, 2.0])).ranks) == {"mixed", "plain"}


def test_additive_effects_of_exact_marks_are_exact() -> None:
    q, b = np.array([-4.0, 1, 3]), np.array([-2.0, 2])
    project, reviewer = np.repeat([0, 1, 2], 2), np.tile([0, 1], 3)
    found = additive(project, reviewer, 75 + q[project] + b[reviewer])
    assert found.q == pytest.approx(tuple(q))
    assert found.b == pytest.approx(tuple(b))
    assert (found.mu, found.residual_df) == pytest.approx((75, 2))


def test_additive_errors_agree_with_least_squares(season: Season) -> None:
    found = additive(season.project, season.reviewer, season.y)
    swapped = additive(season.reviewer, season.project, season.y)
    assert swapped.b == pytest.approx(found.q)
    assert swapped.b_sd == pytest.approx(found.q_sd)
    x = np.zeros((len(season.y), 1 + 39 + 11))
    x[:, 0] = 1
    for i, (p, r) in enumerate(zip(season.project, season.reviewer, strict=True)):
        x[i, 1:40] = np.eye(39)[p] if p < 39 else -1
        x[i, 40:] = np.eye(11)[r] if r < 11 else -1
    cov = np.linalg.inv(x.T @ x) * found.mse
    assert found.q_sd[:39] == pytest.approx(np.sqrt(np.diag(cov))[1:40])
    assert found.b_sd[:11] == pytest.approx(np.sqrt(np.diag(cov))[40:])


def test_additive_without_freedom_has_no_error_and_without_marks_is_refused() -> None:
    found = additive([0, 1], [0, 0], [70, 80])
    assert (found.mse, found.f) == (None, None)
    assert found.q_sd == (None, None)
    assert {Code.NO_RESIDUAL_FREEDOM, Code.SINGLE_REVIEWER} == set(found.warnings)
    with pytest.raises(InputError, match="at least one"):
        additive([], [], [])


def test_standard_scores_need_enough_marks_that_differ() -> None:
    project = list(range(5)) * 3
    reviewer = [0] * 5 + [1] * 5 + [2] * 5
    y = [60, 65, 70, 75, 80, 90, 90, 90, 90, 90, 70, 75, 80, 85, 90]
    found = zscore(project + [0], reviewer + [3], [*y, 99])
    assert found.standardised == (True, False, True, False)
    assert flags(found, Code.NO_SPREAD) == [1]
    assert flags(found, Code.TOO_FEW_REVIEWS) == [3]
    assert found.score[0] < found.score[4]  # type: ignore[operator]
    assert zscore([0], [0], [70], n_projects=2).score == (70.0, None)
    with pytest.raises(InputError, match="differ"):
        zscores([5, 5])


def test_somebody_who_never_lost_gets_a_finite_ability() -> None:
    found = bradley_terry([[0, 3, 3], [0, 0, 2], [0, 1, 0]])
    assert found.ridge > 0
    assert found.warnings == (Code.RIDGE,)
    assert np.isfinite(found.ability).all()
    assert found.ability[0] > found.ability[1] > found.ability[2]


def test_projects_nobody_compared_stay_at_zero() -> None:
    found = bradley_terry([[0, 2, 0], [1, 0, 0], [0, 0, 0]])
    assert found.compared.tolist() == [True, True, False]
    assert found.ability[2] == 0
    assert found.ability[0] == pytest.approx(-found.ability[1])
    assert found.ability[0] - found.ability[1] == pytest.approx(np.log(2))


def test_marks_are_read_as_orders_with_half_wins_for_ties() -> None:
    wins = wins_of([0, 1, 2], [0, 0, 0], [90, 80, 80])
    assert wins.tolist() == [[0, 1, 1], [0, 0, 0.5], [0, 0.5, 0]]


@pytest.mark.parametrize("wins", [[[0, -1], [1, 0]], [[1, 1], [1, 0]], [[0, 1]]])
def test_impossible_wins_are_refused(wins: list[list[float]]) -> None:
    with pytest.raises(InputError, match="wins"):
        bradley_terry(wins)


def test_habits_of_simulated_experts_are_visible() -> None:
    drawn = simulate(
        60, 20, 5, habits=Habits(severe=0.2, lenient=0.2, flat=0.1, random=0.1), seed=5, decimals=0
    )
    kinds = np.array(drawn.trace["habits"])
    assert drawn.severity[kinds == 1].mean() - drawn.severity[kinds == 0].mean() > 8
    for r in np.flatnonzero(kinds == 2):
        assert len(set(drawn.y[drawn.reviewer == r])) == 1
    assert drawn.y.min() >= 0
    assert drawn.y.max() <= 100
    assert not drawn.conflict[drawn.project, drawn.reviewer].any()
    load = np.bincount(drawn.reviewer, minlength=20)
    assert load.max() - load.min() <= 3


def test_impossible_seasons_are_refused() -> None:
    with pytest.raises(InputError, match="per_project"):
        simulate(5, 3, 4, seed=0)
    with pytest.raises(InputError, match="habits"):
        simulate(5, 3, 2, habits=Habits(severe=0.8, lenient=0.8), seed=0)
