"""The chair's page in a real browser: axe finds nothing, nothing scrolls sideways, on paper as on a telephone."""

import pytest
from playwright.sync_api import Browser

from tests.reviews.analysis.test_operations import disputed_panel
from tests.support.live import served, sign_in
from tests.support.microscope import Microscope
from tests.support.world import World


@pytest.mark.parametrize(("width", "language"), [(360, "en")])
def test_the_chair_s_page_is_accessible(
    sqlite_world: World, browser: Browser, microscope: Microscope, width: int, language: str
) -> None:
    panel_id = disputed_panel(sqlite_world)
    with served(sqlite_world.app) as address:
        context = browser.new_context(viewport={"width": width, "height": 768})
        sign_in(context, sqlite_world, address, "officer")
        context.add_cookies([{"name": "language", "value": language, "url": address}])
        page = context.new_page()
        answer = page.goto(f"{address}/panels/{panel_id}/analysis")
        assert answer is not None
        assert answer.status == 200
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        microscope.take(page)
        assert microscope.violations(width, thorough=True) == []
        page.emulate_media(media="print")
        assert page.locator("#plot-marks").is_visible()
        context.close()
