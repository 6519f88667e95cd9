"""From two delivered outcomes to published priority, at a browser: nobody can dispute how a place was won."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser

from marketplace.reviews.operations import panels
from tests.journeys import season
from tests.journeys.people import Office
from tests.journeys.story import Story
from tests.support.live import served
from tests.support.world import World

pytestmark = pytest.mark.timeout(600)  # half a minute on a quiet machine

SEED = 1
"""Of every lot, so that the same experts are drawn in every run."""

STEPS = (
    season.outcomes_are_delivered,
    season.panels_are_convened,
    season.an_expert_recuses_herself,
    season.marks_lie_far_apart,
    season.results_are_formed,
    season.rounds_are_announced,
    season.money_is_asked_for,
    season.plan_is_computed,
    season.meeting_decides,
    season.rounds_are_published,
)


def test_two_panels_two_rounds_and_archives_anybody_can_check(
    sqlite_world: World, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """评审 with a recusal and an extra expert, then a pilot and a funding round."""
    monkeypatch.setattr(panels, "secrets", SimpleNamespace(randbelow=lambda below: SEED))
    with served(sqlite_world.app) as address, Office(sqlite_world, browser, address) as office:
        told = season.Season(Story(office), tmp_path)
        for step in STEPS:
            step(told)
