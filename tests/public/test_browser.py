"""In a real browser: the countdown follows the server's clock even when the page was kept by the browser."""

from datetime import timedelta

from playwright.sync_api import Browser, expect

from marketplace.core.clock import system_clock
from tests.support.live import served
from tests.support.world import World
from tests.topics.content import published_topic


def test_a_kept_page_asks_for_the_time_anew(sqlite_world: World, browser: Browser) -> None:
    """The page says a time ten days ahead, as an old page would say an old one; the server's answers are right."""
    sqlite_world.clock.now = system_clock() + timedelta(days=10)
    published_topic(sqlite_world)
    with served(sqlite_world.app) as address:
        page = browser.new_page()
        left = page.locator("[data-countdown-left]")
        page.goto(f"{address}/topics/JB-2026-001")
        expect(left).to_contain_text("29 天 23 小时")
        page.goto(f"{address}/about")
        page.goto(f"{address}/topics/JB-2026-001")
        expect(left).to_contain_text("39 天 23 小时")
        page.close()
