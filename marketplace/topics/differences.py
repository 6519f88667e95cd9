"""What changed between two texts of a topic (修改对照), item by item, as plain values to be worded later."""

from collections.abc import Iterator, Mapping
from typing import Any

from marketplace.topics.content import plain

LISTED = ("objectives", "milestones")
Change = dict[str, Any]
"""``field``, ``number`` (of a row, else None), ``old``, ``new``; None where there was or is nothing."""


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """All differences of two contents given as plain values, in the order of the new text."""
    changes: list[Change] = []
    for name in new:
        changes.extend(_of_field(name, old.get(name), new[name]))
    return changes


def _of_field(name: str, old: Any, new: Any) -> Iterator[Change]:
    if name == "deliverables":
        yield from _of_keyed(name, old or (), new)
    elif name in LISTED:
        yield from _of_rows(name, old or (), new)
    elif plain(old) != plain(new):
        yield {"field": name, "number": None, "old": plain(old), "new": plain(new)}


def _of_rows(name: str, old: Any, new: Any) -> Iterator[Change]:
    for number in range(max(len(old), len(new))):
        before = plain(old[number]) if number < len(old) else None
        after = plain(new[number]) if number < len(new) else None
        if before != after:
            yield {"field": name, "number": number + 1, "old": before, "new": after}


def _of_keyed(name: str, old: Any, new: Any) -> Iterator[Change]:
    before = {item["key"]: (number, plain(item)) for number, item in enumerate(old, 1)}
    for number, item in enumerate(new, 1):
        _, known = before.pop(item["key"], (0, None))
        if known != plain(item):
            yield {"field": name, "number": number, "old": known, "new": plain(item)}
    for number, gone in before.values():
        yield {"field": name, "number": number, "old": gone, "new": None}
