"""Example data of the style guide (界面样式): a form with every kind of field and what its page needs."""
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l
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
    ("330100", _l("杭州市"), 12), ("330200", _l("宁波市"), 9), ("330300", _l("温州市"), 7), ("330400", _l("嘉兴市"), 6),
    ("330500", _l("湖州市"), 8), ("330600", _l("绍兴市"), 4), ("330700", _l("金华市"), 5), ("330800", _l("衢州市"), 2),
    ("330900", _l("舟山市"), 1), ("331000", _l("台州市"), 5), ("331100", _l("丽水市"), 0),
)

CATEGORIES = [SelectChoice("", _l("请选择")), SelectChoice("setting", _l("标准制定")), SelectChoice("study", _l("标准化研究"))]
AWARDS = [SelectChoice("single", _l("择优一家")), SelectChoice("race", _l("多家赛马"))]
LEVELS = [SelectChoice("city", _l("市级")), SelectChoice("county", _l("县级")), SelectChoice("direct", _l("直属单位"))]


class IndicatorRow(Form):
    """One row of a repeated table."""

    name = StringField(_l("指标名称"), [validators.InputRequired(_l("请填写指标名称"))])
    note = TextAreaField(_l("验收标准"))
    amount = DecimalField(_l("经费"), [validators.Optional()])


class ExampleForm(Form):
    """One field of every kind."""

    title = StringField(_l("榜题名称"), [validators.InputRequired(_l("请填写榜题名称")), validators.Length(max=80)],
                        description=_l("写明对象和要解决的问题，不超过 80 字。"))
    background = TextAreaField(_l("背景与问题"), [validators.Length(max=2000)])
    category = SelectField(_l("类别"), choices=CATEGORIES,
                           validators=[validators.InputRequired(_l("请选择类别"))])
    award = RadioField(_l("立项方式"), choices=AWARDS,
                       validators=[validators.InputRequired(_l("请选择立项方式"))])
    levels = SelectMultipleField(_l("可揭榜单位"), choices=LEVELS,
                                 option_widget=widgets.CheckboxInput(), widget=widgets.ListWidget(prefix_label=False))
    budget = DecimalField(_l("预算上限"), [validators.Optional(), validators.NumberRange(min=0, message=_l("不能小于 0"))],
                          description=_l("没有预算可不填。"))
    due_on = DateField(_l("完成日期"), [validators.Optional()])
    deadline = DateTimeLocalField(_l("揭榜截止时间"), [validators.Optional()], description=_l("北京时间。"))
    files = MultipleFileField(_l("附件"), description=_l("可选多个文件，每个不超过 20 MB；严禁上传涉密信息。"))
    indicators = FieldList(FormField(IndicatorRow), label=_l("考核指标"), min_entries=2, max_entries=20)
    confirmed = BooleanField(_l("我已核对以上内容，确认提交"))


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
    return {"form": example_form(with_errors), "page": ExamplePage(), "now": now,
            "deadline": now + timedelta(days=3, hours=4, minutes=5), "cities": cities}
