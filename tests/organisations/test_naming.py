"""Organisations have their English names on English pages, at the price of one statement."""

import pytest

from tests.support.world import World


@pytest.mark.parametrize(
    ("language", "shown", "hidden"),
    [
        ("zh_Hans_CN", "杭州市机关事务管理局", "Hangzhou Municipal"),
        ("en", "Hangzhou Municipal Government Offices Administration", "杭州市机关事务管理局"),
    ],
)
def test_a_unit_is_named_in_the_language_of_the_page(
    sqlite_world: World, language: str, shown: str, hidden: str
) -> None:
    page = sqlite_world.browser("hangzhou_clerk", language).get("/workbench").get_data(as_text=True)
    assert shown in page
    assert hidden not in page


def test_a_county_is_named_by_its_kind(sqlite_world: World) -> None:
    page = sqlite_world.browser("anji_clerk", "en").get("/workbench").get_data(as_text=True)
    assert "Anji County Government Offices Centre" in page


def test_all_names_of_a_page_cost_one_statement(sqlite_world: World) -> None:
    counted = {}
    for language in ("zh_Hans_CN", "en"):
        browser = sqlite_world.browser("hangzhou_clerk", language)
        browser.get("/workbench")
        with sqlite_world.statements() as seen:
            browser.get("/workbench")
        counted[language] = len(seen)
    assert counted["en"] == counted["zh_Hans_CN"] + 1
