"""What visitors read, and what they never learn."""


import pytest

from tests.support.world import World
from tests.topics.content import published_topic

PAGES = ("/", "/topics", "/topics/JB-2026-001", "/notices", "/results", "/rules/2026-1", "/about", "/feed.atom", "/search")


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_a_visitor(sqlite_world: World, path: str, language: str) -> None:
    published_topic(sqlite_world)
    answer = sqlite_world.browser(language=language).get(path)
    assert answer.status_code == 200
    assert "None" not in answer.text
