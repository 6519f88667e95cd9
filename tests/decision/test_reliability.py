"""Alpha, ICC, W: what is undefined is None with a code, and what follows from a low figure is said."""

import numpy as np
import pytest

from marketplace.decision.base import Code, InputError
from marketplace.decision.reliability import (
    Band,
    alpha,
    alpha_band,
    icc,
    icc_band,
    icc_from_components,
    kendall_w,
    reliability,
)


@pytest.mark.parametrize(
    "ratings",
    [
        [[1, None, None], [None, 2, None]],
        [[5, 5, 5], [5, 5, 5]],
        [[1, 2, 3]],
        [],
    ],
)
def test_alpha_without_comparable_or_differing_marks_is_undefined(ratings: list[list[float | None]]) -> None:
    found = alpha(ratings)
    assert set(found.alpha.values()) == {None}
    assert found.warnings == (Code.UNDEFINED,)


def test_perfect_agreement_is_one_under_every_metric() -> None:
    found = alpha([[1, 2, 3], [1, 2, 3]], ("nominal", "ordinal", "interval", "ratio"))
    assert list(found.alpha.values()) == pytest.approx([1, 1, 1, 1])


def test_alpha_refuses_unknown_metrics_and_ragged_rows() -> None:
    with pytest.raises(InputError, match="metric"):
        alpha([[1, 2]], ("cardinal",))
    with pytest.raises(InputError, match="equal length"):
        alpha([[1, 2], [1]])
    with pytest.raises(InputError, match="at least 0"):
        alpha([[-1, 2], [1, 2]], ("ratio",))


def test_icc_without_variance_or_with_one_judge_is_undefined() -> None:
    for ratings in (np.ones((4, 3)), np.ones((4, 1)), np.ones((1, 4))):
        found = icc(ratings)
        assert set(found.icc.values()) <= {None}
        assert set(found.limits.values()) == {None}
        assert found.warnings == (Code.UNDEFINED,)


def test_icc_of_judges_that_only_differ_in_severity() -> None:
    ratings = np.array([[1.0, 3], [2, 4], [5, 7]])
    found = icc(ratings)
    assert found.icc["ICC3"] == pytest.approx(1)
    assert found.icc["ICC2"] < 1  # type: ignore[operator]
    assert found.limits["ICC3"] is None


def test_icc_from_components_divides_the_error_by_the_panel() -> None:
    found = icc_from_components(6.0, 2.0, 4.0, 2)
    assert (found.agreement_1, found.agreement_k) == pytest.approx((0.5, 6 / 9))
    assert (found.consistency_1, found.consistency_k) == pytest.approx((0.6, 0.75))
    assert icc_from_components(0, 0, 0, 1).agreement_1 is None
    with pytest.raises(InputError, match="variances"):
        icc_from_components(-1, 0, 0, 1)


def test_w_runs_from_zero_to_one_and_needs_judges_that_differ() -> None:
    assert kendall_w([[1, 1], [2, 2], [3, 3]]).w_tie_corrected == pytest.approx(1)
    assert kendall_w([[1, 3], [2, 2], [3, 1]]).w == pytest.approx(0)
    flat = kendall_w([[5, 5], [5, 5]])
    assert (flat.w_tie_corrected, flat.chi2, flat.p) == (None, None, None)
    assert flat.warnings == (Code.UNDEFINED,)


def test_a_report_of_a_complete_and_of_an_incomplete_panel() -> None:
    complete = reliability([[1, 2, 3, 5], [1, 2, 4, 5], [2, 2, 4, 5]])
    assert complete.icc is not None
    assert complete.w is not None
    assert complete.alpha_band is Band.RELIABLE
    assert not complete.provisional
    gaps = reliability([[1, 5, None], [5, 1, 2], [None, 3, 4]], icc_from_components(1, 1, 6, 2))
    assert (gaps.icc, gaps.w) == (None, None)
    assert gaps.icc_band is Band.POOR
    assert set(gaps.warnings) == {Code.INCOMPLETE_PANEL, Code.PROVISIONAL_ORDER}
    assert gaps.provisional


def test_bands_begin_at_their_figures() -> None:
    assert [alpha_band(x) for x in (0.8, 0.667, 0.66, None)] == [
        Band.RELIABLE,
        Band.TENTATIVE,
        Band.UNRELIABLE,
        None,
    ]
    assert [icc_band(x) for x in (0.49, 0.5, 0.75, 0.9, None)] == [
        Band.POOR,
        Band.MODERATE,
        Band.GOOD,
        Band.EXCELLENT,
        None,
    ]
