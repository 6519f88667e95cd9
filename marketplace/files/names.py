"""File names as people give them, made safe to keep, to show and to send."""

import unicodedata

MOST_CHARACTERS = 120
_HIDDEN = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Invisible signs; some turn the reading direction, so that ``gpj.exe`` could be shown as ``exe.jpg``."""


def clean_name(raw: str | None) -> str:
    """The last part of the path without control, direction and shell-hostile signs; at most 120 characters, the
    extension kept. Empty when nothing is left."""
    last = unicodedata.normalize("NFC", raw or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if _printable(char)).strip(" .")
    stem, dot, extension = kept.rpartition(".")
    if not dot or not stem.strip(" ."):
        return ""
    room = MOST_CHARACTERS - len(extension) - 1
    return f"{stem[:room].rstrip()}.{extension}" if room > 0 else ""


def extension_of(name: str) -> str:
    """The lower-case ending after the last dot."""
    return name.rpartition(".")[2].lower()


def _printable(char: str) -> bool:
    return char not in _HIDDEN and char not in '<>:"|?*' and unicodedata.category(char) not in {"Cc", "Cs"}
