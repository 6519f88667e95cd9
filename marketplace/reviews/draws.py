"""抽取复核: everything a random draw went by is kept with it, so that anybody can repeat it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.reviews.composition import Member, draw


@dataclass(frozen=True, slots=True)
class Lot:
    """One draw: how many of whom beside whom, by which seed; for which item when the rule called an extra expert."""

    seed: int
    wanted: int
    free: Sequence[Member]
    seated: Sequence[Member]
    outside_majority: bool
    item_id: int | None = None

    def chosen(self) -> tuple[int, ...]:
        """The experts the lot falls on."""
        return draw(self.free, self.wanted, self.seed, self.seated, self.outside_majority)


def with_draw(
    before: Mapping[str, Any] | None, lot: Lot, chosen: Sequence[int], at: str, by: str
) -> dict[str, Any]:
    """The record of a panel's draws after one more: the last one, and the earlier ones in ``earlier``."""
    return {
        "seed": lot.seed,
        "candidates": sorted(member.expert_id for member in lot.free),
        "chosen": list(chosen),
        "at": at,
        "by": by,
        "wanted": lot.wanted,
        "outside_majority": lot.outside_majority,
        "item": lot.item_id,
        "free": [list(astuple(member)) for member in lot.free],
        "seated": [list(astuple(member)) for member in lot.seated],
        "earlier": [] if not before else [*before.get("earlier", ()), _alone(before)],
    }


def _alone(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "earlier"}


def draws_in(record: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """All draws of a panel, the first one first."""
    if record:
        yield from record.get("earlier", ())
        yield _alone(record)


def repeated(record: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The draw done again from its record; None when the record is from before everything was kept."""
    if "free" not in record:
        return None
    lot = Lot(
        record["seed"],
        record["wanted"],
        [Member(*one) for one in record["free"]],
        [Member(*one) for one in record["seated"]],
        record["outside_majority"],
    )
    return lot.chosen()


def is_repeatable(record: Mapping[str, Any]) -> bool:
    """Whether the draw, done again, falls on the same experts, all of them candidates of the record."""
    again = repeated(record)
    return again == tuple(record["chosen"]) and set(again or ()) <= set(record["candidates"])
