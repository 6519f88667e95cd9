"""盲评代号: the code names of a blind panel. They follow from places that a seed has drawn, so that they tell nothing
of who bid, when, or under which number. Pure."""

from collections.abc import Sequence
from typing import Any

from marketplace.core.text import N_
from marketplace.reviews.composition import lot
from marketplace.reviews.protocol import Protocol
from marketplace.reviews.subjects import Subject

CODE = N_("材料%(number)s")
"""What an item is called while its unit is hidden."""


def in_drawn_order(items: Sequence[Subject], protocol: Protocol) -> list[Subject]:
    """抽签排序: of a blind panel by the lots of its seed, which anybody who knows the bids can draw again; else as
    given. Numbers of rows and places follow this order, so no address tells more than the code name."""
    seed = protocol.blind_seed if protocol.blind else None
    return list(items) if seed is None else sorted(items, key=lambda item: lot(seed, item.subject_id))


def follows_seed(subject_ids: Sequence[int], protocol: Protocol) -> bool:
    """Whether subjects that stand in this order do so by the lots of the seed (按种子复算)."""
    seed = protocol.blind_seed if protocol.blind else None
    return seed is None or list(subject_ids) == sorted(subject_ids, key=lambda one: lot(seed, one))


def number_of(position: int) -> str:
    """01, 02 …"""
    return f"{position:02d}"


def code_of(position: int) -> tuple[str, dict[str, Any]]:
    """The code name as a text to translate."""
    return CODE, {"number": number_of(position)}
