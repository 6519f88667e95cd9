"""Sign-in and the pages of people in a real browser: accessible, narrow, usable with a keyboard alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.live import served
from tests.support.world import World

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def site(sqlite_world: World) -> Iterator[str]:
    """The demonstration on a port of this machine."""
    parts = sqlite_world.runtime
    parts.settings = replace(parts.settings, demo=True, demo_password="the demo password")
    with served(sqlite_world.app) as address:
        yield address


def opened(browser: Browser, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 768}, locale="zh-CN").new_page()
    page.set_default_timeout(10_000)
    return page


def check(page: Page, address: str, width: int) -> None:
    """No finding of axe, nothing beyond the width."""
    page.goto(address)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    assert [(address, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize("width", [360])
def test_the_pages_are_accessible_and_narrow(
    browser: Browser, site: str, sqlite_world: World, width: int
) -> None:
    page = opened(browser, width)
    check(page, f"{site}/sign-in", width)
    person = sqlite_world.people["ningbo_clerk"]
    walks: dict[str, tuple[str, ...]] = {
        "安全管理员": (
            "/manage/people",
            "/manage/people/new",
            f"/manage/people/{person}",
            "/manage/people/import",
        ),
        "系统管理员": ("/manage/organisations", "/manage/organisations/new", "/manage/organisations/20"),
        "景宁县局填报员": ("/act-as", "/account/sessions", "/account/password"),
    }
    if width < 500:
        walks = {"安全管理员": ("/manage/people", f"/manage/people/{person}")}
    for name, paths in walks.items():
        page.goto(f"{site}/sign-in?next=/act-as")
        page.locator(f".cast-button:has-text('{name}')").click()
        for path in paths:
            check(page, site + path, width)
    page.context.close()


def test_a_password_is_typed_with_the_keyboard_alone(browser: Browser, site: str) -> None:
    page = opened(browser, 1366)
    page.goto(f"{site}/sign-in?next=/account/sessions")
    page.locator("#email").focus()
    page.keyboard.type("officer@sample.example")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-error-summary]")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert page.input_value("#email") == "officer@sample.example"
    page.locator("#password").fill("the demo password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/sessions")
    page.context.close()
