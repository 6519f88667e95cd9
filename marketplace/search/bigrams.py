"""Chinese without a dictionary (二元切分): every adjacent pair of a Han run is a word, and so is its last character.

Then a word of two characters or more is found as a phrase of pairs, and a single character as the beginning of one.
"""

import re

from marketplace.core.dataclass import dataclass
from marketplace.core.text import tidy

_RUNS = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
"""Compiled, and kept, by ``re`` at the first search."""
MOST_TOKENS = 15_000
"""PostgreSQL knows positions up to 16,383."""
MOST_TERMS = 8
LONGEST_TOKEN = 60


@dataclass(frozen=True, slots=True)
class Term:
    """One part of what somebody looks for: ``tokens`` stand side by side; the last is open-ended with ``prefix``;
    ``text`` is what to highlight."""

    text: str
    tokens: tuple[str, ...]
    prefix: bool


def _is_han(run: str) -> bool:
    return run[0] >= "\u3400"


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run))]


def _runs(text: str) -> list[str]:
    return [run.lower() for run in re.findall(_RUNS, tidy(text))]


def tokens(text: str) -> list[str]:
    """The words of a text in order."""
    found: list[str] = []
    for run in _runs(text):
        found.extend(_pairs(run) if _is_han(run) else [run[:LONGEST_TOKEN]])
        if len(found) >= MOST_TOKENS:
            break
    return found[:MOST_TOKENS]


def terms(words: str) -> tuple[Term, ...]:
    """What to look for: all terms must be found."""
    return tuple(_term(run) for run in dict.fromkeys(_runs(words)))[:MOST_TERMS]


def _term(run: str) -> Term:
    if not _is_han(run):
        return Term(run, (run[:LONGEST_TOKEN],), prefix=True)
    if len(run) == 1:
        return Term(run, (run,), prefix=True)
    return Term(run, tuple(_pairs(run)[:-1]), prefix=False)
