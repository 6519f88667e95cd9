"""What a chair should look at twice (提示): copied comments, marks of the last minute, sheets without a difference.

A hint is a question to a person, never a finding: each has an innocent explanation, and the pages say it.
"""

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from marketplace.reviews.analysis.question import Entry, Question, moment

LONG = 20
LAST_MINUTES = timedelta(minutes=10)
SECONDS = 20
MANY = 3


def fingerprint_of(comment: str) -> str | None:
    """A short fingerprint of a comment of at least 20 letters, whatever its spaces and punctuation; None for a shorter
    one: short comments agree by chance."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", comment).lower() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()[:16] if len(plain) >= LONG else None


def hint_records(question: Question) -> list[dict[str, Any]]:
    """All hints, in a fixed order."""
    entries = sorted(
        (entry for entry in question.entries if not entry.recused), key=lambda entry: (entry.seat, entry.item)
    )
    by_seat: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_seat[entry.seat].append(entry)
    found = list(_copies(entries))
    for seat, own in by_seat.items():
        found += [
            {"seat": seat, **hint} for hint in (_late(own, question.due_at), _hasty(own), _flat(own)) if hint
        ]
    return found


def _copies(entries: Iterable[Entry]) -> Iterable[dict[str, Any]]:
    """The same long comment in several sheets: of several experts, or of one expert for several items."""
    places: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for text in sorted(set((entry.texts or {}).values())):
            places[text].append(entry)
    groups: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = defaultdict(int)
    for sheets in places.values():
        seats = tuple(sorted({entry.seat for entry in sheets}))
        items = tuple(sorted({entry.item for entry in sheets}))
        if len(sheets) > 1:
            groups[(seats, items)] += 1
    for (seats, items), count in sorted(groups.items()):
        code = "copied_between" if len(seats) > 1 else "copied_by_one"
        yield {"code": code, "seats": list(seats), "items": list(items), "count": count}


def _late(own: list[Entry], due_at: str) -> dict[str, Any] | None:
    """Submitted in the last ten minutes."""
    due = moment(due_at)
    late = [at for entry in own if due and (at := moment(entry.submitted_at)) and due - at <= LAST_MINUTES]
    if due is None or not late:
        return None
    return {
        "code": "last_minutes",
        "minutes": max(0, int((due - max(late)).total_seconds() // 60)),
        "count": len(late),
    }


def _hasty(own: list[Entry]) -> dict[str, Any] | None:
    """At least three sheets whose last changes lie within seconds of each other."""
    times = sorted(at for entry in own if (at := moment(entry.saved_at)))
    longest = max(_runs(times), default=1)
    return {"code": "within_seconds", "count": longest, "seconds": SECONDS} if longest >= MANY else None


def _runs(times: list[datetime]) -> Iterable[int]:
    """Lengths of the runs of moments that follow each other within seconds."""
    length = 1
    for before, after in pairwise(times):
        length = length + 1 if (after - before).total_seconds() < SECONDS else 1
        yield length


def _flat(own: list[Entry]) -> dict[str, Any] | None:
    """The same mark for every criterion of every item."""
    marks = {mark for entry in own for mark in entry.marks.values()}
    criteria = sum(len(entry.marks) for entry in own)
    if len(marks) != 1 or None in marks or criteria < 2 or len(own) < 2:
        return None
    return {"code": "all_the_same", "mark": next(iter(marks)), "count": len(own)}
