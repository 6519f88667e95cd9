"""A page in a real browser: what axe says, what the console says, what is fetched, what sticks out."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.conftest import Demonstration
from tests.journeys.crawl import Visit, token_of
from tests.support.live import cookie_value

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """async ([tags, colours]) => (await axe.run({
    resultTypes: ["violations"], preload: false, selectors: false, runOnly: {type: "tag", values: tags},
    rules: {"color-contrast": {enabled: colours}},
})).violations
    .flatMap((rule) => rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.html.slice(0, 160)}`))"""
STICKS_OUT = """() => {
    const page = document.documentElement, edge = page.clientWidth;
    if (page.scrollWidth <= edge) return [];
    const all = [...document.querySelectorAll("body *")];
    const wide = all.filter((node) => node.getBoundingClientRect().right > edge + 1);
    return wide.slice(-1).map((node) => node.outerHTML.slice(0, 160));
}"""
WIDE, NARROW, NARROWEST = 1366, 360, 320


@dataclass
class Looker:
    """One reader's browser in one language."""

    context: BrowserContext
    address: str
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self._fetched(request.url))
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.heard.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))

    def _fetched(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.heard.append(f"fetched from elsewhere: {url}")

    def open(self, path: str) -> None:
        """Goes to a page; what it said while it came is kept."""
        response = self.page.goto(self.address + path)
        if response is None or response.status != 200:
            self.heard.append(f"status {response and response.status}")

    def taken(self) -> list[str]:
        """What was heard since the last time."""
        said, self.heard[:] = list(self.heard), []
        return said

    def at(self, width: int) -> list[str]:
        """What sticks out of a window of this width."""
        self.page.set_viewport_size({"width": width, "height": 768})
        return [f"sticks out at {width}: {one}" for one in self.page.evaluate(STICKS_OUT)]

    def violations(self, width: int, colours: bool) -> list[str]:
        """What axe finds in a window of this width."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        return [f"axe at {width}: {one}" for one in self.page.evaluate(RUN, [list(TAGS), colours])]


def looker(demonstration: Demonstration, browser: Browser, who: str | None, language: str) -> Looker:
    """A browser for a reader."""
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
    name, address = demonstration.app.config["SESSION_COOKIE_NAME"], demonstration.address
    cookies = {"language": language}
    if who is not None:
        cookies[name] = cookie_value(demonstration.app, token_of(demonstration.app, who))
    context.add_cookies([{"name": key, "value": value, "url": address} for key, value in cookies.items()])
    return Looker(context, address)


def looked_at(demonstration: Demonstration, browser: Browser, visits: list[Visit]) -> Iterator[str]:
    """What is wrong with pages: in Chinese by axe in two widths, in both languages what sticks out."""
    by_reader: dict[str | None, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_reader[visit.who].append(visit)
    for who, pages in by_reader.items():
        for language in ("zh_Hans_CN", "en"):
            eyes = looker(demonstration, browser, who, language)
            for visit in pages:
                yield from (f"{visit} ({language}): {fault}" for fault in faults(eyes, visit, language))
            eyes.context.close()


def faults(eyes: Looker, visit: Visit, language: str) -> list[str]:
    """One page, from the wide window to the narrowest. What axe says to the console itself is not counted."""
    eyes.page.set_viewport_size({"width": WIDE, "height": 768})
    eyes.open(visit.path)
    if language == "en":
        return [fault for width in (WIDE, NARROWEST) for fault in eyes.at(width)] + eyes.taken()
    found = [fault for width in (WIDE, NARROW, NARROWEST) for fault in eyes.at(width)] + eyes.taken()
    found += eyes.violations(NARROWEST, visit.colours)
    eyes.at(WIDE)
    found += eyes.violations(WIDE, True)
    eyes.taken()
    return found
