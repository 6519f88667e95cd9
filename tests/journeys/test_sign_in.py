"""Signing in by the form, with JavaScript off."""

import pytest
from playwright.sync_api import Browser

from marketplace.sample.cast import CAST
from tests.journeys.conftest import DEMO_PASSWORD, Demonstration
from tests.journeys.people import Somebody

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
