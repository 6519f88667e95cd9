"""What axe finds in a page, asked for faults alone: to name what is right, and where, takes it several times longer."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page

SCRIPT: str = AXE_SCRIPT
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EVERY_RULE = {"type": "tag", "values": TAGS}
RUN = """async ([only, measured]) => {
    axe.configure({rules: [{id: "color-contrast", selector: measured}]});
    const options = {resultTypes: ["violations"], preload: false, selectors: false, runOnly: only};
    return (await axe.run(options)).violations
        .flatMap((rule) => rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
}"""


def is_loaded(page: Page) -> bool:
    """Whether the page has axe already."""
    return bool(page.evaluate("() => 'axe' in window"))


def violations(page: Page, only: dict[str, Any] = EVERY_RULE, measured: str = "*") -> list[str]:
    """Rule and element of every fault, the first three of each rule; contrast of the elements that ``measured``
    selects."""
    if not is_loaded(page):
        page.evaluate(SCRIPT)
    found: list[str] = page.evaluate(RUN, [only, measured])
    return found
