"""The ranked list, and what the whole story left behind."""

import io

from openpyxl import load_workbook
from sqlalchemy import select

from marketplace.notifications.models import OutboxMail
from tests.journeys.pointing import MAIN
from tests.journeys.story import PILOT, TOPIC, WINNER, Story

KINDS = {
    "topic_submitted", "topic_published", "bid_receipt", "bid_opened", "panel_invitation", "panel_concluded",
    "award_proposed", "award_won", "award_lost", "project_opened", "milestone_reported", "milestone_decided",
    "outcome_delivered", "outcome_decided",
}  # fmt: skip
DEEDS = (
    "发布榜单并冻结规则", "提交榜题审定", "发榜", "送单位审核", "提交揭榜申请", "截止启封", "启封揭榜申请",
    "形成评审结果", "提出立项意见", "确认立项决定", "项目立项", "里程碑退回", "里程碑通过", "提交成果", "成果通过验收",
    "记入成效积分", "公布优先轮次规则", "冻结并发布名单快照",
)  # fmt: skip


def list_is_drafted(story: Story) -> None:
    """The officer draws up the pilot list and sees it computed at once."""
    with story.office.somebody("officer") as officer:
        officer.open("/workbench")
        officer.goes_to("优先名单")
        officer.press("拟定名单")
        officer.tick("省级专项试点（按单位排序）")
        officer.fill("名单名称", PILOT)
        officer.fill("名额", "3")
        officer.press("保存并预览")
        officer.sees(PILOT, WINNER, "这是按当前数据实时计算的预览")


def rules_are_announced(story: Story) -> None:
    """The approver announces the rules, which are frozen; the officer has the ranking computed."""
    with story.office.somebody("approver") as approver:
        approver.open("/priority")
        approver.press(PILOT, within=MAIN)
        approver.press("公布规则")
        approver.sees("规则已公布并冻结")
    with story.office.somebody("officer") as officer:
        officer.open("/priority")
        officer.press(PILOT, within=MAIN)
        officer.press("测算排序")
        officer.sees("已提交测算")
    story.office.world.compute()


def list_is_published(story: Story) -> None:
    """The approver publishes: a numbered snapshot; each row says where its points came from; Excel has the same."""
    with story.office.somebody("approver") as approver:
        approver.takes_up("发布优先名单", PILOT)
        approver.press("冻结并发布")
        approver.sees("第 1 号快照")
        approver.page.get_by_text("分数来源").first.click()
        approver.sees(TOPIC, "成果得分", "积分")
        book = load_workbook(io.BytesIO(approver.download("导出 Excel")))
        cells = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell]
        assert any(WINNER in cell for cell in cells), cells


def mails_went_out(story: Story) -> None:
    """Every step sent its mail, each once."""
    with story.office.world.reading() as session:
        mails = session.execute(select(OutboxMail.kind, OutboxMail.dedupe_key)).all()
    assert {kind for kind, _ in mails} >= KINDS
    assert len({key for _, key in mails}) == len(mails)


def trail_tells_the_story(story: Story) -> None:
    """The auditor reads it all, bids included now that they are open."""
    with story.office.somebody("auditor") as auditor:
        told = ""
        for kind in ("challenge_list", "topic", "bid", "panel", "project", "priority_list"):
            auditor.open(f"/audit?kind={kind}")
            told += auditor.page.locator("main tbody").inner_text()
        missing = [deed for deed in DEEDS if deed not in told]
        assert not missing, (missing, told)


def public_sees_the_results(story: Story) -> None:
    """A visitor reads who won and which list was published."""
    with story.office.somebody(None) as visitor:
        visitor.open("/")
        visitor.goes_to("结果")
        visitor.sees(PILOT)
        visitor.press(TOPIC, within=MAIN)
        visitor.sees(WINNER)


def nothing_is_broken(story: Story) -> None:
    """The doctor finds nothing."""
    app = story.office.world.app
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 0, result.output
