"""Weights by pairwise comparison (两两比较), as the page needs them. Pure; the arithmetic is the decision core's.

A judgement is written "3" (the first matters moderately more) or "1/3" (the second does), on the 1/9–9 scale.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, np
from marketplace.decision.weights import Group, ahp, entropy, group
from marketplace.priority.rules import Criterion

VALUES = (*(str(k) for k in range(9, 0, -1)), *(f"1/{k}" for k in range(2, 10)))
Judgements = Mapping[str, str]


def pairs(codes: Sequence[str]) -> list[tuple[str, str]]:
    """All pairs to be compared, in the order of the criteria."""
    return list(combinations(codes, 2))


def complete(codes: Sequence[str], given: Judgements) -> bool:
    """True when every pair of the present criteria has a judgement on the scale, and nothing else has."""
    keys = {f"{a}|{b}" for a, b in pairs(codes)}
    return set(given) == keys and all(value in VALUES for value in given.values())


def matrix_of(codes: Sequence[str], given: Judgements) -> list[list[float]]:
    """The reciprocal matrix [C, C] of one officer."""
    matrix = [[1.0] * len(codes) for _code in codes]
    for a, b in pairs(codes):
        value = float(Fraction(given[f"{a}|{b}"]))
        i, j = codes.index(a), codes.index(b)
        matrix[i][j], matrix[j][i] = value, 1 / value
    return matrix


@dataclass(frozen=True, slots=True)
class Advice:
    """修改建议: for ``first`` against ``second``, ``suggested`` instead of what the group says; ``cr_after`` then."""

    first: str
    second: str
    given: str
    suggested: str
    cr_after: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """两两比较的结果: weights in whole per cent by code, consistency ratio, advice when it is above 0.10, and each
    officer's own ratio in the order given."""

    weights: dict[str, int]
    cr: float
    acceptable: bool
    advice: tuple[Advice, ...]
    cr_by_officer: tuple[float, ...]


def weigh(codes: Sequence[str], opinions: Sequence[Judgements]) -> Weighed:
    """The group's weights: geometric mean of the officers' matrices."""
    found: Group = group([matrix_of(codes, one) for one in opinions])
    advice = tuple(
        Advice(
            codes[one.i], codes[one.j], on_scale(one.given), on_scale(one.suggested), round(one.cr_after, 3)
        )
        for one in found.result.repairs
    )
    weights = whole(codes, found.result.weights)
    return Weighed(
        weights,
        round(found.result.cr, 3),
        found.result.acceptable,
        advice,
        tuple(round(cr, 3) for cr in found.cr_by_expert),
    )


def own_weights(codes: Sequence[str], given: Judgements) -> dict[str, int]:
    """One officer's weights in whole per cent."""
    return whole(codes, ahp(matrix_of(codes, given)).weights)


def whole(codes: Sequence[str], weights: Floats) -> dict[str, int]:
    """Weights in whole per cent that add up to 100, none below 1: largest remainders first."""
    shares = np.maximum(np.asarray(weights) * 100, 1.0)
    shares = shares * 100 / shares.sum()
    floors = np.maximum(np.floor(shares + 1e-9), 1).astype(int)
    order = sorted(range(len(codes)), key=lambda place: (floors[place] - shares[place], place))
    left = 100 - int(floors.sum())
    for place in order[: max(left, 0)]:
        floors[place] += 1
    for _step in range(max(-left, 0)):
        floors[int(np.argmax(floors))] -= 1
    return {code: int(share) for code, share in zip(codes, floors, strict=True)}


def on_scale(value: float) -> str:
    """The value of the scale nearest to a judgement (a group's mean lies between them)."""
    return min(VALUES, key=lambda one: abs(np.log(float(Fraction(one)) / value)))


def by_spread(criteria: Sequence[Criterion], marks: Sequence[Sequence[str]]) -> dict[str, int] | None:
    """熵权 as a check only: which criteria tell the candidates apart. None with fewer than two candidates."""
    if len(marks) < 2:
        return None
    found = entropy([[float(mark) for mark in row] for row in marks])
    return {one.code: round(100 * float(w)) for one, w in zip(criteria, found.weights, strict=True)}
