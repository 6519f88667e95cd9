"""Weights by pairwise comparison (层次分析法), consistency and how to repair it.

T. L. Saaty, The Analytic Hierarchy Process (1980);
groups: J. Aczél & T. L. Saaty, J. Math. Psychology 27 (1983).
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, np
from marketplace.decision.base import Code, InputError, Outcome, digest, finite, read_only

SAATY_1980: Mapping[int, float] = MappingProxyType(
    {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45}
)
STEPS = 10_000
"""Of the power iteration at most."""
ACCEPTABLE_CR = 0.10
# Reciprocals are often typed with three decimals: 0.143 for 1/7.
TYPED_RECIPROCAL = 0.0025
SCALE = tuple([1 / k for k in range(9, 1, -1)] + [float(k) for k in range(1, 10)])


@dataclass(frozen=True)
class Repair:
    """One judgement worth a second look (修正建议): row `i` against column `j`.

    `consistent` is what the other judgements imply; `suggested` the nearest value of the 1/9–9 scale that
    brings CR to 0.10 or, when none does alone, the one with the smallest CR; `cr_after` the CR it gives.
    """

    i: int
    j: int
    given: float
    consistent: float
    suggested: float
    cr_after: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Ahp(Outcome):
    """Weights [C] summing to 1, λmax, CI, CR (一致性比率) and repair advice when CR > 0.10."""

    weights: Floats
    lambda_max: float
    ci: float
    cr: float
    acceptable: bool
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Group(Outcome):
    """The group's AHP (群体判断): element-wise geometric mean, with each expert's own CR."""

    result: Ahp
    cr_by_expert: tuple[float, ...]


def ahp(matrix: Sequence[Sequence[float]] | Floats, random_index: Mapping[int, float] = SAATY_1980) -> Ahp:
    """Principal right eigenvector of a reciprocal matrix [C, C], C ≤ 9, values in 1/9–9."""
    a = _checked(matrix)
    weights, lambda_max = _eigen(a)
    ci, cr = _consistency(len(a), lambda_max, random_index)
    acceptable = cr <= ACCEPTABLE_CR
    return Ahp(
        method="ahp",
        parameters={"random_index": dict(random_index), "acceptable_cr": ACCEPTABLE_CR},
        warnings=() if acceptable else (Code.INCONSISTENT,),
        trace={"matrix": a.tolist()},
        inputs_sha256=digest({"matrix": a, "random_index": random_index}),
        weights=read_only(weights),
        lambda_max=lambda_max,
        ci=ci,
        cr=cr,
        acceptable=acceptable,
        repairs=() if acceptable else _repairs(a, weights, random_index),
    )


def group(
    matrices: Sequence[Sequence[Sequence[float]]], random_index: Mapping[int, float] = SAATY_1980
) -> Group:
    """AHP of the geometric mean of the experts' matrices, all of the same size."""
    if not matrices:
        raise InputError("matrices", "at least one expert is needed")
    checked = [_checked(matrix) for matrix in matrices]
    if len({len(a) for a in checked}) > 1:
        raise InputError("matrices", "all experts must compare the same criteria")
    together = ahp(np.exp(np.mean([np.log(a) for a in checked], axis=0)), random_index)
    each = [_consistency(len(a), _eigen(a)[1], random_index)[1] for a in checked]
    return Group(
        method="ahp_group",
        parameters=together.parameters,
        warnings=together.warnings,
        trace={"experts": len(checked)},
        inputs_sha256=digest({"matrices": checked, "random_index": random_index}),
        result=together,
        cr_by_expert=tuple(each),
    )


def synthesise(criteria: Floats, alternatives: Floats) -> Floats:
    """Combined weights [A] (组合权重) from criteria weights [C] and each criterion's weights [C, A]."""
    if alternatives.ndim != 2 or len(alternatives) != len(criteria):
        raise InputError("alternatives_matrices", "one comparison matrix for each criterion is needed")
    return np.asarray(criteria @ alternatives, dtype=np.float64)


def _checked(matrix: Sequence[Sequence[float]] | Floats) -> Floats:
    a = finite(matrix, "matrix", 2)
    size = len(a)
    if size == 0 or a.shape != (size, size) or size > 9:
        raise InputError("matrix", "must be square with 1 to 9 rows")
    if (a <= 0).any():
        raise InputError("matrix", "judgements must be above 0")
    if not np.allclose(np.diag(a), 1, rtol=0, atol=1e-9):
        raise InputError("matrix", "a criterion compared with itself must be 1")
    _check_pairs(a)
    return a


def _check_pairs(a: Floats) -> None:
    for i, j in zip(*np.triu_indices(len(a), 1), strict=True):
        if abs(a[i, j] * a[j, i] - 1) > TYPED_RECIPROCAL:
            raise InputError(f"matrix[{i}][{j}]", "must be the reciprocal of the opposite judgement")
        if not (1 - TYPED_RECIPROCAL) / 9 <= a[i, j] <= 9 * (1 + TYPED_RECIPROCAL):
            raise InputError(f"matrix[{i}][{j}]", "judgements must lie in 1/9–9")


def _eigen(a: Floats) -> tuple[Floats, float]:
    """Power iteration: a positive matrix has one dominant positive eigenvector (Perron).

    Rounding often lets the last digits go round in a circle. Once a vector comes again, the rest of the steps only go
    on round it, and those that make whole circles are left out.
    """
    weights, left = np.full(len(a), 1 / len(a)), STEPS
    met = dict[bytes, int]()
    while left > 0:
        image = a @ weights
        following = image / image.sum()
        change = float(np.abs(following - weights).max())
        weights = following
        left -= 1
        if change < 1e-16:
            break
        before = met.setdefault(weights.tobytes(), left)
        if before > left:
            left %= before - left
    return weights, float((a @ weights).sum())


def _consistency(size: int, lambda_max: float, random_index: Mapping[int, float]) -> tuple[float, float]:
    if size <= 2:
        return 0.0, 0.0
    if random_index.get(size, 0.0) <= 0:
        raise InputError("random_index", f"no random index for {size} criteria")
    ci = max(0.0, (lambda_max - size) / (size - 1))
    return ci, ci / random_index[size]


def _repairs(a: Floats, weights: Floats, random_index: Mapping[int, float]) -> tuple[Repair, ...]:
    deviation = {
        (int(i), int(j)): abs(math.log(a[i, j] * weights[j] / weights[i]))
        for i, j in zip(*np.triu_indices(len(a), 1), strict=True)
    }
    worst = sorted(deviation, key=lambda pair: (-round(deviation[pair], 12), pair))[:3]
    return tuple(_repair(a, weights, pair, random_index) for pair in worst)


def _repair(a: Floats, weights: Floats, pair: tuple[int, int], random_index: Mapping[int, float]) -> Repair:
    i, j = pair
    given = float(a[i, j])
    options = [(value, _cr_with(a, pair, value, random_index)) for value in SCALE]
    enough = [option for option in options if option[1] <= ACCEPTABLE_CR]
    nearest = min(enough, key=lambda option: abs(math.log(option[0] / given)), default=None)
    suggested, cr_after = nearest or min(options, key=lambda option: option[1])
    return Repair(i, j, given, float(weights[i] / weights[j]), suggested, cr_after)


def _cr_with(a: Floats, pair: tuple[int, int], value: float, random_index: Mapping[int, float]) -> float:
    changed = a.copy()
    changed[pair], changed[pair[::-1]] = value, 1 / value
    return _consistency(len(a), _eigen(changed)[1], random_index)[1]
