"""In a real browser: every page shape passes axe without sideways scrolling, and drafts save themselves."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from marketplace.core.clock import system_clock
from marketplace.topics.models import Topic
from marketplace.topics.operations import submit_topic
from tests.support.live import served, sign_in
from tests.support.world import World
from tests.topics.content import make_list, make_topic, published_topic

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SHAPES = {
    "officer": (
        "/manage/lists", "/manage/lists/2", "/manage/lists/new", "/manage/topics", "/manage/topics/new",
        "/manage/topics/1", "/manage/topics/3/edit/basics", "/manage/topics/3/edit/deliverables",
        "/manage/topics/3/edit/terms", "/manage/topics/3/check",
    ),
    "approver": ("/manage/topics/2/approval", "/manage/topics/1/amend", "/manage/topics/1/withdraw"),
    None: ("/", "/topics", "/topics/JB-2026-001", "/notices", "/notices/1", "/results", "/rules/2026-1", "/about",
           "/search?q=行政"),
}  # fmt: skip
NARROW = ("/manage/lists/2", "/manage/topics/3/edit/deliverables", "/", "/topics", "/topics/JB-2026-001")
"""On a telephone the shapes that change there; all are looked at for sideways scrolling."""


@pytest.mark.parametrize("width", [360])
def test_every_page_shape_is_accessible(sqlite_world: World, browser: Browser, width: int) -> None:
    sqlite_world.clock.now = system_clock()
    list_id = make_list(sqlite_world)
    published_topic(sqlite_world, 0, list_id)
    sqlite_world.do("officer", submit_topic, (Topic, make_topic(sqlite_world, list_id, 1)))
    make_topic(sqlite_world, list_id, 2)
    make_list(sqlite_world, publish=False, code="2026-9")
    with served(sqlite_world.app) as address:
        for key, paths in SHAPES.items():
            context = browser.new_context(viewport={"width": width, "height": 768})
            if key:
                sign_in(context, sqlite_world, address, key)
            page = context.new_page()
            for path in paths:
                answer = page.goto(address + path)
                assert answer is not None
                assert answer.status == 200, path
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                if width < 500 and path not in NARROW:
                    continue
                found = (
                    Axe()
                    .run(page, options={"runOnly": {"type": "tag", "values": RULES}})
                    .response["violations"]
                )
                assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], path
            context.close()


def test_a_draft_saves_itself_and_rows_grow_in_place(sqlite_world: World, browser: Browser) -> None:
    sqlite_world.clock.now = system_clock()
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    with served(sqlite_world.app) as address:
        context = browser.new_context()
        sign_in(context, sqlite_world, address, "officer")
        page = context.new_page()
        page.goto(f"{address}/manage/topics/{topic_id}/edit/aims")
        page.get_by_label("背景与问题").fill("写着写着就存好了")
        expect(page.locator("[data-autosave-state]")).to_contain_text("已保存")
        page.get_by_role("button", name="添加目标").click()
        page.locator("#objectives-3-text").fill("第四条目标")
        page.get_by_role("button", name="保存，下一部分").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.url.endswith("/edit/deliverables")
        context.close()
    with sqlite_world.reading() as session:
        saved = session.get_one(Topic, topic_id)
    assert saved.background == "写着写着就存好了"
    assert saved.objectives[3] == "第四条目标"
