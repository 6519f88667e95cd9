"""Read a case's inputs with a clear refusal for each field (读取算例)."""

import csv
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, Ints, np
from marketplace.decision.base import InputError, finite

# No panel is larger; a slip of the pen must not fill the memory.
MOST = 1_000_000
LARGEST = sys.float_info.max


@dataclass(frozen=True)
class Inputs:
    """The `inputs` of a case and the folder its files are named from."""

    values: Mapping[str, Any]
    base: Path

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self.values.get(key) is not None

    def any(self, key: str) -> Any:
        """The field as it is."""
        if not self.has(key):
            raise InputError(f"inputs.{key}", "is missing")
        return self.values[key]

    def one_of(self, *keys: str) -> str:
        """The first of the fields that is there."""
        for key in keys:
            if self.has(key):
                return key
        raise InputError(f"inputs.{keys[0]}", f"is missing (one of {', '.join(keys)} is needed)")

    def text(self, key: str, default: str) -> str:
        """A text field."""
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise InputError(f"inputs.{key}", "must be a text")
        return value

    def number(self, key: str, minimum: float = 0.0) -> float:
        """A finite number of at least `minimum`."""
        value = self.any(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
            raise InputError(f"inputs.{key}", "must be a finite number")
        if value < minimum:
            raise InputError(f"inputs.{key}", f"must be at least {minimum:g}")
        return float(value)

    def whole(self, key: str, default: int | None = None, minimum: int = 0) -> int:
        """A whole number of at least `minimum`."""
        if default is not None and not self.has(key):
            return default
        value = self.number(key, minimum)
        if value != int(value) or value > MOST:
            raise InputError(f"inputs.{key}", f"must be a whole number of at most {MOST:,}")
        return int(value)

    def vector(self, key: str) -> Floats:
        """A list of finite numbers."""
        value = self.rows(key)
        return finite(value, f"inputs.{key}", 1) if len(value) else np.zeros(0)

    def positive(self, key: str) -> Floats:
        """A list of finite numbers, none negative."""
        value = self.vector(key)
        if (value < 0).any():
            raise InputError(f"inputs.{key}", "must not be negative")
        return value

    def matrix(self, key: str) -> Floats:
        """Rows of finite numbers, all of equal length, at least one."""
        value = self.rows(key)
        if not len(value):
            raise InputError(f"inputs.{key}", "at least one row is needed")
        return finite(value, f"inputs.{key}", 2)

    def rows(self, key: str) -> Sequence[Any]:
        """A list."""
        value = self.any(key)
        if not isinstance(value, list):
            raise InputError(f"inputs.{key}", "must be a list")
        return value

    def records(self, key: str, width: int) -> tuple[list[Ints], Floats]:
        """Rows of `width` − 1 whole numbers from 0 and a value: the columns of numbers, and the values."""
        table = self.matrix(key)
        if table.shape[1] != width:
            raise InputError(f"inputs.{key}", f"each row needs {width} numbers")
        numbers = table[:, :-1]
        if ((numbers < 0) | (numbers > MOST) | (numbers != np.floor(numbers))).any():
            raise InputError(f"inputs.{key}", f"projects and reviewers are whole numbers in 0–{MOST:,}")
        return [numbers[:, c].astype(np.int64) for c in range(width - 1)], table[:, -1]

    def table(self, key: str) -> list[list[str]]:
        """The rows of the CSV file the field names, before any remark in brackets."""
        name = self.text(key, "").split(" (")[0].strip()
        path = (self.base / name).resolve()
        if not path.is_relative_to(self.base.resolve()):
            raise InputError(f"inputs.{key}", "the file must lie beside the case")
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return [row for row in csv.reader(file) if row]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"inputs.{key}", f"cannot read {name}") from error


def exact(value: Any, where: str) -> Fraction:
    """The number as it is written, exactly: 9.75 is 39/4."""
    if isinstance(value, bool):
        raise InputError(where, "must be a number")
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise InputError(where, "must be a number") from error
    if not number.is_finite() or abs(number) > Decimal(LARGEST):
        raise InputError(where, "must be a finite number")
    return Fraction(number)


def exacts(values: Any, where: str) -> list[Fraction]:
    """Exact numbers, leaving out what is missing (null)."""
    if not isinstance(values, list):
        raise InputError(where, "must be a list")
    return [exact(value, f"{where}[{i}]") for i, value in enumerate(values) if value is not None]
