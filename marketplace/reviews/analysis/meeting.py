"""需会议审议: which items wait for the panel's vote, and how it went. Pure."""

from collections.abc import Mapping
from typing import Any

from marketplace.reviews.analysis.record import disputed_items


def votes_by_item(result: Mapping[str, Any] | None) -> dict[int, Mapping[str, Any]]:
    """The recorded votes, by item."""
    return {vote["item"]: vote for vote in (result or {}).get("meeting", ())}


def open_disputes(result: Mapping[str, Any] | None, analysis: Mapping[str, Any] | None) -> list[int]:
    """Items about which announced and calibrated result disagree and the panel has not voted yet."""
    voted = votes_by_item(result)
    return [item for item in disputed_items(analysis) if item not in voted]
