"""Somebody at a browser: signs in, fills in fields by their labels, presses buttons by their words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from tests.support.live import sign_in
from tests.support.world import World


@dataclass
class Somebody:
    """A person's page; every wait ends with an assertion."""

    page: Page
    address: str

    def open(self, path: str) -> None:
        """Goes to an address of the program and finds a page there."""
        response = self.page.goto(self.address + path)
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"

    def fill(self, label: str, value: str, number: int = 0) -> None:
        """Types into the field with this label (the ``number``-th of that name)."""
        labelled = self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}"))
        labelled.nth(number).fill(value)

    def press(self, name: str) -> None:
        """Presses the button, or follows the link, with these words; the answer must be a good page."""
        button = self.page.get_by_role("button", name=name, exact=True)
        target = button if button.count() else self.page.get_by_role("link", name=name, exact=True)
        with self.page.expect_navigation() as navigation:
            target.first.click()
        response = navigation.value
        assert response is not None
        assert response.status == 200, f"{name}: {response.status} {self.problems()}"

    def problems(self) -> str:
        """What the error summary says, if there is one."""
        summary = self.page.locator("[data-error-summary], main")
        return summary.first.inner_text()[:2000]

    def sees(self, text: str) -> None:
        """The text stands on the page."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def does_not_see(self, text: str) -> None:
        """The text stands nowhere on the page."""
        expect(self.page.locator("body")).not_to_contain_text(text)

    @property
    def path(self) -> str:
        """Where the browser is."""
        return self.page.url.removeprefix(self.address)


@dataclass
class Office:
    """The program at an address, and a browser to look at it with."""

    world: World
    browser: Browser
    address: str

    @contextmanager
    def somebody(self, key: str | None, width: int = 1366, language: str | None = None) -> Iterator[Somebody]:
        """A member of the cast (None: a visitor) at a browser of her own, freshly signed in."""
        context = self.browser.new_context(viewport={"width": width, "height": 768}, locale="zh-CN")
        context.set_default_timeout(10_000)
        if key is not None:
            self.world.tokens.pop(key, None)
            sign_in(context, self.world, self.address, key)
        if language is not None:
            context.add_cookies([{"name": "language", "value": language, "url": self.address}])
        try:
            yield Somebody(context.new_page(), self.address)
        finally:
            context.close()
