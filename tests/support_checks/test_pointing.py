"""Pressing and typing in the journeys: what a person could not do is not done."""

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


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<input aria-label=单位>", "is not there"),
        ("<label hidden>名称 <input hidden></label>", "cannot be seen"),
        ("<label>名称 <input disabled></label>", "cannot be changed"),
        ("<label>名称 <textarea readonly></textarea></label>", "cannot be changed"),
    ],
)
def test_no_other_field_is_filled(person: Somebody, content: str, problem: str) -> None:
    opens(person, content)
    with pytest.raises(AssertionError, match=problem):
        person.fill("名称", "公物仓")


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("<label for=x>名称<span>*</span></label><input id=x value=旧>", "公物仓"),
        ("<span id=n>名称（万元）</span><input aria-labelledby=n>", "12.5"),
        ("<label for=x>名称</label><textarea id=x>旧</textarea>", "第一行\n第二行"),
        ("<label>名称<input type=datetime-local></label>", "2026-11-29T17:30"),
    ],
)
def test_a_field_holds_what_was_typed_and_told_it(person: Somebody, content: str, value: str) -> None:
    opens(person, content)
    person.page.evaluate(
        "() => document.addEventListener('input', (event) => { window.told = event.target.value; })"
    )
    person.fill("名称", value)
    entered = "[...document.querySelectorAll('input, textarea')].map((node) => node.value)"
    assert person.page.evaluate(f"() => [window.told, ...{entered}]") == [value, value]


def test_fields_of_one_name_are_told_apart(person: Somebody) -> None:
    opens(person, "<label>分数<input></label><label>分数线<input></label><label>总分数<input></label>")
    person.fill_all("分数", "93")
    assert person.page.evaluate(
        "() => [...document.querySelectorAll('input')].map((node) => node.value)"
    ) == ["93", "93", ""]


def test_a_box_is_ticked_once_and_must_be_there(person: Somebody) -> None:
    opens(person, "<div style='height:3000px'></div><label><input type=checkbox>同意</label>")
    person.tick("同意")
    person.tick("同意")
    assert person.page.evaluate("() => document.querySelector('input').checked")
    with pytest.raises(AssertionError, match="is not there"):
        person.tick("不同意")
    opens(person, "<label><input type=checkbox disabled>同意</label>")
    with pytest.raises(AssertionError):
        person.tick("同意")
