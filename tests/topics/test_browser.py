"""In a real browser: drafts save themselves and rows grow in place."""

from playwright.sync_api import Browser, expect

from marketplace.core.clock import system_clock
from marketplace.topics.models import Topic
from tests.support.live import served, sign_in
from tests.support.world import World
from tests.topics.content import make_list, make_topic


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
