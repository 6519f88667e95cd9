"""Every kind of page of the sample year, found by following links as everybody, read and looked at."""

import pytest
from playwright.sync_api import Browser

from marketplace.assets import USED
from tests.journeys.conftest import Demonstration
from tests.journeys.crawl import Findings
from tests.journeys.looking import looked_at
from tests.support.bootstrap import bootstrap_classes
from tests.support.microscope import Microscope

pytestmark = pytest.mark.timeout(600)  # the first test of a run builds the sample year and walks through it

SHARDS = 4
NOT_BY_LINK = {
    "static", "web.set_language", "web.healthz", "notifications.readyz", "web.styleguide",
    "bids.receipt",  # an older address that leads to the receipt with its number
    "computations.status",  # what a script asks while a computation runs
    "organisations.open_invitation", "organisations.open_reset",  # from the mail of one person
}  # fmt: skip


def test_every_kind_of_page_is_reached_by_links(sample_year: Demonstration, findings: Findings) -> None:
    rules = sample_year.app.url_map.iter_rules()
    endpoints = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert endpoints - set(findings.endpoints) <= NOT_BY_LINK


def test_every_page_reads_well(findings: Findings) -> None:
    """Status, title, heading, no inline code, nothing from elsewhere, no word of the other language."""
    assert findings.faults == []


def test_no_class_has_lost_its_rules(findings: Findings) -> None:
    """The build keeps Bootstrap's rules for all its classes that stand on pages."""
    assert set(findings.classes) & bootstrap_classes() <= USED


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_kind_of_page_looks_well(
    sample_year: Demonstration, findings: Findings, browser: Browser, microscope: Microscope, shard: int
) -> None:
    """Axe, console, requests, and nothing that sticks out, in wide and narrow windows."""
    problems = list(looked_at(sample_year, browser, microscope, findings.chosen[shard::SHARDS]))
    assert not problems, "\n".join(problems)
