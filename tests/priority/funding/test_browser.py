"""Funding in a real browser: a computation shows its progress and its result by itself; publish, download, verify."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from marketplace.cli.decision import bare_app
from marketplace.priority.funding import operations
from tests.priority.funding.conftest import Scene
from tests.priority.funding.test_operations import queries_request
from tests.support.live import served, sign_in


def opened(context: BrowserContext, scene: Scene, address: str, key: str, path: str) -> Page:
    """A page as this person sees it."""
    context.clear_cookies()
    sign_in(context, scene.world, address, key)
    page = context.new_page()
    page.goto(f"{address}/priority/{scene.round.id}{path}")
    return page


def test_from_a_changed_request_to_a_verified_archive(
    planned_scene: Scene, browser: Browser, tmp_path: Path
) -> None:
    world = planned_scene.world
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    with served(world.app) as address:
        project = planned_scene.round.projects["wenzhou"]
        officer = opened(context, planned_scene, address, "officer", f"/funding/requests/{project}")
        officer.get_by_label("退回理由").fill("重复申请（示例）")
        officer.get_by_role("button", name="退回资金申请").click()
        expect(officer.get_by_text("测算资助方案以后依据有变化")).to_be_visible()
        officer.get_by_role("button", name="测算资助方案").click()
        expect(officer.get_by_text("排队等待计算")).to_be_visible()
        assert world.compute() == 1
        expect(officer.get_by_text("建议资助 3 个项目")).to_be_visible(timeout=30_000)
        expect(officer.get_by_text("计算完成")).to_be_visible()
        officer.close()
        approver = opened(context, planned_scene, address, "approver", "")
        approver.get_by_role("button", name="冻结并发布").click()
        approver.get_by_role("link", name="第 1 号快照").click()
        expect(approver.get_by_role("heading", name="资助方案")).to_be_visible()
        with approver.expect_download() as waiting:
            approver.get_by_role("link", name="下载归档（ZIP）").click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
    context.close()
    done = bare_app().test_cli_runner().invoke(args=["decision", "verify", str(path)])
    assert (done.exit_code, "identical" in done.output) == (0, True), done.output


def test_a_computation_is_cancelled_in_the_page(planned_scene: Scene, browser: Browser) -> None:
    world, one = planned_scene.world, planned_scene.round
    request = queries_request(world, one, "wenzhou")
    world.do("officer", operations.return_request, one.key, request, "重复申请（示例）")
    context = browser.new_context(viewport={"width": 360, "height": 740})
    with served(world.app) as address:
        page = opened(context, planned_scene, address, "officer", "/funding")
        page.get_by_role("button", name="测算资助方案").click()
        page.get_by_role("button", name="取消计算").click()
        expect(page.get_by_text("这次计算已取消")).to_be_visible()
        assert page.url == f"{address}/priority/{one.id}/funding"
    context.close()
