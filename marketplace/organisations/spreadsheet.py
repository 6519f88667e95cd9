"""The Excel template for people (批量导入模板)."""

from collections.abc import Sequence

from marketplace.core.actor import Role
from marketplace.core.text import N_
from marketplace.files.tables import MOST_ROWS, Column, Layout
from marketplace.files.tables import template as written
from marketplace.organisations.labels import ROLE_LABELS

UNIT, ROLE = 2, 3
LAYOUT = Layout(
    "人员",
    (
        Column(N_("姓名"), 14, True),
        Column(N_("邮箱"), 30, True),
        Column(N_("单位"), 36, True),
        Column(N_("角色"), 16, True),
        Column(N_("职务"), 16),
        Column(N_("联系电话"), 18),
    ),
    (
        "一行一人；同一人担任多个角色时，每个角色写一行，姓名和邮箱相同。",
        "带*的列必填。单位和角色请从下拉列表中选择，单位也可以填机构代码。",
        f"一次最多导入{MOST_ROWS}行。先检查、后导入：有一处错误则全部不导入。",
        "导入后系统向每个邮箱寄出邀请链接，7天内有效。",
        "请勿填写身份证号、银行卡号等无关信息。",
        "示例：示例填报员，example@example.gov.cn，杭州市机关事务管理局，填报，科长，0571-00000000",
    ),
)
COLUMNS = LAYOUT.titles


def template(units: Sequence[str], roles: Sequence[Role]) -> bytes:
    """The file to fill in."""
    return written(LAYOUT, {UNIT: units, ROLE: [ROLE_LABELS[role] for role in roles]})
