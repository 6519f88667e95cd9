"""The meeting that an opinion rests on (会议): its name and its day. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from marketplace.core.dataclass import dataclass

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Held:
    """会议名称和会议日期, such as 2026年第3次局长办公会 on 20 March 2026; without a day while somebody still types."""

    name: str
    on: date | None

    @classmethod
    def of(cls, record: Mapping[str, Any] | None) -> "Held | None":
        """The meeting in a snapshot's record; none where it was not recorded yet."""
        return cls(str(record["name"]), date.fromisoformat(record["on"])) if record else None

    @property
    def day(self) -> str:
        """The day as a snapshot and the trail hold it."""
        return self.on.isoformat() if self.on else ""

    def record(self) -> dict[str, str]:
        """As plain values."""
        return {"name": self.name, "on": self.day}


def with_held(record: dict[str, Any], held: Held | None) -> dict[str, Any]:
    """The record of an opinion with its meeting; one from before meetings were recorded stays as it was."""
    return record if held is None else {**record, "meeting": held.record()}
