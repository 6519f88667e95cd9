"""From an empty desk to a public topic: list, draft, approval."""

from playwright.sync_api import expect

from tests.journeys.people import Somebody
from tests.journeys.story import LIST, TOPIC, Story

LEVELS = ("市级机关事务管理部门", "县（市、区）机关事务管理部门")


def list_is_published(story: Story) -> None:
    """The officer draws up a list, the approver publishes it and so freezes its rules."""
    with story.office.somebody("officer") as officer:
        officer.open("/workbench")
        officer.goes_to("榜单管理")
        officer.press("新建榜单")
        officer.fill("榜单名称", LIST)
        officer.fill("年度", "2026")
        officer.press("建立草稿")
        officer.press(LIST)
        officer.sees(LIST, "揭榜评审")
        here = officer.path
    with story.office.somebody("approver") as approver:
        approver.takes_up("核对规则并发布榜单", LIST)
        assert approver.path == here
        approver.press("发布榜单并冻结规则")
        approver.sees("SHA-256")


def topic_is_drafted(story: Story) -> None:
    """The officer writes the topic section by section and sends it for approval."""
    with story.office.somebody("officer") as officer:
        officer.open("/workbench")
        officer.goes_to("榜题管理")
        officer.press("新建榜题")
        officer.press("在此榜单起草")
        story.topic = officer.number_in_path(3)
        for section in (_basics, _aims, _deliverables, _milestones, _money):
            section(officer)
            officer.press("保存，下一部分")
        _terms(officer, story)
        officer.press("保存，去检查")
        officer.sees("全部项目都已填写完整")
        officer.press("提交审定")
        officer.sees(TOPIC)


def _basics(officer: Somebody) -> None:
    officer.fill("榜题名称", TOPIC)
    officer.choose("类别", "标准制定")
    officer.fill("业务领域", "公务用车")


def _aims(officer: Somebody) -> None:
    officer.fill("背景与问题", "各地公务用车服务口径不一，缺少统一的服务规范。")
    officer.fill("目标", "形成一份省级地方标准草案")
    officer.add_row("添加目标")
    officer.fill("目标", "在不少于3个县试用", 1)


def _deliverables(officer: Somebody) -> None:
    for row, (name, test) in enumerate((("标准草案", "通过专家审查"), ("试用报告", "不少于3个县试用"))):
        if row:
            officer.add_row("添加成果")
        officer.fill("成果名称", name, row)
        officer.fill("形式", "文本", row)
        officer.fill("验收标准（每行一条）", test, row)


def _milestones(officer: Somebody) -> None:
    officer.fill("完成周期（月）", "6")
    for row, (name, month) in enumerate((("实施方案与调研", "2"), ("标准草案与试用", "6"))):
        if row:
            officer.add_row("添加里程碑")
        officer.fill("里程碑", name, row)
        officer.fill("在第几个月", month, row)
        officer.fill("佐证材料（每行一项）", "阶段报告", row)


def _money(officer: Somebody) -> None:
    officer.fill("经费下限", "0")
    officer.fill("经费上限", "20")


def _terms(officer: Somebody, story: Story) -> None:
    for level in LEVELS:
        officer.page.get_by_label(level, exact=True).check()
    officer.tick("单一揭榜")
    officer.fill("最多立项家数", "1")
    officer.fill("揭榜截止时间", story.day_from_now(20))


def topic_is_published(story: Story) -> None:
    """The approver finds it on the workbench, reads it and publishes it; a visitor sees it, with its countdown."""
    with story.office.somebody("approver") as approver:
        approver.takes_up("审定榜题", TOPIC)
        approver.tick("我已核对全文，确认批准")
        approver.press("批准发榜")
        approver.sees("第 1 版")
    with story.office.somebody(None) as visitor:
        visitor.open("/")
        visitor.goes_to("榜题一览")
        visitor.press(TOPIC)
        story.code = visitor.path.removeprefix("/topics/")
        visitor.sees("标准草案", "通过专家审查")
        expect(visitor.page.locator("[data-countdown]").first).to_be_visible()
