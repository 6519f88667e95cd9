"""Everybody finds her workbench after signing in, whatever her role."""

import pytest

from marketplace.sample.cast import CAST
from tests.support.world import World


@pytest.mark.parametrize("key", [part.key for part in CAST])
@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_workbench_answers_for_everybody(sqlite_world: World, key: str, language: str) -> None:
    page = sqlite_world.browser(key, language).get("/workbench")
    assert page.status_code == 200
    assert ("待办" if language != "en" else "To do") in page.get_data(as_text=True)
