"""Catalogues: Chinese source strings are the message ids, English comes from one PO file a feature (双语)."""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parent / "translations"
DEFAULT_LOCALE = "zh_Hans_CN"
LOCALES = {"zh_Hans_CN": "中文", "en": "English"}


def catalogue_files(locale: str = "en") -> list[Path]:
    """The PO files of a language, in name order."""
    return sorted((TRANSLATIONS / locale).glob("*.po"))


def merged_catalogue(locale: str = "en") -> Catalog:
    """All files as one catalogue; the first file that translates a message decides."""
    merged = Catalog(locale=locale, charset="utf-8")
    for path in catalogue_files(locale):
        for message in _messages(path, locale):
            if message.id not in merged:
                merged[message.id] = message
    return merged


def conflicts(locale: str = "en") -> list[str]:
    """Messages that two files translate differently (a gate keeps this empty)."""
    merged = merged_catalogue(locale)
    return [
        f"{path.name}: {message.id!r}: {message.string!r} is elsewhere {known.string!r}"
        for path in catalogue_files(locale)
        for message in _messages(path, locale)
        if (known := merged.get(message.id)) is not None and known.string != message.string
    ]


def _messages(path: Path, locale: str) -> Iterator[Message]:
    with path.open("rb") as source:
        yield from (message for message in read_po(source, locale=locale) if message.id and not message.fuzzy)


def compile_catalogues(*, force: bool = False) -> None:
    """Writes ``LC_MESSAGES/messages.mo`` when a PO file is newer than it."""
    for locale in LOCALES:
        files = catalogue_files(locale)
        target = TRANSLATIONS / locale / "LC_MESSAGES" / "messages.mo"
        if not files or (not force and _fresh(target, files)):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".partial{os.getpid()}")
        with partial.open("wb") as out:
            write_mo(out, merged_catalogue(locale))
        partial.replace(target)


def _fresh(target: Path, sources: list[Path]) -> bool:
    return target.exists() and target.stat().st_mtime >= max(source.stat().st_mtime for source in sources)


@lru_cache(maxsize=8)
def translations(locale: str) -> NullTranslations:
    """The messages of a language for what is written outside a request (mails)."""
    compiled = TRANSLATIONS / locale / "LC_MESSAGES" / "messages.mo"
    if not catalogue_files(locale):
        return NullTranslations()
    compile_catalogues()
    with compiled.open("rb") as source:
        return GNUTranslations(source)


COUNTING = (
    "count", "num", "n", "items", "most", "limit", "left", "hours", "days", "months", "years",
)  # fmt: skip
"""Names of places that count something: the first of them in a text decides between its forms for one and for many.
Chinese has one form; English has two where its catalogue has a ``msgid_plural`` (the same Chinese text)."""
MANY = 2


@lru_cache(maxsize=4000)
def counting(message: str) -> str:
    """The name of the place that counts; empty when the text counts nothing."""
    return next((name for name in COUNTING if f"%({name})s" in message), "")


def worded(words: NullTranslations, message: str, params: Mapping[str, Any] | None = None) -> str:
    """The text in the catalogue's language, its places not yet filled, in the form for one or for many."""
    name = counting(message)
    if not name:
        return words.gettext(message)
    number = (params or {}).get(name)
    text = words.ngettext(message, message, number if isinstance(number, int) else MANY)
    return words.gettext(message) if text == message else text


def has_forms(locale: str, message: str) -> bool:
    """True when the text differs between one and many in this language."""
    words = translations(locale)
    return bool(counting(message)) and words.ngettext(message, message, MANY) != message
