"""What every module of the core shares: warning codes, refusals, canonical hashing, ordering and ranks."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Array, Floats, Ints, is_array, is_scalar, np


class InputError(ValueError):
    """Bad input (输入有误): `where` names the field or row, `rule` the rule it breaks."""

    def __init__(self, where: str, rule: str) -> None:
        super().__init__(f"{where}: {rule}")
        self.where = where
        self.rule = rule


class Code(StrEnum):
    """Warnings (提示) a result may carry; none of them changes a number silently."""

    # rubric
    NO_REVIEW = "NO_REVIEW"
    ONE_REVIEW = "ONE_REVIEW"
    TRIM_SKIPPED_FEW_REVIEWS = "TRIM_SKIPPED_FEW_REVIEWS"
    INCOMPLETE_SHEET = "INCOMPLETE_SHEET"
    WEIGHTS_RENORMALISED = "WEIGHTS_RENORMALISED"
    RECUSED_REMOVED = "RECUSED_REMOVED"
    DROP_EFFECT_LARGE = "DROP_EFFECT_LARGE"
    TIE_NEEDS_VOTE = "TIE_NEEDS_VOTE"
    # weights
    INCONSISTENT = "INCONSISTENT"
    CONSTANT_CRITERION = "CONSTANT_CRITERION"
    EQUAL_WEIGHTS = "EQUAL_WEIGHTS"
    # calibration
    SINGLE_REVIEWER = "SINGLE_REVIEWER"
    REVIEWER_ONE_REVIEW = "REVIEWER_ONE_REVIEW"
    NO_SPREAD = "NO_SPREAD"
    ALL_EQUAL = "ALL_EQUAL"
    NO_SEVERITY = "NO_SEVERITY"
    INDISTINGUISHABLE = "INDISTINGUISHABLE"
    DISCONNECTED = "DISCONNECTED"
    CONFOUNDED = "CONFOUNDED"
    OUTLIER = "OUTLIER"
    OUTSIDE_SCALE = "OUTSIDE_SCALE"
    NO_RESIDUAL_FREEDOM = "NO_RESIDUAL_FREEDOM"
    TOO_FEW_REVIEWS = "TOO_FEW_REVIEWS"
    RIDGE = "RIDGE"
    # reliability
    UNDEFINED = "UNDEFINED"
    INCOMPLETE_PANEL = "INCOMPLETE_PANEL"
    PROVISIONAL_ORDER = "PROVISIONAL_ORDER"
    # ranking
    ACROSS_COMPONENTS = "ACROSS_COMPONENTS"
    ALL_ROWS_EQUAL = "ALL_ROWS_EQUAL"
    # assignment and allocation
    INFEASIBLE = "INFEASIBLE"
    NOT_PROVEN_OPTIMAL = "NOT_PROVEN_OPTIMAL"
    TIME_LIMIT = "TIME_LIMIT"
    NEGATIVE_AFFINITY = "NEGATIVE_AFFINITY"
    EMPTY = "EMPTY"
    BUDGET_BELOW_SMALLEST = "BUDGET_BELOW_SMALLEST"
    VOID_RULE = "VOID_RULE"
    ENVY_REMAINS = "ENVY_REMAINS"


def _plain_decimal(value: Decimal) -> int | str:
    return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")


def _canonical_dataclass(value: Any) -> dict[str, Any]:
    return {field.name: canonical(getattr(value, field.name)) for field in fields(value)}


def _canonical_array(value: Array) -> dict[str, Any]:
    """Shape, kind and SHA-256 of the little-endian values in row order: long arrays are hashed, not printed."""
    plain = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
    return {
        "shape": list(value.shape),
        "dtype": plain.dtype.str,
        "sha256": hashlib.sha256(plain.tobytes()).hexdigest(),
    }


def _canonical_scalar(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _plain_decimal(value)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Enum):
        return value.value
    if is_scalar(value):
        return value.item()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"no canonical form for {type(value).__name__}")


def canonical(value: Any) -> Any:
    """The JSON form of a value that two equal inputs share (规范形式): 40 and Decimal 40.0 are one."""
    if is_dataclass(value) and not isinstance(value, type):
        return _canonical_dataclass(value)
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if is_array(value):
        return _canonical_array(value)
    if isinstance(value, frozenset | set):
        return sorted((canonical(item) for item in value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [canonical(item) for item in value]
    return _canonical_scalar(value)


def digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of `value` (输入指纹)."""
    text = json.dumps(
        canonical(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def competition_ranks(keys: Sequence[Any]) -> tuple[int, ...]:
    """Ranks of keys sorted ascending (名次); equal keys share the smallest rank (并列)."""
    first: dict[Any, int] = {}
    for place, key in enumerate(sorted(keys), start=1):
        first.setdefault(key, place)
    return tuple(first[key] for key in keys)


def rounded_half_up(value: Fraction, decimals: int) -> Decimal:
    """`value` with `decimals` places, halves away from zero (四舍五入), exactly."""
    scale = 10**decimals
    doubled = 2 * abs(value) * scale + 1
    units = doubled.numerator // (2 * doubled.denominator)
    return Decimal(-units if value < 0 else units).scaleb(-decimals)


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What every result carries so that a decision can be replayed (可复核): arrays in it are read-only."""

    method: str
    parameters: Mapping[str, Any]
    warnings: tuple[Code, ...]
    trace: Mapping[str, Any]
    inputs_sha256: str


def read_only(array: Array) -> Array:
    """The array itself, no longer writeable."""
    array.setflags(write=False)
    return array


def finite(values: Any, where: str, ndim: int) -> Floats:
    """`values` as a float64 array of `ndim` dimensions; refuses ragged, non-numeric and non-finite input."""
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise InputError(where, "must be numbers in rows of equal length") from error
    if array.dtype.kind not in "iuf":
        raise InputError(where, "must be numbers")
    array = array.astype(np.float64)
    if array.ndim != ndim:
        raise InputError(where, f"must have {ndim} dimension(s), not {array.ndim}")
    if not np.isfinite(array).all():
        raise InputError(where, "must be finite numbers")
    return array


def sorted_codes(present: Mapping[Code, bool]) -> tuple[Code, ...]:
    """The codes that hold, in a fixed order."""
    return tuple(sorted(code for code, holds in present.items() if holds))


def order_keys(scores: Any) -> list[float]:
    """Ascending keys for descending scores, rounded to 1e-9 so that noise makes no order (排序键)."""
    return [-round(float(score), 9) + 0.0 for score in scores]


def tally(index: Ints, weights: Floats, size: int) -> Floats:
    """Sum of `weights` [n] for each value 0 … size − 1 of `index` [n]."""
    return np.bincount(index, weights, minlength=size).astype(np.float64, copy=False)
