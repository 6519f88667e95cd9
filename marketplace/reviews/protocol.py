"""评审规程: the rules of one panel, frozen with a fingerprint before the first score can be seen. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.core.canonical import sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.reviews.workflow import SubjectKind
from marketplace.topics.rules import ListRules

MOST_EXTRA = 2
"""At most so many extra experts for one item."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """What decides how a panel scores, beside its rubric. See ``ListRules`` for the meaning of each setting;
    ``anchor_item`` is the item all score first; ``blind_seed`` drew the code names."""

    official: str = "announced"
    scores_per_item: int | None = None
    disagreement: int | None = None
    anchor: bool = False
    anchor_item: int | None = None
    blind: bool = False
    blind_seed: int | None = None


def protocol_for(rules: ListRules, kind: str, blind_seed: int | None = None) -> dict[str, Any]:
    """The settings of a new panel. An acceptance panel has one item: everybody scores it, there is nothing to compare
    it with, and nothing to hide: who runs the project is public."""
    several = kind == SubjectKind.BID
    return {
        "official": rules.official if several else "announced",
        "scores_per_item": rules.scores_per_item if several else None,
        "disagreement": rules.disagreement,
        "anchor": rules.anchor and several,
        "anchor_item": None,
        "blind": rules.blind and several,
        "blind_seed": blind_seed if rules.blind and several else None,
    }


def protocol_from(value: Mapping[str, Any] | None) -> Protocol:
    """The settings as stored; a panel from before they existed has none of them."""
    known = value or {}
    return Protocol(**{name: known[name] for name in Protocol.__slots__ if name in known})


def frozen(
    settings: Mapping[str, Any], panel: Mapping[str, Any], items: Sequence[int]
) -> tuple[dict[str, Any], str]:
    """The whole protocol at release with its SHA-256 (规程指纹): rubric, sizes, settings, items in their order."""
    whole = {**settings, **panel, "most_extra": MOST_EXTRA, "items": list(items)}
    return whole, sha256_hex(whole)
