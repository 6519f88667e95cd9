"""A page as a program reads it: where it leads, what it loads, what it says, what it is made of."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
SPOKEN = ("title", "aria-label", "placeholder", "alt")
SILENT = frozenset({"script", "style"})
NOTHING = re.compile(r"(?<![\w'-])(None|undefined|NaN|nan)(?![\w'-])|<(Markup|bound|function) ")


@dataclass
class Sheet(HTMLParser):
    """What stands in one page."""

    language: str = ""
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.language = self.language or named.get("lang", "")
        foreign = named.get("lang", self.language) != self.language or self._foreign()
        self._note(tag, named, foreign)
        if tag not in VOID:
            self.open.append((tag, foreign))

    def _note(self, tag: str, named: dict[str, str], foreign: bool) -> None:
        if tag in {"a", "iframe"}:
            self.links.append(named.get("href") or named.get("src", ""))
        elif "src" in named or tag == "link":
            self.loads.append(named.get("src") or named.get("href", ""))
        if any(name == "main" for name, _ in self.open):
            self.parts |= {f"{tag}.{word}" for word in named.get("class", "").split()} | {tag}
        self.ids += [named["id"]] if "id" in named else []
        self.inline += [f"{tag} {name}" for name in named if name == "style" or name.startswith("on")]
        if not foreign:
            self.said += [named[name].strip() for name in SPOKEN if named.get(name)]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        inside = [name for name, _ in self.open]
        if not text or SILENT & set(inside):
            return
        if not self._foreign():
            self.said.append(text)
        if "title" in inside and "svg" not in inside:
            self.titles.append(text)
        if "h1" in inside:
            self.headings.append(text)

    def _foreign(self) -> bool:
        """Inside something marked as of another language."""
        return bool(self.open) and self.open[-1][1]

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
    sheet = Sheet()
    sheet.feed(html)
    return sheet
