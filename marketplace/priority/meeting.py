"""What the meeting makes of a ranking (会议审议): the figures leave some candidates open, the meeting decides each,
and the list is those that are sure together with those that the meeting selects. Pure: the same on every machine."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marketplace.core.canonical import sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.decision.explanation import Decided, explain_decision
from marketplace.priority.held import Held, with_held

KINDS = ("pilot", "national")
"""Kinds of rounds that this is about: where money is given out the meeting decides about the plan instead."""
SINCE = 4
"""The first format whose snapshots hold the meeting's decisions."""
NAMED = 5
"""The first format in which a decision names its meeting."""
OPEN = "meeting"
"""The tier of a row that the figures leave open."""
SEEN = ("key", "rank", "base", "priority", "total")
JUDGED = ("lo", "hi", "chance", "tier", "calibrated", "calibrated_rank")

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settled:
    """审议结果: ``listed`` are the keys of those with a place in the order of the ranking, ``undecided`` the rows that
    wait for a decision, ``room`` is how many the meeting may select, ``over`` how many more it has selected."""

    listed: list[str]
    undecided: list[dict[str, Any]]
    room: int
    over: int


def agenda(content: Content) -> list[dict[str, Any]]:
    """需会议审议 rows, in the order of the ranking; none in a round whose places the meeting does not give."""
    if content["list"]["kind"] not in KINDS:
        return []
    worth = content["assessment"]["rows"]
    return [row for row in content["rows"] if worth[row["key"]]["tier"] == OPEN]


def figures_sha256(content: Content) -> str:
    """测算结果摘要: what the meeting had before it. Computed again with the same outcome it is the same."""
    worth = content["assessment"]["rows"]
    rows = [
        {name: row[name] for name in SEEN} | {name: worth[row["key"]][name] for name in JUDGED}
        for row in content["rows"]
    ]
    return sha256_hex({"places": content["list"]["places"], "rows": rows})


def settle(content: Content, decisions: Iterable[Mapping[str, Any]]) -> Settled:
    """The list once every decision is followed; of two about one candidate the later counts."""
    places, rows = content["list"]["places"], agenda(content)
    chosen = {one["key"]: one["selected"] for one in decisions}
    open_ = {row["key"] for row in rows}
    sure = [row["key"] for row in content["rows"][:places] if row["key"] not in open_]
    selected = {row["key"] for row in rows if chosen.get(row["key"])}
    listed = [row["key"] for row in content["rows"] if row["key"] in selected or row["key"] in sure]
    undecided = [row for row in rows if row["key"] not in chosen]
    return Settled(listed, undecided, places - len(sure), max(0, len(listed) - places))


def record(content: Content, decisions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a snapshot freezes of the meeting: its figures, each decision that counts with its sentence, the list."""
    last = {one["key"]: one for one in decisions}
    told = [_told(content, last[row["key"]]) for row in agenda(content) if row["key"] in last]
    return {
        "figures_sha256": figures_sha256(content),
        "decisions": told,
        "listed": settle(content, told).listed,
    }


def _told(content: Content, one: Mapping[str, Any]) -> dict[str, Any]:
    held = Held.of(one.get("meeting"))
    name, on = (held.name, held.on) if held else ("", None)
    of_units = content["list"]["kind"] == "pilot"
    said = explain_decision(Decided(bool(one["selected"]), str(one["reason"]), of_units, name, on))
    return {**with_held(dict(one), held), "zh": said.zh, "en": said.en}


def findings(content: Content) -> list[str]:
    """What is wrong with the meeting's part of a snapshot, in English words; nothing when the list follows from ranking
    and decisions. Snapshots of formats before ``SINCE`` have no such part."""
    if content["list"]["kind"] not in KINDS or content["format"] < SINCE:
        return ["the meeting's decisions have no place here"] if "meeting" in content else []
    if "meeting" not in content:
        return ["the meeting's decisions are missing"]
    found, open_ = content["meeting"], {row["key"] for row in agenda(content)}
    told = [one["key"] for one in found["decisions"]]
    settled = settle(content, found["decisions"])
    wrong = [f"no decision about {row['key']}" for row in settled.undecided]
    wrong += [f"{key} was not the meeting's to decide" for key in told if key not in open_]
    if len(set(told)) != len(told):
        wrong.append("two decisions about one candidate")
    if content["format"] < NAMED and any("meeting" in one for one in found["decisions"]):
        wrong.append("decisions of this format name no meeting")
    if settled.over:
        wrong.append(f"{len(settled.listed)} on the list for {content['list']['places']} places")
    if not wrong and record(content, found["decisions"]) != found:
        wrong.append("the list does not follow from ranking and decisions")
    return wrong
