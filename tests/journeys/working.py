"""Milestones and the outcome."""

from marketplace.sample import players
from tests.journeys.people import Somebody
from tests.journeys.pointing import MAIN
from tests.journeys.story import TOPIC, Story


def milestone_is_reported(story: Story) -> None:
    """The clerk reports with a file; the officer returns it once, with a reason, and passes the second report."""
    story.later(days=40)
    _report(story, "已完成调研。")
    with story.office.somebody("officer") as officer:
        _to_check(officer)
        officer.fill("审核意见", "缺少调研单位清单，请补充。")
        officer.press("退回整改")
    with story.office.somebody("hangzhou_clerk") as clerk:
        clerk.open("/workbench")
        clerk.sees("实施方案与调研")
    _report(story, "已完成调研，并附单位清单。", "补充里程碑报告", "缺少调研单位清单")
    with story.office.somebody("officer") as officer:
        _to_check(officer)
        officer.fill("审核意见", "材料齐全。")
        officer.press("审核通过")
        officer.goes_to("项目")
        officer.press(TOPIC, within=MAIN)
        officer.sees("40%", "按期")


def _report(story: Story, summary: str, what: str = "提交里程碑报告", returned: str = "") -> None:
    with story.office.somebody("hangzhou_clerk") as clerk:
        clerk.takes_up(what, TOPIC, "实施方案与调研")
        clerk.sees(returned)
        clerk.fill("工作完成情况", summary)
        clerk.attach("佐证材料", "调研报告（示例）.txt", summary)
        clerk.press("提交报告")


def _to_check(officer: Somebody) -> None:
    officer.takes_up("审核里程碑报告", TOPIC, "实施方案与调研")
    officer.sees("调研报告（示例）.txt")


def others_are_passed(story: Story) -> None:
    """The remaining milestone goes the same way."""
    story.later(days=60)
    for milestone, _, name in players.milestones_of(story.stage, story.project)[1:]:
        players.report(story.stage, "hangzhou", milestone, name)
        players.check(story.stage, milestone)


def outcome_is_delivered(story: Story) -> None:
    """The clerk writes down what was reached against what was promised; the head delivers."""
    story.later(days=2)
    with story.office.somebody("hangzhou_clerk") as clerk:
        clerk.takes_up("填写成果", TOPIC)
        clerk.fill("成果概述", "形成标准草案并完成试用。")
        clerk.fill_all("完成情况", "已按约定完成")
        clerk.fill_all("佐证", "见附件")
        clerk.fill("可复制推广条件", "具备台账即可采用。")
        clerk.attach("成果材料", "标准草案（示例）.txt", "标准正文")
        clerk.press("保存并核对")
    with story.office.somebody("hangzhou_head") as head:
        head.takes_up("核对并提交成果", TOPIC)
        head.press("提交成果")
        head.sees("标准草案（示例）.txt")
