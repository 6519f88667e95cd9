"""分歧规则: when the marks of one item lie too far apart to be believed, another expert is asked. Pure."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from marketplace.reviews.protocol import MOST_EXTRA


def calls_extra(totals: Sequence[Decimal], extras: int, threshold: int | None) -> bool:
    """Whether one more expert is needed. At first the highest and the lowest total must not lie further apart than the
    threshold. Each extra expert who has scored allows one outlying total to be left aside: the range of all marks can
    only grow, so that otherwise no extra opinion could ever settle anything."""
    agreeing = len(totals) - extras
    if threshold is None or extras >= MOST_EXTRA or agreeing < 2:
        return False
    ordered = sorted(totals)
    return min(ordered[n + agreeing - 1] - ordered[n] for n in range(extras + 1)) > threshold


def extra_seed(protocol_sha256: str, item_id: int, number: int) -> int:
    """The seed of the lot for an item's next extra expert: fixed with the protocol, so that nobody can choose it."""
    told = f"{protocol_sha256}:{item_id}:{number}"
    return int(hashlib.sha256(told.encode()).hexdigest()[:8], 16) & 0x7FFFFFFF
