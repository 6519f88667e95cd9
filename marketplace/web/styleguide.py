"""Example data of the style guide (界面样式): a form with every kind of field and what its page needs."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    FieldList,
    Form,
    FormField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)
from wtforms.fields.choices import SelectChoice

CITIES = (
    ("330100", "杭州市", 12),
    ("330200", "宁波市", 9),
    ("330300", "温州市", 7),
    ("330400", "嘉兴市", 6),
    ("330500", "湖州市", 8),
    ("330600", "绍兴市", 4),
    ("330700", "金华市", 5),
    ("330800", "衢州市", 2),
    ("330900", "舟山市", 1),
    ("331000", "台州市", 5),
    ("331100", "丽水市", 0),
)

CATEGORIES = [
    SelectChoice("", "请选择"),
    SelectChoice("setting", "标准制定"),
    SelectChoice("study", "标准化研究"),
]
AWARDS = [SelectChoice("single", "择优一家"), SelectChoice("race", "多家赛马")]
LEVELS = [SelectChoice("city", "市级"), SelectChoice("county", "县级"), SelectChoice("direct", "直属单位")]


class IndicatorRow(Form):
    """One row of a repeated table."""

    name = StringField("指标名称", [validators.InputRequired("请填写指标名称")])
    note = TextAreaField("验收标准")
    amount = DecimalField("经费", [validators.Optional()])


class ExampleForm(Form):
    """One field of every kind."""

    title = StringField(
        "榜题名称",
        [validators.InputRequired("请填写榜题名称"), validators.Length(max=80)],
        description="写明对象和要解决的问题，不超过 80 字。",
    )
    background = TextAreaField("背景与问题", [validators.Length(max=2000)])
    category = SelectField("类别", choices=CATEGORIES, validators=[validators.InputRequired("请选择类别")])
    award = RadioField("立项方式", choices=AWARDS, validators=[validators.InputRequired("请选择立项方式")])
    levels = SelectMultipleField(
        "可揭榜单位",
        choices=LEVELS,
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    budget = DecimalField(
        "预算上限",
        [validators.Optional(), validators.NumberRange(min=0, message="不能小于 0")],
        description="没有预算可不填。",
    )
    due_on = DateField("完成日期", [validators.Optional()])
    deadline = DateTimeLocalField("揭榜截止时间", [validators.Optional()], description="北京时间。")
    files = MultipleFileField("附件", description="可选多个文件，每个不超过 20 MB；严禁上传涉密信息。")
    indicators = FieldList(FormField(IndicatorRow), label="考核指标", min_entries=2, max_entries=20)
    confirmed = BooleanField("我已核对以上内容，确认提交")


class ExamplePage:
    """The third of twelve pages."""

    number, pages, total = 3, 12, 587

    def url_for(self, number: int) -> str:
        """Address of another page."""
        return f"?page={number}"


def example_form(with_errors: bool) -> ExampleForm:
    """The form, empty or as it comes back with errors."""
    form = ExampleForm(data={"title": "", "background": "", "indicators": [{"name": "", "note": ""}] * 2})
    if with_errors:
        form.validate()
    return form


def styleguide_context(now: datetime, with_errors: bool = False) -> dict[str, Any]:
    """What ``styleguide.html`` is rendered with."""
    cities = {code: SimpleNamespace(name=name, value=value, url=f"#c{code}") for code, name, value in CITIES}
    return {
        "filters": ExampleForm(prefix="filter-"),
        "form": example_form(with_errors),
        "page": ExamplePage(),
        "now": now,
        "deadline": now + timedelta(days=3, hours=4, minutes=5),
        "cities": cities,
    }
