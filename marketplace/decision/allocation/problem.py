"""What may be funded, under which rules (资金分配问题). Amounts are whole 元; scores and values are points."""

from collections.abc import Sequence
from fractions import Fraction

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import Code, InputError, finite, sorted_codes


@dataclass(frozen=True)
class GroupRule:
    """A rule on a group of projects (名额与占比规则): at least, at most how many, at most which share of money.

    A city's cap, a county-level minimum, one for each field, and an exclusion (`most` = 1) are all group rules.
    `share` is a part of the whole envelope in 0–1.
    """

    name: str
    members: tuple[int, ...]
    least: int = 0
    most: int | None = None
    share: Fraction | None = None


@dataclass(frozen=True, eq=False)
class Request:
    """A checked funding problem: value[P] in points, request and minimum [Y, P] and budget [Y] in 元.

    `needs` are pairs (p, q): p may only be funded together with q. `eligible` [P] excludes what is below the cut-off.
    """

    value: Floats
    request: Ints
    minimum: Ints
    budget: Ints
    rules: tuple[GroupRule, ...]
    needs: tuple[tuple[int, int], ...]
    eligible: Bools
    warnings: tuple[Code, ...]

    @property
    def size(self) -> int:
        """Number of projects."""
        return len(self.value)

    def cost(self) -> Ints:
        """The least amount each project needs over all years [P]."""
        return np.asarray(self.minimum.sum(axis=0), dtype=np.int64)

    def share_limit(self, rule: GroupRule) -> int | None:
        """The most money a group may get, in 元, rounded down."""
        return None if rule.share is None else int(rule.share * int(self.budget.sum()))


def values_above(
    score: Sequence[float] | Floats, cut_off: float, factor: Sequence[float] | Floats | None = None
) -> tuple[Floats, Bools]:
    """Value = (score − cut-off) × strategic factor, at least 0, and who reaches the cut-off (入选线).

    With the raw score as value the best plan would prefer many cheap weak projects.
    """
    s = finite(score, "score", 1)
    f = np.ones(len(s)) if factor is None else finite(factor, "factor", 1)
    if f.shape != s.shape or (f < 0).any():
        raise InputError("factor", "one factor of at least 0 for each score is needed")
    return np.maximum(0.0, s - cut_off) * f, np.asarray(s >= cut_off)


def request(
    value: Sequence[float] | Floats,
    requested: Sequence[int] | Sequence[Sequence[int]] | Ints,
    budget: int | Sequence[int],
    *,
    minimum: Sequence[int] | Sequence[Sequence[int]] | Ints | None = None,
    rules: Sequence[GroupRule] = (),
    needs: Sequence[tuple[int, int]] = (),
    eligible: Sequence[bool] | Bools | None = None,
) -> Request:
    """Check a funding problem; `requested` is [P] for one year or [Y, P]."""
    values = finite(value, "value", 1) if len(value) else np.zeros(0)
    if (values < 0).any():
        raise InputError("value", "must not be negative")
    envelope = _amounts([budget] if isinstance(budget, int | np.integer) else budget, "budget", 1)
    asked = _by_year(requested, "request", len(envelope), len(values))
    least = asked if minimum is None else _by_year(minimum, "minimum", len(envelope), len(values))
    if len(values) and (asked.sum(axis=0) <= 0).any():
        p = int(np.argmax(asked.sum(axis=0) <= 0))
        raise InputError(f"request[{p}]", "must be above 0")
    if (least > asked).any():
        raise InputError(
            f"minimum[{int(np.argmax((least > asked).any(axis=0)))}]", "must not exceed the request"
        )
    may = np.ones(len(values), dtype=bool) if eligible is None else np.asarray(eligible, dtype=bool)
    if may.shape != values.shape:
        raise InputError("eligible", "one value for each project is needed")
    live = tuple(_checked(rule, len(values)) for rule in rules)
    _check_needs(needs, len(values))
    if len({rule.name for rule in rules}) != len(rules):
        raise InputError("rules", "names must differ")
    void = any(not _has_member(rule, may) for rule in live)
    codes = sorted_codes({Code.EMPTY: not len(values), Code.VOID_RULE: void})
    kept = tuple(rule for rule in live if _has_member(rule, may))
    return Request(values, asked, least, envelope, kept, tuple(needs), may, codes)


def _has_member(rule: GroupRule, may: Bools) -> bool:
    return bool(may[list(rule.members)].any())


def _amounts(values: object, where: str, ndim: int) -> Ints:
    amounts = np.asarray(values)
    if amounts.size == 0:
        amounts = amounts.astype(np.int64)
    if amounts.ndim != ndim or amounts.dtype.kind not in "iu":
        raise InputError(where, "amounts are whole numbers of 元")
    if (amounts < 0).any():
        raise InputError(where, "must not be negative")
    return amounts.astype(np.int64)


def _by_year(values: object, where: str, years: int, size: int) -> Ints:
    amounts = np.asarray(values)
    table = _amounts(amounts[None, :] if amounts.ndim == 1 else amounts, where, 2)
    if table.shape != (years, size):
        raise InputError(where, f"one amount for each of {size} projects in each of {years} years is needed")
    return table


def _checked(rule: GroupRule, size: int) -> GroupRule:
    where = f"rules[{rule.name}]"
    if len(set(rule.members)) != len(rule.members) or any(not 0 <= p < size for p in rule.members):
        raise InputError(where, "members are projects, each once")
    if rule.least < 0 or (rule.most is not None and rule.most < 0):
        raise InputError(where, "numbers must not be negative")
    if rule.most is not None and rule.least > rule.most:
        raise InputError(where, f"at least {rule.least} and at most {rule.most} contradict each other")
    if rule.share is not None and not 0 <= rule.share <= 1:
        raise InputError(where, "share must lie in 0–1")
    return rule


def _check_needs(needs: Sequence[tuple[int, int]], size: int) -> None:
    for pair in needs:
        if any(not 0 <= p < size for p in pair) or pair[0] == pair[1]:
            raise InputError("needs", f"no such pair of projects: {pair}")
