"""Pressing in the journeys: what a person could not press is not pressed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import Somebody
from tests.journeys.pointing import Place

FRAME = "<!doctype html><html lang=zh-CN><title>检查</title><main>{}</main></html>"


@pytest.fixture
def person(browser: Browser) -> Iterator[Somebody]:
    page = browser.new_page(viewport={"width": 800, "height": 240})
    yield Somebody(page, "")
    page.close()


def opens(person: Somebody, content: str) -> None:
    person.page.set_content(FRAME.format(content))


@pytest.mark.parametrize(
    ("content", "instead"),
    [
        ("<button>提交</button><div style='position:fixed;inset:0' id=veil></div>", "veil"),
        ("<button disabled>提交</button>", "None"),
    ],
)
def test_what_is_covered_or_disabled_is_not_pressed(person: Somebody, content: str, instead: str) -> None:
    opens(person, content)
    with pytest.raises(AssertionError, match=rf"'提交' on .* cannot be pressed, but .*{instead}"):
        person.press("提交")


@pytest.mark.parametrize(
    "content",
    ["", "<button hidden>提交</button>", "<details><summary>更多</summary><a href='#'>提交</a></details>"],
)
def test_what_is_not_seen_is_not_there(person: Somebody, content: str) -> None:
    opens(person, content)
    with pytest.raises(AssertionError, match="no button or link '提交'"):
        person.press("提交")


def pressed(person: Somebody, within: Place) -> str:
    """Which of the controls was pressed."""
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.page.route("**/*", lambda route: route.fulfill(body=FRAME.format("")))
    person.press("提交", within=within)
    return asked[0].rpartition("/")[2]


@pytest.mark.parametrize(
    ("content", "within", "target"),
    [
        ("<a href='{0}a'>提交</a><form action='{0}b'><button>提交</button></form>", Place("main"), "b?"),
        ("<a href='{0}a'>提交意见</a><a href='{0}b'>提交</a>", Place("main"), "b"),
        ("<p>x<a href='{0}a'>提交</a></p><p>y<a href='{0}b'>提交</a></p>", Place("p", ("y",)), "b"),
        ("<p><a href='{0}a'>提交</a></p><p><a href='{0}b'>提交</a></p>", Place("p", number=1), "b"),
        ("<div style='height:3000px'></div><a href='{0}a'>提交</a>", Place("main"), "a"),
    ],
)
def test_the_nearest_one_is_pressed(person: Somebody, content: str, within: Place, target: str) -> None:
    opens(person, content.format("http://test.example/"))
    assert pressed(person, within) == target


def test_words_may_come_later(person: Somebody) -> None:
    opens(person, "<p>已  提交</p>")
    person.sees("已 提交")
    person.page.evaluate("() => void setTimeout(() => document.querySelector('p').append('，后来'), 20)")
    person.sees("后来")
