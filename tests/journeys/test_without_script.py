"""With JavaScript off the story goes the same way: sign-in by the form, topic, bid, scores, award."""

import pytest
from playwright.sync_api import Browser

from marketplace.sample.cast import CAST
from tests.journeys import bidding, judging
from tests.journeys.conftest import DEMO_PASSWORD, Demonstration
from tests.journeys.people import Office, Somebody
from tests.journeys.story import Story
from tests.journeys.test_story import STEPS
from tests.support.live import served
from tests.support.world import World

pytestmark = pytest.mark.timeout(600)  # the first test of a run builds the sample year


def test_signing_in_by_the_form(sample_year: Demonstration, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    clerk = Somebody(context.new_page(), sample_year.address, script=False)
    clerk.page.goto(f"{sample_year.address}/sign-in")
    clerk.fill("邮箱", next(part.email for part in CAST if part.key == "hangzhou_clerk"))
    clerk.fill("密码", DEMO_PASSWORD)
    clerk.page.get_by_role("button", name="登录", exact=True).click()
    clerk.page.wait_for_url("**/workbench")
    clerk.sees("待办")
    context.close()


def test_from_the_draft_to_the_award(sqlite_world: World, browser: Browser) -> None:
    """The very steps of the whole story, up to the award that the approver confirms."""
    steps = STEPS[: STEPS.index(judging.award_is_confirmed) + 1]
    assert {bidding.bid_is_submitted, judging.bids_are_scored} <= set(steps)
    with served(sqlite_world.app) as address:
        story = Story(Office(sqlite_world, browser, address, script=False))
        for step in steps:
            step(story)
