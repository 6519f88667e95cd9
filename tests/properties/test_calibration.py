"""What calibration, rank intervals and agreement must satisfy for any panel."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketplace.decision.calibration import additive, calibrate, contributions
from marketplace.decision.ranking import rank, ranks
from marketplace.decision.reliability import alpha, icc, icc_from_components
from marketplace.decision.simulation import Season, simulate

few = settings(max_examples=15, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)


def season(seed: int, projects: int = 20, reviewers: int = 8, size: int = 4, **kind: Any) -> Season:
    return simulate(projects, reviewers, size, seed=seed, **kind)


def numbers(values: tuple[float | None, ...]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values])


@few
@given(seeds, st.integers(0, 7), st.floats(-20, 20))
def test_one_reviewers_constant_shift_does_not_move_additive_ranks(seed: int, r: int, shift: float) -> None:
    drawn = season(seed)
    moved = drawn.y + shift * (drawn.reviewer == r)
    before, after = (additive(drawn.project, drawn.reviewer, y, n_reviewers=8) for y in (drawn.y, moved))
    assert numbers(after.q) == pytest.approx(numbers(before.q), abs=1e-8)
    assert ranks(numbers(after.q).round(6)) == ranks(numbers(before.q).round(6))


@few
@given(seeds, st.integers(0, 7))
def test_a_large_shift_hardly_moves_the_mixed_model_and_much_moves_the_means(seed: int, r: int) -> None:
    drawn = season(seed)
    moved = drawn.y + 60.0 * (drawn.reviewer == r)
    before, after = (numbers(calibrate(drawn.project, drawn.reviewer, y).q) for y in (drawn.y, moved))
    plain = np.bincount(drawn.project, moved - drawn.y) / 4
    assert (
        np.abs((after - after.mean()) - (before - before.mean())).max()
        < np.abs(plain - plain.mean()).max() / 2
    )


@few
@given(seeds)
def test_a_complete_panel_keeps_the_order_of_plain_means(seed: int) -> None:
    drawn = season(seed, 12, 5, 5, conflict_rate=0.0)
    found = calibrate(drawn.project, drawn.reviewer, drawn.y)
    assume(found.variances.project > 0)
    means = np.bincount(drawn.project, drawn.y) / 5
    assert ranks(numbers(found.score)) == ranks(means)


@few
@given(seeds)
def test_relabelling_only_permutes(seed: int) -> None:
    drawn, rng = season(seed), np.random.default_rng(seed)
    projects, reviewers, order = rng.permutation(20), rng.permutation(8), rng.permutation(len(drawn.y))
    before = calibrate(drawn.project, drawn.reviewer, drawn.y)
    after = calibrate(projects[drawn.project][order], reviewers[drawn.reviewer][order], drawn.y[order])
    assert numbers(after.q)[projects] == pytest.approx(numbers(before.q), abs=1e-4)
    assert numbers(after.b)[reviewers] == pytest.approx(numbers(before.b), abs=1e-4)
    assert numbers(after.q_sd)[projects] == pytest.approx(numbers(before.q_sd), abs=1e-4)


@few
@given(seeds, st.floats(0.1, 10))
def test_scaling_all_marks_scales_quality_and_keeps_ranks(seed: int, scale: float) -> None:
    drawn = season(seed)
    before = numbers(calibrate(drawn.project, drawn.reviewer, drawn.y).q)
    after = numbers(calibrate(drawn.project, drawn.reviewer, scale * drawn.y).q)
    assert after == pytest.approx(scale * before, abs=1e-3 * scale)


@few
@given(seeds, st.lists(st.floats(0.05, 1), min_size=1, max_size=5))
def test_calibrated_contributions_add_to_the_score(seed: int, weights: list[float]) -> None:
    drawn, rng = season(seed), np.random.default_rng(seed)
    marks = rng.uniform(40, 100, (len(drawn.y), len(weights)))
    parts = marks * (np.array(weights) / sum(weights))
    found = calibrate(drawn.project, drawn.reviewer, parts.sum(axis=1))
    assert contributions(found.fitted, parts).sum(axis=1) == pytest.approx(numbers(found.score), abs=1e-9)


@few
@given(seeds, st.sets(st.integers(0, 79), min_size=1, max_size=20))
def test_a_recused_review_leaves_no_trace(seed: int, gone: set[int]) -> None:
    drawn = season(seed)
    recused = np.isin(np.arange(len(drawn.y)), list(gone))
    marked = np.where(recused, 0.0, drawn.y)
    sizes = {"n_projects": 20, "n_reviewers": 8}
    with_it = calibrate(drawn.project, drawn.reviewer, marked, recused=recused, **sizes)
    without = calibrate(drawn.project[~recused], drawn.reviewer[~recused], drawn.y[~recused], **sizes)
    assert with_it.score == without.score
    assert (with_it.draws == without.draws).all()
    assert with_it.inputs_sha256 == without.inputs_sha256


@few
@given(seeds)
def test_the_same_seed_gives_the_same_draws(seed: int) -> None:
    drawn = season(seed)
    first, again, other = (calibrate(drawn.project, drawn.reviewer, drawn.y, seed=s) for s in (1, 1, 2))
    assert (first.draws == again.draws).all()
    assert first.score == other.score
    assert first.variances.project == 0 or (first.draws != other.draws).any()


def test_ninety_percent_intervals_cover_ninety_percent_and_hold_the_rank() -> None:
    covered, inside = [], []
    for seed in range(60):
        drawn = simulate(200, 40, 4, seed=seed)
        found = calibrate(drawn.project, drawn.reviewer, drawn.y, n_reviewers=40, seed=seed, scale=None)
        placed = rank(numbers(found.score), found.draws, 20)
        truth, low, high = (np.array(x) for x in (ranks(drawn.quality), placed.rank_lo, placed.rank_hi))
        covered.append(((low <= truth) & (truth <= high)).mean())
        inside.append(((low <= np.array(placed.rank)) & (np.array(placed.rank) <= high)).mean())
    assert 0.87 <= np.mean(covered) <= 0.93
    assert np.mean(inside) > 0.99


ratings = st.integers(2, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=n, max_size=n), min_size=2, max_size=6
    )
)


def by_pairs(rows: list[list[int | None]]) -> float | None:
    """Interval alpha from all pairs, as defined."""
    units = [[m for m in unit if m is not None] for unit in zip(*rows, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    every = [mark for unit in units for mark in unit]
    expected = sum((a - b) ** 2 for a in every for b in every)
    if not expected:
        return None
    observed = sum(sum((a - b) ** 2 for a in unit for b in unit) / (len(unit) - 1) for unit in units)
    return 1 - (len(every) - 1) * observed / expected


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ratings)
def test_interval_alpha_without_pairs_equals_alpha_by_pairs(rows: list[list[int | None]]) -> None:
    found = alpha(rows).alpha["interval"]
    expected = by_pairs(rows)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))


@few
@given(seeds)
def test_icc_from_components_is_that_of_the_complete_panel(seed: int) -> None:
    drawn = season(seed, 15, 5, 5, conflict_rate=0.0)
    found = calibrate(drawn.project, drawn.reviewer, drawn.y).variances
    assume(found.project > 0)
    assume(found.reviewer > 0)
    table = np.zeros((15, 5))
    table[drawn.project, drawn.reviewer] = drawn.y
    classic, components = (
        icc(table).icc,
        icc_from_components(found.project, found.reviewer, found.residual, 5),
    )
    assert components.agreement_1 == pytest.approx(classic["ICC2"], abs=1e-4)
    assert components.consistency_k == pytest.approx(classic["ICC3k"], abs=1e-4)
