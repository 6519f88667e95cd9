"""A page as a program reads it: where it leads, what it loads, what it says, what it is made of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement, document_fromstring

SPOKEN = ("title", "aria-label", "placeholder", "alt")
SILENT = frozenset({"script", "style"})
NOTHING = re.compile(r"(?<![\w'-])(None|undefined|NaN|nan)(?![\w'-])|<(Markup|bound|function) ")


@dataclass(frozen=True)
class Surroundings:
    """What an element stands in."""

    main: bool = False
    foreign: bool = False
    """Marked as of another language than the page."""
    silent: bool = False
    title: bool = False
    """Of the page, not of a drawing in it."""
    heading: bool = False


TURNS = SILENT | {"main", "title", "h1"}
"""Elements that make other surroundings for what is in them."""


@dataclass
class Sheet:
    """What stands in one page."""

    language: str = ""
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)

    def walk(self, element: HtmlElement, around: Surroundings) -> None:
        """Notes an element and all that is in it."""
        if not isinstance(element.tag, str):
            return
        here = self._enter(element, around)
        self._hear(element.text, here)
        for child in element:
            self.walk(child, here)
            self._hear(child.tail, here)

    def _enter(self, element: HtmlElement, around: Surroundings) -> Surroundings:
        """Notes the element itself; answers what its content stands in."""
        tag, named = str(element.tag), dict(element.items())
        foreign = around.foreign or named.get("lang", self.language) != self.language
        self._note_addresses(tag, named)
        words = named.get("class", "").split()
        self.classes.update(words)
        if around.main:
            self.parts |= {f"{tag}.{word}" for word in words} | {tag}
        if not foreign:
            self.said += [named[name].strip() for name in SPOKEN if named.get(name)]
        if foreign == around.foreign and tag not in TURNS:
            return around
        return Surroundings(
            main=around.main or tag == "main",
            foreign=foreign,
            silent=around.silent or tag in SILENT,
            title=tag == "title" and not around.main,
            heading=around.heading or tag == "h1",
        )

    def _note_addresses(self, tag: str, named: Mapping[str, str]) -> None:
        if tag in {"a", "iframe"}:
            self.links.append(named.get("href") or named.get("src", ""))
        elif "src" in named or tag == "link":
            self.loads.append(named.get("src") or named.get("href", ""))
        self.ids += [named["id"]] if "id" in named else []
        self.inline += [f"{tag} {name}" for name in named if name == "style" or name.startswith("on")]

    def _hear(self, words: str | None, here: Surroundings) -> None:
        """Notes a text."""
        text = " ".join(words.split()) if words else ""
        if not text or here.silent:
            return
        if not here.foreign:
            self.said.append(text)
        if here.title:
            self.titles.append(text)
        if here.heading:
            self.headings.append(text)

    def faults(self, inline_allowed: bool = False) -> list[str]:
        """What no page may have, whatever it is about."""
        twice = {one for one in self.ids if self.ids.count(one) > 1}
        return [
            *([] if self.titles else ["no title"]),
            *([] if self.headings else ["no h1"]),
            *(f"id twice: {one}" for one in sorted(twice)),
            *(f"inline code: {one}" for one in self.inline if not inline_allowed),
            *(f"loads from elsewhere: {one}" for one in self.loads if "//" in one),
            *(f"says {text[:60]!r}" for text in self.said if NOTHING.search(text)),
        ]


def read(html: str) -> Sheet:
    """A page, read."""
    page = document_fromstring(html)
    sheet = Sheet(page.get("lang", ""))
    sheet.walk(page, Surroundings())
    return sheet
