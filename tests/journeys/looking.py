"""A page in a real browser: what axe says, what the console says, what is fetched, what sticks out."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.wrappers import Response

from tests.journeys.conftest import Demonstration
from tests.journeys.crawl import Visit, token_of
from tests.support.live import cookie_value, served
from tests.support.microscope import HEIGHT, NARROWEST, WIDE, Microscope

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

STICKS_OUT = """() => {
    const page = document.documentElement, edge = page.clientWidth;
    if (page.scrollWidth <= edge) return [];
    const all = [...document.querySelectorAll("body *")];
    const wide = all.filter((node) => node.getBoundingClientRect().right > edge + 1);
    return wide.slice(-1).map((node) => node.outerHTML.slice(0, 160));
}"""
LANGUAGES = {"zh_Hans_CN": "zh-CN", "en": "en"}
"""As the program calls them, and as its pages do."""


class AsItWasRead:
    """Serves a page as the walk through the sample year found it, and from the program whatever else is asked for."""

    def __init__(self, program: "WSGIApplication") -> None:
        self.program = program
        self.pages: dict[str, tuple[dict[str, str], str]] = {}

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        found = self.pages.pop(environ["RAW_URI"], None)
        if found is None:
            return self.program(environ, start)
        headers, text = found
        return Response(text, headers=headers)(environ, start)


@dataclass
class Looker:
    """A browser at which one reader after another opens pages."""

    context: BrowserContext
    demonstration: Demonstration
    address: str
    site: AsItWasRead
    microscope: Microscope
    heard: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    width: int = 0
    reader: tuple[str | None, str] | None = None

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self._fetched(request.url))
        self.page: Page = self.context.new_page()
        self._widen(WIDE)
        self.page.on("console", lambda message: self.heard.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))

    def _fetched(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.heard.append(f"fetched from elsewhere: {url}")

    def become(self, who: str | None, language: str) -> None:
        """From here on a reader, in a language."""
        if self.reader == (who, language):
            return
        self.reader = who, language
        app = self.demonstration.app
        cookies = {"language": language}
        if who is not None:
            token = self.tokens.get(who) or self.tokens.setdefault(who, token_of(app, who))
            cookies[app.config["SESSION_COOKIE_NAME"]] = cookie_value(app, token)
        self.context.clear_cookies()
        self.context.add_cookies(
            [{"name": key, "value": value, "url": self.address} for key, value in cookies.items()]
        )

    def open(self, visit: Visit, language: str) -> None:
        """Goes to a page; what it said while it came is kept."""
        self.become(visit.who, language)
        known = visit.served.get(LANGUAGES[language])
        self.site.pages = {visit.path: known} if known else {}
        response = self.page.goto(self.address + visit.path)
        if response is None or response.status != 200:
            self.heard.append(f"status {response and response.status}")

    def taken(self) -> list[str]:
        """What was heard since the last time."""
        said, self.heard[:] = list(self.heard), []
        return said

    def at(self, width: int) -> list[str]:
        """What sticks out of a window of this width."""
        self._widen(width)
        return [f"sticks out at {width}: {one}" for one in self.page.evaluate(STICKS_OUT)]

    def _widen(self, width: int) -> None:
        """Another window, if it is another."""
        if width != self.width:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.width = width


@contextmanager
def looker(demonstration: Demonstration, browser: Browser, microscope: Microscope) -> Iterator[Looker]:
    """A browser before the sample year."""
    site = AsItWasRead(demonstration.app)
    with served(site) as address:
        context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
        yield Looker(context, demonstration, address, site, microscope)
        context.close()


def looked_at(
    demonstration: Demonstration, browser: Browser, microscope: Microscope, visits: list[Visit]
) -> Iterator[str]:
    """What is wrong with pages: in Chinese by axe in two widths, in both languages what sticks out."""
    with looker(demonstration, browser, microscope) as eyes:
        for language in LANGUAGES:
            for visit in sorted(visits, key=lambda one: one.who or ""):
                yield from (f"{visit} ({language}): {fault}" for fault in faults(eyes, visit, language))


def faults(eyes: Looker, visit: Visit, language: str) -> list[str]:
    """One page in windows of both widths, first in the width they have."""
    eyes.open(visit, language)
    found = [fault for width in both_widths(eyes.width) for fault in eyes.at(width)] + eyes.taken()
    if language == "en":
        return found
    eyes.microscope.take(eyes.page)
    for width in both_widths(eyes.microscope.width):
        found += eyes.microscope.violations(width, thorough=visit.narrow or width == WIDE)
    return found


def both_widths(present: int) -> list[int]:
    """First the present one: to resize a window costs as much as to look at it."""
    return sorted((WIDE, NARROWEST), key=lambda width: width != present)
