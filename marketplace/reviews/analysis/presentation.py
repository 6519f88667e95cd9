"""The record as the page and the document show it: units by name, experts by letter, every figure as a text."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.reviews.analysis.meeting import votes_by_item
from marketplace.reviews.analysis.words import (
    NEAR_WORDS,
    TIER_TONES,
    TIERS,
    VERDICTS,
    chance,
    hint_sentence,
    letter,
    order_of_letters,
)
from marketplace.reviews.models import Panel, PanelItem, Seat
from marketplace.web.i18n import translate, translate_problem

ENDS = {"highest": N_("去最高"), "lowest": N_("去最低")}


@dataclass(frozen=True, slots=True)
class Names:
    """How experts and items are called on this page. ``people``: seat → name, empty for who may not know."""

    letters: Mapping[int, str]
    experts: Mapping[int, str]
    people: Mapping[int, str]
    items: Mapping[int, str]

    def full(self, seat: int) -> str:
        """专家甲（name） for the office, 专家甲 for the auditor."""
        name = self.people.get(seat)
        expert = self.experts.get(seat, "—")
        return expert if name is None else str(_("%(expert)s（%(name)s）", expert=expert, name=name))


def names_for(
    panel: Panel, seats: Sequence[Seat], items: Sequence[PanelItem], *, english: bool, with_people: bool
) -> Names:
    """Letters for all seats of a panel, names beside them for the office."""
    numbers = order_of_letters(panel.id, [seat.id for seat in seats])
    letters = {seat: letter(number, english) for seat, number in numbers.items()}
    people = {seat.id: seat.expert.person.name for seat in seats} if with_people else {}
    experts = {seat: str(_("专家%(letter)s", letter=one)) for seat, one in letters.items()}
    return Names(letters, experts, people, {item.id: item.label for item in items})


def in_order(record: Mapping[str, Any], items: Sequence[PanelItem]) -> list[dict[str, Any]]:
    """The items of the record in the order of the official result."""
    by_id = {item["item"]: item for item in record["items"]}
    return [by_id[item.id] for item in items if item.id in by_id]


def item_rows(
    record: Mapping[str, Any], panel: Panel, items: Sequence[PanelItem], names: Names
) -> list[dict[str, Any]]:
    """The lines of the table."""
    votes, wide = votes_by_item(panel.result), set(record["disagreements"])
    return [
        {
            "item": item.id,
            "label": item.label,
            "rank": item.rank,
            "found": found,
            "trimmed": _trimmed(found, names),
            "interval": _interval(found),
            "chance": None if found.get("p_places") is None else chance(found["p_places"]),
            "wide": item.id in wide,
            "vote": votes.get(item.id),
            **_tier(found),
        }
        for item, found in zip(items, in_order(record, items), strict=True)
    ]


def _trimmed(found: Mapping[str, Any], names: Names) -> list[str]:
    """去最高 甲 92.00, 去最低 乙 60.00."""
    return [
        f"{translate(ENDS[mark['dropped']])} {names.letters.get(mark['seat'], '')} {mark['total']}"
        for mark in found["marks"]
        if mark["dropped"]
    ]


def _interval(found: Mapping[str, Any]) -> str | None:
    if found.get("rank_lo") is None:
        return None
    low, high = found["rank_lo"], found["rank_hi"]
    return str(low) if low == high else f"{low}–{high}"


def _tier(found: Mapping[str, Any]) -> dict[str, str]:
    tier = found.get("tier")
    if tier is None:
        return {"tier": "", "tier_label": "", "tone": "", "why": ""}
    near = "disputed" if found["disputed"] else "close" if tier == "meeting" else ""
    return {
        "tier": tier,
        "tier_label": translate(TIERS[tier]),
        "tone": TIER_TONES[tier],
        "why": translate(NEAR_WORDS[near]) if near else "",
    }


def expert_rows(record: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """One line for each expert, in the order of the letters."""
    order = list(names.letters)
    rows = sorted(record["experts"], key=lambda one: order.index(one["seat"]) if one["seat"] in order else 0)
    return [
        {
            **one,
            "who": names.full(one["seat"]),
            "label": translate(VERDICTS[one["verdict"]]),
            "tone": "warning" if one["verdict"] in ("severe", "lenient") else "neutral",
            "sentence": _severity_sentence(one),
            "without": _without_sentence(one, names),
        }
        for one in rows
    ]


def _severity_sentence(one: Mapping[str, Any]) -> str:
    if one["severity"] is None:
        return str(_("评分太少，看不出宽严。"))
    size = f"{abs(one['severity']):.1f}"
    if one["severity"] < 0:
        return str(
            _("平均比其他专家低%(size)s分，误差约%(sd)s分。", size=size, sd=f"{one['severity_sd']:.1f}")
        )
    return str(_("平均比其他专家高%(size)s分，误差约%(sd)s分。", size=size, sd=f"{one['severity_sd']:.1f}"))


def _without_sentence(one: Mapping[str, Any], names: Names) -> str:
    shift = one["without"]
    if shift is None or not shift["change"]:
        return str(_("不计其评分，校正名次不变。"))
    return str(
        _(
            "不计其评分，“%(item)s”的校正名次变动%(count)s位，为变动最大的一项。",
            item=names.items.get(shift["item"], ""),
            count=abs(shift["change"]),
        )
    )


def hint_sentences(record: Mapping[str, Any], names: Names) -> list[str]:
    """All hints as sentences."""
    who = {seat: names.full(seat) for seat in names.letters}
    return [
        translate_problem(hint_sentence(hint, who, names.items, str(_("、")))) for hint in record["hints"]
    ]
