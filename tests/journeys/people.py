"""Somebody at a browser: signs in, fills in fields by their labels, presses buttons by their words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    FilePayload,
    Locator,
    Page,
    Response,
    ViewportSize,
    expect,
)

from tests.journeys.pointing import BOX, COUNTED, LACKS, NAVIGATION, PAGE, PLACED, READY, Place, labelled
from tests.support.live import sign_in
from tests.support.world import World

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

COARSE = 0.25
"""Device pixels to a pixel of the page: nobody looks at a picture here, and painting it is a sixth of the cost."""
WINDOW: ViewportSize = {"width": 1366, "height": 240}
"""Low, for the same reason: only what stands in it is painted, and what lies below is scrolled to."""


@dataclass
class Somebody:
    """A person's page; every wait ends with an assertion, and every page she comes to must be a sound one."""

    page: Page
    address: str
    script: bool = True
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", self._note_error)

    def leave(self) -> None:
        """Nothing of her stays in the drafts of the browser or in the ears of the page."""
        if self.script:
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.remove_listener("console", self._note)
        self.page.remove_listener("pageerror", self._note_error)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _note_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _arrived(self, response: Response | None, how: str) -> None:
        """A good answer, nothing in the console, nothing wider than the window."""
        assert response is not None
        assert response.status == 200, f"{how}: {response.status} {self.problems()}"
        assert self.complaints == [], f"{self.path}: {self.complaints}"
        assert not self.script or self.page.evaluate(OVERFLOW) <= 0, f"{self.path} scrolls sideways"

    def open(self, path: str) -> None:
        """Goes to an address of the program and finds a page there."""
        self._arrived(self.page.goto(self.address + path), path)

    def control(self, label: str, number: int = 0) -> Locator:
        """The field with this label (the ``number``-th of that name)."""
        return self.page.get_by_label(labelled(label)).nth(number)

    def fill(self, label: str, value: str, number: int = 0) -> None:
        """Types into a field, over what stands there."""
        self._fill(labelled(label), value, number)

    def fill_all(self, start: str, value: str) -> None:
        """The same into every field whose label begins so."""
        pattern = re.compile(rf"^\s*{re.escape(start)}")
        count = self.page.evaluate(COUNTED, pattern.pattern)
        assert count, f"{start} on {self.path} is not there"
        for number in range(count):
            self._fill(pattern, value, number)

    def _fill(self, label: re.Pattern[str], value: str, number: int) -> None:
        found = self.page.evaluate(READY, [label.pattern, number, value])
        assert found in ("ready", "filled"), f"{label.pattern} on {self.path} {found}"
        if found == "ready":
            self.page.keyboard.insert_text(value)

    def choose(self, label: str, option: str, number: int = 0) -> None:
        """Picks an option of a list by its words."""
        self.control(label, number).select_option(label=option)

    def tick(self, label: str) -> None:
        """Ticks a box, or one of several options."""
        label = labelled(label).pattern
        if not self._box(label)["ticked"]:
            self.page.mouse.click(*self._box(label)["middle"])
        assert self._box(label)["ticked"], f"{label} on {self.path}"

    def _box(self, label: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.page.evaluate(BOX, label)
        assert found is not None, f"{label} on {self.path} is not there"
        return found

    def goes_to(self, entry: str) -> None:
        """Follows an entry of the main navigation."""
        self.press(entry, within=NAVIGATION)

    def takes_up(self, *words: str) -> None:
        """Goes to the workbench and clicks what waits there: the first entry with all these words."""
        self.open("/workbench")
        self.press(words[-1], within=Place("main li", words))

    def add_row(self, button: str) -> None:
        """Presses the button under a table of rows; the row comes without leaving the page, if scripts run."""
        if not self.script:
            return self.press(button)
        rows = self.page.locator("[data-repeat-row]")
        before = rows.count()
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(rows).to_have_count(before + 1)

    def attach(self, label: str, name: str, text: str) -> None:
        """Chooses a file to send along."""
        payload: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        self.control(label).set_input_files(payload)

    def press(self, name: str, *, within: Place = PAGE) -> None:
        """Presses the button, or follows the link, that has these words; the answer must be a good page."""
        found = self.page.evaluate(PLACED, [asdict(within), name])
        assert found is not None, f"no button or link {name!r} on {self.path}: {self.problems()}"
        assert found["hit"], f"{name!r} on {self.path} cannot be pressed, but {found['instead']}"
        with self.page.expect_navigation() as navigation:
            self.page.mouse.click(*found["middle"])
        self._arrived(navigation.value, name)

    def download(self, name: str) -> bytes:
        """Follows a link that answers a file."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=name).first.click()
        return download.value.path().read_bytes()

    def problems(self) -> str:
        """What the error summary says, if there is one."""
        summary = self.page.locator("[data-error-summary], main")
        return summary.first.inner_text()[:2000]

    def sees(self, *texts: str) -> None:
        """The texts stand on the page, now or soon."""
        for text in self.page.evaluate(LACKS, ["main", texts]):
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def does_not_see(self, text: str) -> None:
        """The text stands nowhere on the page."""
        if not self.page.evaluate(LACKS, ["body", [text]]):
            expect(self.page.locator("body")).not_to_contain_text(text)

    @property
    def path(self) -> str:
        """Where the browser is."""
        return self.page.url.removeprefix(self.address)

    @property
    def heading(self) -> str:
        """What the page is about."""
        words: str = self.page.evaluate("() => document.querySelector('h1').innerText")
        return words

    def number_in_path(self, place: int) -> int:
        """A number in the address, counted by its slashes."""
        return int(self.path.split("?")[0].split("/")[place])


@dataclass
class Office:
    """The program at an address, and the one desk with a browser at which people sit down one after another.

    It stays warm between them: styles, scripts and fonts come once.
    """

    world: World
    browser: Browser
    address: str
    script: bool = True
    desk: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def __enter__(self) -> Self:
        self.desk = self.browser.new_context(
            locale="zh-CN",
            java_script_enabled=self.script,
            reduced_motion="reduce",
            device_scale_factor=COARSE,
            viewport=WINDOW,
        )
        self.desk.set_default_timeout(15_000)
        self.page = self.desk.new_page()
        return self

    def __exit__(self, *_: object) -> None:
        self.desk.close()

    @contextmanager
    def somebody(self, key: str | None) -> Iterator[Somebody]:
        """A member of the cast (None: a visitor), freshly signed in; she leaves the desk as she found it."""
        if key is not None:
            self.world.tokens.pop(key, None)
            sign_in(self.desk, self.world, self.address, key)
        person = Somebody(self.page, self.address, self.script)
        yield person
        person.leave()
        self.desk.clear_cookies()
