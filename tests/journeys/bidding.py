"""Bids until the deadline, and their opening."""

import re

from marketplace.sample import players
from marketplace.sample.players import Bidder
from tests.journeys.people import Somebody
from tests.journeys.pointing import MAIN
from tests.journeys.story import TOPIC, WINNER, Story

OTHERS = (Bidder("ningbo", 84), Bidder("anji", 78))
TEXTS = {
    "plan": {"工作方案与技术路线": "调研、起草、试用、审查四步走；难点在基础不同，先易后难。"},
    "guarantee": {
        "组织与条件保障": "成立工作组，每月一次例会。",
        "预期成果与推广价值": "具备台账的单位即可采用。",
        "风险分析与容错事项": "试用单位配合不足时调整范围。",
    },
}


def bid_is_written(story: Story) -> None:
    """The clerk starts from the public topic, fills in every section, and sends the bid to the head."""
    with story.office.somebody("hangzhou_clerk") as clerk:
        clerk.open("/workbench")
        clerk.goes_to("榜题一览")
        clerk.press(TOPIC, within=MAIN)
        clerk.press("我要揭榜")
        bid = clerk.number_in_path(2)
        for section, fill in (
            ("basics", _leader), ("goals", _goals), ("plan", _texts), ("milestones", _plan), ("team", _team),
            ("budget", _budget), ("guarantee", _texts), ("pledge", _pledge),
        ):  # fmt: skip
            assert clerk.path == f"/bids/{bid}/edit/{section}"
            fill(clerk)
            clerk.press("保存并继续")
        clerk.sees("内容已经完整")
        clerk.press("送单位负责人审核")


def _texts(clerk: Somebody) -> None:
    for label, text in TEXTS[clerk.path.rsplit("/", 1)[1]].items():
        clerk.fill(label, text)


def _leader(clerk: Somebody) -> None:
    clerk.fill("项目负责人", "示例负责人")
    clerk.fill("职务或职称", "处长（示例）")
    clerk.fill("联系电话", "0571-00000000")


def _goals(clerk: Somebody) -> None:
    clerk.fill("对榜题的理解、现状与问题", "各处做法不一，缺少统一口径。")
    for row, (name, target) in enumerate((("标准草案", "1项"), ("试用报告", "3个县"))):
        clerk.choose("交付成果", name, row)
        clerk.fill("指标", f"{name}完成情况", row)
        clerk.fill("目标值", target, row)
        clerk.fill("验证方式", "专家意见和台账", row)


def _plan(clerk: Somebody) -> None:
    for row, weight in enumerate(("40", "60")):
        clerk.fill("交付物", "阶段报告", row)
        clerk.fill("责任单位", "标准化处", row)
        clerk.fill("权重", weight, row)


def _team(clerk: Somebody) -> None:
    for row, name in enumerate(("示例负责人", "示例成员")):
        if row:
            clerk.add_row("添加成员")
        clerk.fill("姓名", name, row)
        clerk.fill("单位", "杭州市局", row)
        clerk.fill("分工", "起草与试用", row)
    clerk.fill("工作基础", "已有内部规范6项。")


def _budget(clerk: Somebody) -> None:
    clerk.fill("支出科目", "调研与试用")
    clerk.fill("金额", "12.5")


def _pledge(clerk: Somebody) -> None:
    clerk.attach("附件", "承诺书（示例）.txt", "所填内容真实。")
    clerk.tick("我单位已阅读并作出以上承诺")


def bid_is_submitted(story: Story) -> None:
    """The head checks and submits; the receipt names number, time and digest."""
    with story.office.somebody("hangzhou_head") as head:
        head.takes_up("审核并提交揭榜申请", TOPIC)
        head.tick("我已核对全部内容，确认代表本单位提交")
        head.press("提交揭榜")
        text = head.page.get_by_role("main").inner_text()
        digest = re.search(r"\b[0-9a-f]{64}\b", text)
        assert digest is not None
        head.sees("承诺书（示例）.txt")
        story.receipt = head.page.get_by_role("definition").first.inner_text()
        assert story.receipt in text


def others_bid(story: Story) -> None:
    """Two more units bid."""
    for bidder in OTHERS:
        bid = players.draft(story.stage, story.topic, bidder)
        players.send(story.stage, bidder, bid)
        players.submit(story.stage, bidder, bid)


def bids_are_sealed(story: Story) -> None:
    """Before the deadline the province sees that bids are sealed, and nothing else."""
    for key in ("officer", "auditor"):
        with story.office.somebody(key) as reader:
            reader.open(f"/manage/topics/{story.topic}/bids")
            reader.sees("任何人都看不到揭榜申请的内容、数量和有无")
            reader.does_not_see(story.receipt)
            reader.does_not_see(WINNER)
    with story.office.somebody("auditor") as auditor:
        auditor.open("/audit")
        auditor.does_not_see(story.receipt)


def bids_are_opened(story: Story) -> None:
    """The deadline passes, the worker opens all bids at once."""
    story.later(days=20, hours=9)
    story.worker()
    with story.office.somebody("officer") as officer:
        officer.open(f"/manage/topics/{story.topic}/bids")
        officer.sees("启封记录", WINNER, story.receipt, "与回执一致")
