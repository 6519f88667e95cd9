"""The building blocks in a real browser: accessible, narrow, quiet, and with the small scripts at work."""

import re
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.support.microscope import Microscope

PAGES = ("/styleguide", "/styleguide?errors=1", "/errors/409", "/errors/500")


@pytest.fixture(scope="module")
def site(design_app: Flask) -> Iterator[str]:
    """The pages on a port of this machine."""
    server = make_server("127.0.0.1", 0, design_app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def opened(browser: Browser, address: str, width: int = 1366, **options: Any) -> Page:
    """A page in a context of its own."""
    context = browser.new_context(viewport={"width": width, "height": 768}, locale="zh-CN", **options)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(address)
    return page


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """A window for tests that only look: it stays warm between them."""
    context = browser.new_context(locale="zh-CN")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("path", "width"),
    [
        ("/styleguide", 1366),
        ("/styleguide?errors=1", 360),
        *((path, width) for path in PAGES[2:] for width in (1366, 360)),
    ],
)
def test_axe_finds_nothing(window: Page, microscope: Microscope, site: str, path: str, width: int) -> None:
    window.goto(site + path)
    microscope.take(window)
    assert microscope.violations(width, thorough=True) == []


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways(window: Page, site: str, path: str, language: str) -> None:
    mark = "&" if "?" in path else "?"
    window.goto(f"{site}{path}{mark}lang={language}")
    for width in (1366, 768, 360, 320):
        window.set_viewport_size({"width": width, "height": 768})
        assert window.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough(window: Page, site: str) -> None:
    window.set_viewport_size({"width": 360, "height": 768})
    window.goto(f"{site}/styleguide?errors=1")
    small = window.evaluate(
        "[...document.querySelectorAll('.btn:not(.btn-small):not(.btn-quiet)')]"
        ".filter(b => b.offsetHeight && b.offsetHeight < 44).map(b => b.textContent)"
    )
    assert small == []


def test_policy_is_kept_and_the_console_is_quiet(browser: Browser, site: str) -> None:
    page = browser.new_context().new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{site}/styleguide?errors=1", wait_until="networkidle")
    assert said == []
    page.context.close()


def test_error_summary_has_the_focus(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide?errors=1")
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()
    expect(page.locator("#title")).to_be_focused()
    page.context.close()


def test_countdown_follows_the_server_clock(browser: Browser, site: str) -> None:
    page = browser.new_context(locale="zh-CN", timezone_id="America/New_York").new_page()
    page.clock.install(time="2019-01-01T00:00:00Z")
    page.goto(f"{site}/styleguide")
    expect(page.locator("[data-countdown-left]")).to_have_text(re.compile(r"剩余 3 天 4 小时 [45] 分 \d+ 秒"))
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"2031年3月1日.*10:30:\d\d"))
    page.context.close()


def test_draft_saves_itself_and_says_when(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide")
    with page.expect_request("**/styleguide/autosave", timeout=5000) as sent:
        page.fill("#title", "公物仓")
    assert "公物仓" in (sent.value.post_data or "")
    assert sent.value.headers["x-csrftoken"] == "token"
    expect(page.locator("[data-autosave-state]")).to_have_text("已保存 10:30:15")
    expect(page.locator("input[name=version]")).to_have_value("4")
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('draft:'))") == []
    page.context.close()


def test_text_that_could_not_be_saved_is_offered_again(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide")
    page.route("**/styleguide/autosave", lambda route: route.abort())
    page.fill("#title", "公物仓")
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("自动保存失败"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{site}/styleguide")
    page.get_by_role("button", name="恢复这份内容").click()
    expect(page.locator("#title")).to_have_value("公物仓")
    page.context.close()


def test_rows_are_added_and_removed(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide")
    page.fill("#indicators-0-name", "第一")
    page.get_by_role("button", name="添加指标").click()
    expect(page.locator("#indicators-2-name")).to_be_focused()
    page.fill("#indicators-2-name", "第三")
    page.get_by_role("button", name="删除第 1 行").click()
    expect(page.locator("[data-repeat-row]")).to_have_count(2)
    expect(page.locator("#indicators-1-name")).to_have_value("第三")
    assert page.locator("#indicators-1-name").get_attribute("name") == "indicators-1-name"
    page.context.close()


def test_characters_are_counted(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide")
    page.fill("#background", "一" * 2001)
    expect(page.locator("#background-count")).to_have_text("已超出 1 字")
    page.context.close()


def test_idle_warning_and_one_click_to_stay(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide?session=100")
    warning = page.get_by_role("alertdialog")
    expect(warning).to_be_visible()
    with page.expect_response("**/organisations.extend_session"):
        warning.get_by_role("button", name="继续使用").click()
    expect(warning).to_be_hidden()
    page.context.close()


def test_everything_is_there_without_script(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide", java_script_enabled=False)
    expect(page.locator("[data-countdown-left]")).to_have_text("剩余 3 天 4 小时 5 分")
    page.locator(".user-menu summary").click()
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    assert page.locator("button[name=indicators-add]").get_attribute("type") == "submit"
    page.context.close()


def test_without_script_the_whole_menu_is_seen_on_a_phone(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide", 360, java_script_enabled=False)
    ends = page.evaluate(
        "[...document.querySelectorAll('.site-nav-list a')].map(a => a.getBoundingClientRect().right)"
    )
    assert len(ends) > 4
    assert max(ends) <= 360
    page.context.close()


def test_print_shows_no_navigation(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/styleguide")
    page.emulate_media(media="print")
    expect(page.locator(".site-nav")).to_be_hidden()
    expect(page.locator(".site-footer")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    page.context.close()


TABLE = """
<div class="page-main"><a href="#x">x</a><div class="table-box"><table class="data-table">
<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></div>
<div class="page-aside"><section class="panel" id="deeds"><h2>可办理</h2><div class="actions"></div></section></div>
"""


@pytest.mark.parametrize(("rows", "breaks"), [(3, "avoid-page"), (4, "auto")])
def test_a_printed_table_fits_the_paper_and_only_long_ones_are_broken(
    browser: Browser, site: str, rows: int, breaks: str
) -> None:
    page = opened(browser, f"{site}/styleguide")
    row = "<tr>" + "<td>佐证材料和交付物</td>" * 7 + "</tr>"
    content = TABLE.format(heads="<th>责任单位</th>" * 7, rows=row * rows)
    page.evaluate("content => { document.querySelector('main').innerHTML = content }", content)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 658, "height": 900})
    box = page.locator(".table-box")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert box.evaluate("box => getComputedStyle(box).breakInside") == breaks
    assert page.locator("main a").evaluate("a => getComputedStyle(a).color") == "rgb(0, 0, 0)"
    expect(page.locator("#deeds")).to_be_hidden()
    page.context.close()
