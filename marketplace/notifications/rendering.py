"""Mails are rendered when they are decided, in the recipient's language, without a request (邮件成文).

A template ``templates/mail/<kind>.txt`` holds the subject on its first line and plain paragraphs below; the HTML is
made from that text. Greeting and closing line belong to every mail and stand here, once.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import escape

from marketplace.config import ROOT
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.i18n import DEFAULT_LOCALE, LOCALES, translations, worded
from marketplace.web.formats import date_text, datetime_text, exact_text, score_text, until_text, wan_text

FOLDER = ROOT / "templates" / "mail"
LONGEST_SUBJECT = 300
GREETING = N_("%(name)s，您好：")
CLOSING = N_("本邮件由系统自动发出，请勿直接回复。")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of a mail: its lines, or one address of this site alone."""

    lines: tuple[str, ...]
    is_link: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in one language, complete but for the name in its greeting."""

    subject: str
    text_body: str
    html_body: str
    placeholder: str

    def for_name(self, name: str) -> tuple[str, str]:
        """Text and HTML for one recipient. The placeholder is random, so no text can imitate it."""
        return (
            self.text_body.replace(self.placeholder, name),
            self.html_body.replace(self.placeholder, str(escape(name))),
        )


def known_locale(locale: str) -> str:
    """The locale itself if the program speaks it, else Chinese."""
    return locale if locale in LOCALES else DEFAULT_LOCALE


def language_of(html_body: str) -> str:
    """The language a mail was written in, as its own HTML says."""
    return "en" if '<html lang="en">' in html_body else "zh-CN"


@lru_cache(maxsize=len(LOCALES))
def environment(locale: str) -> Environment:
    """The mail templates in one language; compiled templates stay in memory."""
    words, english = translations(locale), locale == "en"
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(_formats(english), t=_translator(words))
    made.globals["english"] = english
    return made


def _formats(english: bool) -> dict[str, Callable[..., str]]:
    def show_date(day: date | None) -> str:
        return date_text(day, english)

    def show_datetime(moment: datetime | None, seconds: bool = False) -> str:
        return datetime_text(moment, english, seconds)

    def show_until(moment: datetime | None, weekday: bool = False) -> str:
        return until_text(moment, english, weekday)

    return {
        "date": show_date,
        "datetime": show_datetime,
        "until": show_until,
        "exact": exact_text,
        "wan": wan_text,
        "score": score_text,
    }


def _translator(words: NullTranslations) -> Callable[..., str]:
    def translate(message: str, params: Mapping[str, Any] | None = None) -> str:
        text = worded(words, message, params) if message else ""
        return text % params if params else text

    return translate


def compose(kind: str, context: Mapping[str, Any], locale: str, base_url: str) -> Letter:
    """Renders a mail of this kind. Raises UndefinedError when the context lacks something."""
    env, placeholder = environment(known_locale(locale)), secrets.token_hex(16)
    rendered = env.get_template(f"{kind}.txt").render(**context, link=lambda path: base_url + path)
    first, _, rest = rendered.strip().partition("\n")
    subject = " ".join(first.split())[:LONGEST_SUBJECT]
    blocks = paragraphs(rest, base_url)
    words = translations(known_locale(locale))
    greeting = words.gettext(GREETING) % {"name": placeholder}
    parts = [greeting, *("\n".join(block.lines) for block in blocks), "-- \n" + words.gettext(CLOSING)]
    html = env.get_template("layout.html").render(subject=subject, greeting=greeting, blocks=blocks)
    return Letter(subject, "\n\n".join(parts) + "\n", html, placeholder)


def paragraphs(text: str, base_url: str) -> list[Block]:
    """The text by blank lines. Only an address of this site that stands alone becomes a link: what people typed
    cannot lead away."""
    found: list[list[str]] = [[]]
    for line in (line.rstrip() for line in text.split("\n")):
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [Block(tuple(lines), _is_own_address(lines, base_url)) for lines in found if lines]


def _is_own_address(lines: list[str], base_url: str) -> bool:
    return len(lines) == 1 and lines[0].startswith(f"{base_url}/") and not any(c.isspace() for c in lines[0])
