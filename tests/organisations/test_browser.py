"""Sign-in in a real browser: usable with a keyboard alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from tests.support.live import served
from tests.support.world import World


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
