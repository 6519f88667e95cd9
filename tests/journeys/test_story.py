"""One topic's whole life in a real browser, from an empty desk to the ranked list.

With scripts on PostgreSQL, with JavaScript off on SQLite: both ways of the pages and both databases are gone through.
"""

import pytest
from playwright.sync_api import Browser

from tests.journeys import bidding, judging, publication, ranking, working
from tests.journeys.people import Office
from tests.journeys.story import Story
from tests.support.live import served
from tests.support.world import World

pytestmark = pytest.mark.timeout(600)  # sixty seconds on a quiet machine

STEPS = (
    publication.list_is_published,
    publication.topic_is_drafted,
    publication.topic_is_published,
    bidding.bid_is_written,
    bidding.bid_is_submitted,
    bidding.others_bid,
    bidding.bids_are_sealed,
    bidding.bids_are_opened,
    judging.panel_is_convened,
    judging.bids_are_scored,
    judging.award_is_proposed,
    judging.award_is_confirmed,
    working.milestone_is_reported,
    working.others_are_passed,
    working.outcome_is_delivered,
    judging.acceptance_is_judged,
    ranking.list_is_drafted,
    ranking.rules_are_announced,
    ranking.list_is_published,
    ranking.mails_went_out,
    ranking.trail_tells_the_story,
    ranking.public_sees_the_results,
    ranking.nothing_is_broken,
)


def tell(world: World, browser: Browser, script: bool) -> None:
    """揭榜 from publication to priority, by clicking."""
    with served(world.app) as address, Office(world, browser, address, script) as office:
        story = Story(office)
        for step in STEPS:
            step(story)


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_topic_from_its_draft_to_the_ranked_list(world: World, browser: Browser) -> None:
    tell(world, browser, script=True)


def test_the_same_without_a_script(sqlite_world: World, browser: Browser) -> None:
    tell(sqlite_world, browser, script=False)
