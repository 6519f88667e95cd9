"""Small rules about text that several steps share."""

import re
import unicodedata


def N_(message: str) -> str:
    """Marks a Chinese source string for the catalogue where it cannot be translated yet."""
    return message


_FULL_WIDTH_ALNUM = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0x3000)
}


def tidy(value: str | None) -> str:
    """What a person typed, without the accidents: line ends unified, full-width letters, digits and spaces made
    half-width, blank ends removed. Chinese punctuation stays."""
    text = (value or "").replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_FULL_WIDTH_ALNUM).strip()


_INNER_QUOTES = str.maketrans("“”", "‘’")


def quoted(title: str) -> str:
    """A title in quotation marks; those within it become single ones."""
    return f"“{title.translate(_INNER_QUOTES)}”"


_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def has_forbidden_characters(text: str) -> bool:
    """NUL and other control characters that no form field may hold (PostgreSQL refuses NUL, SQLite does not)."""
    return _FORBIDDEN.search(text) is not None
