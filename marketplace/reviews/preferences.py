"""评审意愿: what an expert says about scoring each item, and what it counts in the assignment. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from marketplace.core.text import N_


class Preference(StrEnum):
    """评审意愿, the most willing first."""

    EAGER = "eager"  # 愿意
    CAN = "can"  # 可以
    UNWILLING = "unwilling"  # 不愿


LABELS = {
    Preference.EAGER: N_("愿意"),
    Preference.CAN: N_("可以评"),
    Preference.UNWILLING: N_("不愿"),
}
VALUES = {Preference.EAGER: 1.0, Preference.CAN: 0.5, Preference.UNWILLING: 0.0}
"""What each counts, before its weight."""
NEUTRAL = 0.5
"""What counts for who was asked and said nothing."""
SILENT = "silent"
REASONS = {
    Preference.EAGER: N_("本人表示愿意"),
    Preference.CAN: N_("本人表示可以"),
    Preference.UNWILLING: N_("本人表示不愿"),
    SILENT: N_("本人没有表示意愿"),
}
"""As the reason of an assigned pair tells it."""

Said = Iterable[tuple[int, int, str]]
"""Item, seat, level."""


def levels_by_pair(said: Said) -> dict[tuple[int, int], str]:
    """(item, seat) → level."""
    return {(item, seat): level for item, seat, level in said}


def value_of(level: str | None) -> float:
    """0–1 of one pair; who said nothing stands in the middle."""
    return NEUTRAL if level is None else VALUES[Preference(level)]


def unknown_levels(levels: Mapping[int, str], items: Iterable[int]) -> list[int]:
    """Items of a form that are not hers to judge, or with a level that there is not."""
    allowed = set(items)
    return [item for item, level in levels.items() if item not in allowed or level not in set(Preference)]
