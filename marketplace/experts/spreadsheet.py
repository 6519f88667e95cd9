"""The Excel template for experts and talents (专家导入模板)."""

from marketplace.core.text import N_
from marketplace.experts.labels import KIND_LABELS
from marketplace.files.tables import MOST_ROWS, Column, Layout
from marketplace.files.tables import template as written

LAYOUT = Layout(
    "专家",
    (
        Column(N_("姓名"), 14, True),
        Column(N_("邮箱"), 30, True),
        Column(N_("类别"), 10, True),
        Column(N_("专业领域"), 36, True),
        Column(N_("职称"), 20),
        Column(N_("工作语言"), 16),
        Column(N_("技术类"), 10),
        Column(N_("同时评审上限"), 14),
        Column(N_("聘期开始"), 14, True),
        Column(N_("聘期结束"), 14),
    ),
    (
        "一行一人，带*的列必填。",
        "邮箱是本人登录系统的账号；还没有账号的，请先由安全管理员邀请，专家还须授予专家角色。",
        "专业领域和工作语言可填多个，用顿号分隔；工作语言留空按中文。",
        "技术类填“是”或“否”，留空按“是”。同时评审上限填整数，留空表示不限。",
        "日期写成 2026-01-31 的样子；聘期结束当天仍有效，留空表示未定。",
        f"一次最多导入{MOST_ROWS}行。先检查、后导入：有一处错误则全部不导入。",
        "示例：示例专家，example@example.gov.cn，专家，标准制定、标准化研究，教授，中文、英文，是，3，2026-01-01",
    ),
)
COLUMNS = LAYOUT.titles
KIND, TECHNICAL = 2, 6


def template() -> bytes:
    """The file to fill in."""
    return written(LAYOUT, {KIND: list(KIND_LABELS.values()), TECHNICAL: ("是", "否")})
