"""The frame within the real program: everybody's pages, and our own failure without a database."""

from dataclasses import replace

import pytest

from marketplace.web.errors import crash
from tests.support.world import World


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("who", [None, "officer", "hangzhou_clerk", "expert1"])
def test_missing_page_stands_in_the_frame(sqlite_world: World, who: str | None, language: str) -> None:
    answer = sqlite_world.browser(who, language).get("/no-such-page")
    assert answer.status_code == 404
    assert ("没有找到这个页面" in answer.text) == (language == "zh_Hans_CN")
    assert ('class="user-menu"' in answer.text) == (who is not None)


def test_style_guide_is_for_the_demonstration_only(sqlite_world: World) -> None:
    assert sqlite_world.browser().get("/styleguide").status_code == 404
    sqlite_world.runtime.settings = replace(sqlite_world.runtime.settings, demo=True)
    assert sqlite_world.browser().get("/styleguide").status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("zh_Hans_CN", "系统出现故障"), ("en", "Something went wrong")]
)
def test_our_own_failure_asks_the_database_nothing(sqlite_world: World, language: str, words: str) -> None:
    app = sqlite_world.app
    cookie = {"HTTP_COOKIE": f"language={language}"}
    with sqlite_world.statements() as seen, app.test_request_context("/", environ_overrides=cookie):
        text, status = crash(RuntimeError("a fault made by the test"))
    assert status == 500
    assert words in text
    assert "a fault made by the test" not in text
    assert seen == []
