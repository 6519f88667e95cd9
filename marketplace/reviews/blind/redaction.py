"""隐名: hides given names in a text, however they are spaced, broken or written. Pure; no stored text is changed.

Texts are compared folded: full-width and half-width forms alike, small letters, without blanks, line breaks, invisible
characters, hyphens and dots inside. Every stretch that is part of any occurrence of any name is hidden, so that names
which overlap leave no rest behind.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_


class Hidden(StrEnum):
    """What kind of name is hidden."""

    UNIT = "unit"
    PLACE = "place"
    PERSON = "person"
    PARTNER = "partner"
    PHONE = "phone"
    EMAIL = "email"
    OTHER = "other"


PLACEHOLDERS = {
    Hidden.UNIT: N_("【单位】"),
    Hidden.PLACE: N_("【地区】"),
    Hidden.PERSON: N_("【人员】"),
    Hidden.PARTNER: N_("【合作单位】"),
    Hidden.PHONE: N_("【电话】"),
    Hidden.EMAIL: N_("【邮箱】"),
    Hidden.OTHER: N_("【已隐去】"),
}
JOINERS = frozenset("-‐‑‒–—·•‧・_'’.")
HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width signs to their usual form, one for one."""
MAIL = re.compile(r"[\w.+-]+\s*[@＠]\s*[\w-]+(?:\s*[.．]\s*[\w-]+)+", re.ASCII)
PHONE = re.compile(
    r"(?<!\d)(?:(?:\+?86[\s-]*)?1[3-9]\d(?:[\s-]?\d{4}){2}|0\d{2,3}[\s-]*\d{7,8}(?:[\s-]*\d{1,4})?)(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A name to hide."""

    text: str
    kind: Hidden


Span = tuple[int, int]
"""From and to (exclusive) in the original text."""


class Folded:
    """A text as it is compared, with the way back to the original."""

    __slots__ = ("original", "places", "text")

    def __init__(self, original: str) -> None:
        self.original = original
        pieces: list[str] = []
        self.places: list[int] = []
        for place, char in enumerate(original):
            if one := _folded(char):
                pieces.append(one)
                self.places += [place] * len(one)
        self.text = "".join(pieces)

    def spans(self, name: str) -> Iterator[Span]:
        """Every occurrence of a name that is folded already, overlapping ones included."""
        found = self.text.find(name)
        while found >= 0:
            span = self.places[found], self.places[found + len(name) - 1] + 1
            if self._stands_alone(span, name):
                yield span
            found = self.text.find(name, found + 1)

    def _stands_alone(self, span: Span, name: str) -> bool:
        """Letters are not part of a longer word, digits not of a longer number."""
        before = self.original[span[0] - 1 : span[0]]
        after = self.original[span[1] : span[1] + 1]
        return not (_alike(before, name[0]) or _alike(name[-1], after))


def _alike(one: str, other: str) -> bool:
    letters = one.isascii() and other.isascii() and one.isalpha() and other.isalpha()
    return letters or (one.isdigit() and other.isdigit())


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if "\u4e00" <= char <= "\u9fff":
        return char
    whole = unicodedata.normalize("NFKC", char).casefold()
    return "".join(one for one in whole if not (one.isspace() or one in JOINERS or _invisible(one)))


def _invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cf", "Mn", "Cc"}


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    """A name as it is compared."""
    return Folded(name).text


class Redactor:
    """隐名: hides all occurrences of some names, and every telephone number and mail address."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._names: dict[str, Hidden] = {}
        for term in terms:
            name = folded(term.text)
            if name:
                self._names.setdefault(name, term.kind)

    def hide(self, text: str) -> str:
        """The text with a neutral word in the place of each name."""
        pieces: list[str] = []
        end, last = 0, ""
        for start, stop, kind in _merged(self._found(text)):
            between, word = text[end:start], PLACEHOLDERS[kind]
            if between.strip() or word != last:
                pieces += [between, word]
            end, last = stop, word
        return "".join([*pieces, text[end:]])

    def _found(self, text: str) -> list[tuple[int, int, Hidden]]:
        plain = text.translate(HALF)
        found = [(*one.span(), kind) for kind, pattern in PATTERNS for one in pattern.finditer(plain)]
        whole = Folded(text)
        for name, kind in self._names.items():
            if name in whole.text:
                found += [(*span, kind) for span in whole.spans(name)]
        return found


PATTERNS = ((Hidden.EMAIL, MAIL), (Hidden.PHONE, PHONE))


def _merged(found: Sequence[tuple[int, int, Hidden]]) -> list[tuple[int, int, Hidden]]:
    """Stretches that overlap become one, of the kind of the longest."""
    whole: list[tuple[int, int, Hidden, int]] = []
    for start, stop, kind in sorted(found, key=lambda one: (one[0], -one[1])):
        if whole and start < whole[-1][1]:
            begin, end, before, longest = whole[-1]
            size = stop - start
            best = kind if size > longest else before
            whole[-1] = (begin, max(end, stop), best, max(longest, size))
        else:
            whole.append((start, stop, kind, stop - start))
    return [(start, stop, kind) for start, stop, kind, _ in whole]
