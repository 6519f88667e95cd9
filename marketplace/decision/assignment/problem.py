"""Who may review what (分配问题): affinities, conflicts, needs, loads, unit limits, expertise."""

from collections.abc import Iterable, Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import Code, InputError, finite, sorted_codes

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Quota:
    """At least `least` of a project's reviewers are members (专业结构): `member` [P, R], by project.

    One finance expert, one technical expert, one from outside the city are all quotas.
    """

    name: str
    member: Bools
    least: int = 1


@dataclass(frozen=True, eq=False)
class Problem:
    """A checked assignment problem; shapes: affinity and conflict [P, R], need [P], cap, low and unit [R]."""

    affinity: Floats
    conflict: Bools
    need: Ints
    cap: Ints
    low: Ints
    unit: Ints | None
    max_same_unit: int
    quotas: tuple[Quota, ...]
    must: tuple[Pair, ...]
    warnings: tuple[Code, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Projects, reviewers."""
        return self.affinity.shape[0], self.affinity.shape[1]


@dataclass(frozen=True, eq=False)
class Affinity:
    """Affinity [P, R] in 0–1 (匹配度) with its weighted terms, kept for the printed reason of each pair."""

    total: Floats
    topic: Floats
    preference: Floats
    past: Floats


def affinity(
    topic: Floats, preference: Floats, past: Floats, weights: tuple[float, float, float] = (0.5, 0.3, 0.2)
) -> Affinity:
    """Combine terms [P, R], each in 0–1, with weights that sum to 1."""
    terms = [
        finite(term, name, 2) for term, name in ((topic, "topic"), (preference, "preference"), (past, "past"))
    ]
    if len({term.shape for term in terms}) != 1 or any(((t < 0) | (t > 1)).any() for t in terms):
        raise InputError("affinity", "all terms need the same shape and values in 0–1")
    if min(weights) < 0 or abs(sum(weights) - 1) > 1e-9:
        raise InputError("weights", "must not be negative and sum to 1")
    parts = [weight * term for weight, term in zip(weights, terms, strict=True)]
    return Affinity(np.sum(parts, axis=0), *parts)


def topic_cosine(projects: Floats, reviewers: Floats) -> Floats:
    """Cosine similarity [P, R] of topic profiles [P, T] and [R, T]; an empty profile is similar to nothing."""
    return np.asarray(_unit_rows(projects) @ _unit_rows(reviewers).T)


def problem(
    scores: Sequence[Sequence[float]] | Floats,
    conflict: Iterable[Pair] | Bools = (),
    *,
    need: int | Sequence[int] = 3,
    cap: int | Sequence[int] = 4,
    low: int | Sequence[int] = 0,
    unit: Sequence[int] | None = None,
    max_same_unit: int = 1,
    quotas: Sequence[Quota] = (),
    must: Iterable[Pair] = (),
) -> Problem:
    """Check a problem; `conflict` are the recused pairs (回避), which are never assigned."""
    values = finite(scores, "affinity", 2)
    size = values.shape
    forbidden = _conflicts(conflict, (size[0], size[1]))
    wanted = _counts(need, size[0], "need")
    least, most = _counts(low, size[1], "low"), _counts(cap, size[1], "cap")
    if (least > most).any():
        raise InputError("low", "must not exceed cap")
    pairs = tuple(sorted(set(must)))
    _check_must(pairs, forbidden)
    if unit is not None and len(unit) != size[1]:
        raise InputError("unit", "one unit for each reviewer is needed")
    if max_same_unit < 1:
        raise InputError("max_same_unit", "must be at least 1")
    for quota in quotas:
        if quota.member.shape != size or quota.least < 0:
            raise InputError(f"quotas[{quota.name}]", "member must be [P, R] and least not negative")
    codes = sorted_codes({Code.NEGATIVE_AFFINITY: bool((values < 0).any()), Code.EMPTY: 0 in size})
    units = None if unit is None else np.asarray(unit, dtype=np.int64)
    return Problem(values, forbidden, wanted, most, least, units, max_same_unit, tuple(quotas), pairs, codes)


def _unit_rows(profile: Floats) -> Floats:
    length = np.sqrt((profile**2).sum(axis=1, keepdims=True))
    return np.asarray(profile / np.where(length > 0, length, 1.0))


def _conflicts(conflict: Iterable[Pair] | Bools, shape: tuple[int, int]) -> Bools:
    if isinstance(conflict, np.ndarray):
        if conflict.shape != shape or conflict.dtype != np.bool_:
            raise InputError("conflict", "must be true or false for each project and reviewer")
        return conflict
    forbidden = np.zeros(shape, dtype=bool)
    for project, reviewer in conflict:
        if not (0 <= project < shape[0] and 0 <= reviewer < shape[1]):
            raise InputError("conflict", f"no project {project} or reviewer {reviewer}")
        forbidden[project, reviewer] = True
    return forbidden


def _counts(value: int | Sequence[int], size: int, where: str) -> Ints:
    counts = np.full(size, value) if isinstance(value, int) else np.asarray(value)
    if counts.shape != (size,) or (size and counts.dtype.kind not in "iu") or (counts < 0).any():
        raise InputError(where, "must be whole numbers from 0, one for each")
    return counts.astype(np.int64)


def _check_must(pairs: Sequence[Pair], forbidden: Bools) -> None:
    for project, reviewer in pairs:
        if not (0 <= project < forbidden.shape[0] and 0 <= reviewer < forbidden.shape[1]):
            raise InputError("must", f"no project {project} or reviewer {reviewer}")
        if forbidden[project, reviewer]:
            raise InputError("must", f"reviewer {reviewer} is recused from project {project}")
