"""The plan as the meeting settles it (会议确定的方案): the proposal with the confirmed deviations, checked in whole
numbers. Pure; it shares no code with the solver."""

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.explanation import Named
from marketplace.priority.funding import words
from marketplace.priority.funding.problem import Expanded, expand
from marketplace.priority.funding.terms import Terms, terms_from_dict

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Settled:
    """``amounts`` of each funded request by key, in 分 a year; ``over`` are envelopes that are exceeded, ``broken``
    the other rules that the plan does not keep."""

    amounts: Mapping[str, list[int]]
    spent: list[int]
    over: tuple[Named, ...]
    broken: tuple[Named, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the snapshot."""
        return {
            "amounts": {key: list(row) for key, row in sorted(self.amounts.items())},
            "spent": self.spent,
            "broken": [{"zh": one.zh, "en": one.en} for one in self.broken],
        }


def settle(
    terms: Record, requests: Sequence[Record], proposal: Record, deviations: Sequence[Record]
) -> Settled:
    """定案: what each project gets once every deviation in the list is followed."""
    known = terms_from_dict(terms)
    amounts = {row["key"]: list(row["amounts"]) for row in proposal["rows"] if row["funded"]}
    for one in deviations:
        if any(one["amounts"]):
            amounts[one["key"]] = list(one["amounts"])
        else:
            amounts.pop(one["key"], None)
    spent = [sum(row[year] for row in amounts.values()) for year in range(len(known.years))]
    over = [
        words.budget(year.year)
        for year, money in zip(known.years, spent, strict=True)
        if money > year.envelope
    ]
    ranked = {row["key"]: row for row in proposal["rows"]}
    return Settled(amounts, spent, tuple(over), _broken(known, requests, ranked, amounts))


def _broken(
    terms: Terms, requests: Sequence[Record], ranked: Mapping[str, Record], amounts: Mapping[str, list[int]]
) -> tuple[Named, ...]:
    lines = [line for line in requests if line["key"] in ranked]
    below = [line for line in lines if line["key"] in amounts and not ranked[line["key"]]["eligible"]]
    found = [
        Named(f"“{line['title']}”未达到入选线", f"“{line['title']}” does not reach the cut-off")
        for line in below
    ]
    open_rules = [
        one
        for one in expand(terms.groups, lines)
        if any(ranked[lines[p]["key"]]["eligible"] for p in one.members)
    ]
    return (*found, *(one.said for one in open_rules if _is_broken(one, lines, amounts, terms.total)))


def _is_broken(one: Expanded, lines: Sequence[Record], amounts: Mapping[str, list[int]], total: int) -> bool:
    inside = [amounts[lines[p]["key"]] for p in one.members if lines[p]["key"] in amounts]
    money = sum(sum(row) for row in inside)
    group = one.group
    few = len(inside) < group.least
    many = group.most is not None and len(inside) > group.most
    much = group.share is not None and 100 * money > group.share * total
    return few or many or much
