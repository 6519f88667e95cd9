"""A page in a real browser: what axe says, what the console says, what is fetched, what sticks out."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from tests.journeys.conftest import Demonstration
from tests.journeys.crawl import Visit, token_of
from tests.support import axe
from tests.support.live import cookie_value, served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WIDE, NARROWEST = 1366, 320
"""Windows in which axe looks at pages."""

HANG_ON_WIDTH = ("target-size", "scrollable-region-focusable")
"""What a narrow window can spoil in parts that were looked at on another page."""

ONE_OF_A_KIND = """() => {
    const named = ["for", "aria-labelledby", "aria-describedby", "aria-controls"];
    const told = (node) => [...node.attributes].map(({name, value}) =>
        ["class", "style", "role", "type"].includes(name) ? `${name}=${value}`
        : named.includes(name) ? `${name}:${value.split(" ").every((id) => document.getElementById(id))}`
        : `${name}:${value !== ""}`);
    const looks = (node) => `${node.tagName} ${told(node)} ${node.textContent.trim() !== ""}`;
    const row = (node) => [node, ...node.querySelectorAll("*")].map(looks).join();
    for (const parent of document.querySelectorAll("main tbody, main ul, main ol, main dl, main select")) {
        const seen = new Set();
        for (const child of [...parent.children]) {
            const like = row(child);
            if (seen.has(like)) child.remove();
            seen.add(like);
        }
    }
}"""
"""Of rows that differ in nothing but their words and where they lead, axe need see one."""
NEW_SHADES = """(name) => {
    const told = (node) => node && `${node.tagName} ${node.getAttribute("class")} ${node.matches(":disabled")}`;
    const grounds = new Map([[null, ""]]);
    const ground = (node) => {
        if (grounds.has(node)) return grounds.get(node);
        const {backgroundColor: colour, backgroundImage: image} = getComputedStyle(node);
        const bare = colour === "rgba(0, 0, 0, 0)" && image === "none";
        const found = bare ? ground(node.parentElement) : `${colour} ${image}`;
        grounds.set(node, found);
        return found;
    };
    const shade = (node) => {
        const {color, fontSize, fontWeight} = getComputedStyle(node);
        const around = [node, node.parentElement, node.parentElement.parentElement].map(told).join(" < ");
        return `${around} | ${color} ${fontSize} ${fontWeight} | ${ground(node)}`;
    };
    const says = (node) => node.matches("input, select, textarea")
        || [...node.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());
    const known = `${name} ${innerWidth}`;
    const seen = new Set(JSON.parse(localStorage.getItem(known) || "[]"));
    for (const node of document.body.querySelectorAll("*")) {
        node.removeAttribute(name);
        if (!says(node) || !node.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
        const found = shade(node);
        if (seen.has(found)) continue;
        seen.add(found);
        node.setAttribute(name, "");
    }
    localStorage.setItem(known, JSON.stringify([...seen]));
}"""
"""Gives a name to the first of all visible texts that look alike by what stands around and behind them, unless one
like it is known: to measure contrasts is what costs axe most."""
MEASURED = "data-measured"
STICKS_OUT = """() => {
    const page = document.documentElement, edge = page.clientWidth;
    if (page.scrollWidth <= edge) return [];
    const all = [...document.querySelectorAll("body *")];
    const wide = all.filter((node) => node.getBoundingClientRect().right > edge + 1);
    return wide.slice(-1).map((node) => node.outerHTML.slice(0, 160));
}"""
LANGUAGES = {"zh_Hans_CN": "zh-CN", "en": "en"}
"""As the program calls them, and as its pages do."""
HEIGHT = 240
"""Of the windows: nothing here hangs on it, and only what stands in them is painted."""


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

    def violations(self, width: int, visit: Visit) -> list[str]:
        """What axe finds in a window of this width: in a narrow one all rules on those pages that together have every
        part."""
        self._widen(width)
        if not axe.is_loaded(self.page):
            self.page.add_script_tag(url=f"{self.address}/axe.js")
        if visit.narrow or width == WIDE:
            self.page.evaluate(NEW_SHADES, MEASURED)
            found = axe.violations(self.page, measured=f"[{MEASURED}]")
        else:
            found = axe.violations(self.page, {"type": "rule", "values": HANG_ON_WIDTH})
        return [f"axe at {width}: {one}" for one in found]

    def _widen(self, width: int) -> None:
        """Another window, if it is another."""
        if width != self.width:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.width = width


@contextmanager
def looker(demonstration: Demonstration, browser: Browser) -> Iterator[Looker]:
    """A browser before the sample year, with the checker at an address of its own: so it is compiled once."""
    checker = Response(axe.SCRIPT, mimetype="text/javascript", headers={"Cache-Control": "max-age=3600"})
    site = AsItWasRead(demonstration.app)
    with served(DispatcherMiddleware(site, {"/axe.js": checker})) as address:
        context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
        yield Looker(context, demonstration, address, site)
        context.close()


def looked_at(demonstration: Demonstration, browser: Browser, visits: list[Visit]) -> Iterator[str]:
    """What is wrong with pages: in Chinese by axe in two widths, in both languages what sticks out."""
    with looker(demonstration, browser) as eyes:
        for language in LANGUAGES:
            for visit in sorted(visits, key=lambda one: one.who or ""):
                yield from (f"{visit} ({language}): {fault}" for fault in faults(eyes, visit, language))


def faults(eyes: Looker, visit: Visit, language: str) -> list[str]:
    """One page in both windows, first in the one that is there. What axe says to the console itself is not counted."""
    eyes.open(visit, language)
    widths = sorted((WIDE, NARROWEST), key=lambda width: width != eyes.width)
    found = [fault for width in widths for fault in eyes.at(width)] + eyes.taken()
    if language == "en":
        return found
    eyes.page.evaluate(ONE_OF_A_KIND)
    found += [fault for width in reversed(widths) for fault in eyes.violations(width, visit)]
    eyes.taken()
    return found
