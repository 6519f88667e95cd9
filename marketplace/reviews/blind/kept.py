"""Leads found once are not looked for again (线索留存): each process keeps them by the fingerprint of everything that
they follow from, so that a changed text, name or decision is looked at anew."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from marketplace.core.canonical import sha256_hex
from marketplace.reviews.blind.leads import Known, Lead, Passage
from marketplace.reviews.blind.redaction import Term

MOST_KEPT = 512
"""Items; the least recently looked at go first."""


class KeptLeads:
    """The leads of items by fingerprint. ``computed`` counts how often they had to be looked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Sequence[Lead]] = OrderedDict()
        self._lock = threading.Lock()
        self.computed = 0

    def get(self, key: str, look: Callable[[], Sequence[Lead]]) -> Sequence[Lead]:
        """What is kept under this fingerprint, or what ``look`` finds."""
        with self._lock:
            if (known := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return known
        found = look()
        with self._lock:
            self.computed += 1
            self._kept[key] = found
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found


KEPT = KeptLeads()


def fingerprint(passages: Iterable[Passage], terms: Iterable[Term], known: Known) -> str:
    """SHA-256 of everything that leads follow from: the texts as they are stored, the words that are hidden in them,
    and the names that are looked for."""
    return sha256_hex(
        {
            "texts": [[one.where, one.text] for one in passages],
            "terms": [[term.text, str(term.kind)] for term in terms],
            "units": list(known.units),
            "places": list(known.places),
        }
    )
