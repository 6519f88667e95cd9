"""In a real browser: every page shape of a round passes axe without sideways scrolling, in both languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from marketplace.priority.weighing import judge
from tests.priority.test_declarations import begun, open_round
from tests.priority.test_weighing import CIRCLE, RULES
from tests.support.live import served, sign_in
from tests.support.projects import accepted_project
from tests.support.rounds import drafted, published
from tests.support.world import World

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def shapes(world: World) -> dict[str, list[str]]:
    """Who looks at what."""
    declared = open_round(world)
    _, declaration = begun(world, declared)
    accepted_project(world, "anji", "80")
    _, list_id = published(world, rules=RULES)
    draft = drafted(world, rules=RULES)
    world.do("officer", judge, draft, CIRCLE)
    trial = "w_a=60&w_b=20&w_c=20&places=1&priority_cap=5&least_county=1"
    return {
        "officer": [
            "/priority", f"/priority/{list_id}", f"/priority/{draft[1]}", f"/priority/{draft[1]}/weights",
            f"/priority/{list_id}/what-if?{trial}", "/priority/new", "/priority/areas", "/ledger",
        ],
        "auditor": [f"/priority/{list_id}/snapshots/1", f"/priority/{declared[1]}/declarations"],
        "hangzhou_clerk": [
            f"/priority/{declared[1]}", f"/priority/{declared[1]}/declarations",
            f"/priority/declarations/{declaration}",
        ],
    }  # fmt: skip


@pytest.mark.parametrize(("width", "language"), [(360, "zh")])
def test_every_page_of_a_round_is_accessible(
    sqlite_world: World, browser: Browser, width: int, language: str
) -> None:
    world = sqlite_world
    pages = shapes(world)
    with served(world.app) as address:
        for key, paths in pages.items():
            context = browser.new_context(viewport={"width": width, "height": 768})
            context.add_cookies([{"name": "language", "value": language, "url": address}])
            sign_in(context, world, address, key)
            page = context.new_page()
            for path in paths:
                answer = page.goto(address + path)
                assert answer is not None
                assert answer.status == 200, path
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                options = {"runOnly": {"type": "tag", "values": TAGS}}
                found = Axe().run(page, options=options).response["violations"]
                assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], path
            context.close()
