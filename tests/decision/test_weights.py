"""AHP, its repair advice, entropy and the blend."""

import numpy as np
import pytest

from marketplace.decision.base import Code, InputError
from marketplace.decision.weights import ahp, combine, entropy, group, synthesise

CONSISTENT = [[1, 2, 4], [0.5, 1, 2], [0.25, 0.5, 1]]
# The third judgement contradicts the first two: 2 · 2 is not 1/5.
CONTRADICTING = [[1, 2, 0.2], [0.5, 1, 2], [5, 0.5, 1]]


def test_a_consistent_matrix_gives_its_ratios() -> None:
    found = ahp(CONSISTENT)
    assert found.weights == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert found.lambda_max == pytest.approx(3)
    assert (found.acceptable, found.repairs, found.warnings) == (True, (), ())


def test_a_contradiction_is_named_with_a_value_that_repairs_it() -> None:
    found = ahp(CONTRADICTING)
    assert Code.INCONSISTENT in found.warnings
    assert len(found.repairs) == 3
    helping = [repair for repair in found.repairs if repair.cr_after <= 0.10]
    assert helping
    for repair in helping:
        mended = np.array(CONTRADICTING, dtype=float)
        mended[repair.i, repair.j], mended[repair.j, repair.i] = repair.suggested, 1 / repair.suggested
        assert ahp(mended).cr == pytest.approx(repair.cr_after)
        assert ahp(mended).acceptable


def test_steps_in_a_circle_are_left_out_and_the_weights_are_those_of_all_steps() -> None:
    ran = set()
    for upper in ((4, 4, 1 / 4), (1 / 7, 4, 1 / 4), (7, 1, 9), (1 / 9, 1, 5), (2, 1 / 3, 5), (3, 5, 2)):
        matrix = np.ones((3, 3))
        matrix[np.triu_indices(3, 1)] = upper
        matrix = np.where(np.tri(3, k=-1) == 1, 1 / matrix.T, matrix)
        weights, change, steps = np.full(3, 1 / 3), 1.0, 0
        while change >= 1e-16 and steps < 10_000:
            image = matrix @ weights
            before, weights, steps = weights, image / image.sum(), steps + 1
            change = np.abs(weights - before).max()
        ran.add(steps == 10_000)
        assert ahp(matrix).weights.tolist() == weights.tolist()
    assert ran == {True, False}


@pytest.mark.parametrize("size", [1, 2])
def test_one_or_two_criteria_are_always_consistent(size: int) -> None:
    matrix = [[1.0]] if size == 1 else [[1.0, 3.0], [1 / 3, 1.0]]
    assert ahp(matrix).cr == 0


def test_reciprocals_may_be_typed_with_three_decimals() -> None:
    assert ahp([[1, 7], [0.143, 1]]).weights == pytest.approx([7 / 8, 1 / 8], abs=1e-3)


@pytest.mark.parametrize(
    ("matrix", "rule"),
    [
        ([[1, 2], [2, 1]], "reciprocal"),
        ([[1, 10], [0.1, 1]], "1/9–9"),
        ([[2, 2], [0.5, 1]], "must be 1"),
        ([[1, -2], [-0.5, 1]], "above 0"),
        ([[1, 2, 3]], "square"),
        (np.ones((10, 10)), "1 to 9 rows"),
        ([[1, float("nan")], [1, 1]], "finite"),
        ([[1, "2"], [0.5, 1]], "numbers"),
        ([[1, 2], [1]], "equal length"),
    ],
)
def test_bad_matrices_are_refused(matrix: object, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        ahp(matrix)  # type: ignore[arg-type]


def test_a_group_is_the_geometric_mean_of_its_experts() -> None:
    opposite = (np.array(CONSISTENT).T).tolist()
    found = group([CONSISTENT, opposite])
    assert found.result.weights == pytest.approx([1 / 3] * 3)
    assert found.cr_by_expert == pytest.approx((0, 0))
    with pytest.raises(InputError, match="same criteria"):
        group([CONSISTENT, [[1, 2], [0.5, 1]]])
    with pytest.raises(InputError, match="at least one expert"):
        group([])


def test_combined_weights_need_one_matrix_for_each_criterion() -> None:
    assert synthesise(np.array([0.5, 0.5]), np.eye(2)) == pytest.approx([0.5, 0.5])
    with pytest.raises(InputError, match="each criterion"):
        synthesise(np.array([0.5, 0.5]), np.eye(3))


def test_a_constant_criterion_gets_no_weight_and_all_constant_equal_weights() -> None:
    one = entropy([[1, 5], [2, 5], [3, 5]])
    assert one.weights == pytest.approx([1, 0])
    assert one.entropy[1] == 1
    assert one.warnings == (Code.CONSTANT_CRITERION,)
    every = entropy([[5, 5], [5, 5]])
    assert every.weights == pytest.approx([0.5, 0.5])
    assert Code.EQUAL_WEIGHTS in every.warnings
    assert entropy([[3, 4, 5]]).weights == pytest.approx([1 / 3] * 3)


def test_zero_shares_add_nothing_to_the_entropy() -> None:
    found = entropy([[0, 1], [1, 1], [0, 2]], "minmax")
    assert found.entropy[0] == pytest.approx(0)
    assert np.isfinite(found.weights).all()


def test_entropy_refuses_what_it_cannot_weigh() -> None:
    with pytest.raises(InputError, match="at least 0"):
        entropy([[-1, 1], [2, 3]])
    with pytest.raises(InputError, match="normalisation"):
        entropy([[1, 1], [2, 3]], "max")


def test_the_blend_is_ahp_alone_by_default_and_says_how_far_the_order_moves() -> None:
    a, e = np.array([0.7, 0.3]), np.array([0.1, 0.9])
    scores = np.array([[90.0, 60.0], [60.0, 90.0], [70.0, 70.0]])
    assert combine(a, e).weights == pytest.approx(a)
    assert combine(a, e, 0.0).weights == pytest.approx(e)
    assert combine(a, e, 1.0, scores).tau == pytest.approx(1)
    assert (combine(a, e, 0.0, scores).tau or 0) < 0
    with pytest.raises(InputError, match="0–1"):
        combine(a, e, 2)
    with pytest.raises(InputError, match="no criterion"):
        combine(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 0.5)
