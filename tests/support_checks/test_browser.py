"""The browser of the tests is a real one, shows Chinese, and can be asked about accessibility."""

from playwright.sync_api import Browser

from tests.support.axe import violations

PAGE = "<!doctype html><html lang=zh-CN><title>检查</title><main><h1>{heading}</h1>{more}</main></html>"
HEADING = "揭榜 衢州 鄞州 嵊泗 Bid"


def test_chinese_is_drawn_with_the_chinese_font(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE.format(heading=HEADING, more=""))
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    heading = session.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": heading})["fonts"]
    page.close()
    assert [font["familyName"] for font in fonts] == ["Noto Sans SC"]


def test_scripts_run(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE.format(heading=HEADING, more=""))
    assert page.evaluate("document.querySelector('h1').textContent.length") == len(HEADING)
    page.close()


def test_axe_finds_a_planted_fault_and_nothing_else(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE.format(heading=HEADING, more=""))
    assert violations(page) == []
    page.set_content(PAGE.format(heading=HEADING, more='<img src="data:,">'))
    assert violations(page) == ['image-alt: <img src="data:,">']
    page.close()
