"""The pages of the benchmark ask at most ten statements, and as many with three times the data."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from marketplace.application import create_app
from tests.bench.data import Amounts
from tests.bench.pages import PAGES, Page
from tests.bench.report import MOST_STATEMENTS
from tests.bench.scene import Scene, fill, settings_for

SMALL = Amounts(topics=60, large_bids=55, clerks=5)
TRIPLE = Amounts(topics=180, large_bids=165, clerks=15)


def scene_of(template: Path, people: dict[str, int], folder: Path, amounts: Amounts) -> Scene:
    """A furnished copy with that much in it."""
    folder.mkdir()
    shutil.copy(template, folder / "test.db")
    settings = replace(
        settings_for(f"sqlite:///{folder / 'test.db'}", folder), testing=True, argon2_memory_kib=64
    )
    built = fill(create_app(settings).extensions["marketplace"], people, amounts)
    return Scene(settings, people, built)


@pytest.fixture(scope="module")
def scenes(
    sqlite_template: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Scene, Scene]]:
    """The program with little and with three times as much."""
    template, people = sqlite_template
    folder = tmp_path_factory.mktemp("performance")
    small = scene_of(template, people, folder / "small", SMALL)
    triple = scene_of(template, people, folder / "triple", TRIPLE)
    yield small, triple
    for scene in (small, triple):
        scene.runtime.engine.dispose()


def statements_of(scene: Scene, page: Page) -> int:
    """How many statements one request takes once the process is warm."""
    asks = list(page.ours(scene))
    first, second = (asks[0], asks[1]) if page.once else (asks[0], asks[0])
    assert scene.call(first).status_code < 400
    with scene.statements() as seen:
        assert scene.call(second).status_code < 400
    return len(seen)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_few_statements_whatever_the_size(scenes: tuple[Scene, Scene], page: Page) -> None:
    few, many = (statements_of(scene, page) for scene in scenes)
    assert few == many <= MOST_STATEMENTS
