"""What is typed about experts, turned into payloads."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField
from wtforms.validators import DataRequired, InputRequired, Optional

from marketplace.experts.operations import ExpertProfile
from marketplace.web.forms import Form, TextField


class ExpertForm(Form):
    """专家信息."""

    fields_text = TextField(
        _l("专业领域"), [DataRequired(_l("请填写至少一个专业领域"))], most=500,
        description=_l("用顿号分隔，与榜题的类别或业务领域一致的会优先抽取，例如：标准制定、标准化研究。"),
    )  # fmt: skip
    title = TextField(_l("职称或职务"), most=80)
    technical = BooleanField(_l("技术类专家"), description=_l("评审组中技术类专家不得少于三分之二。"))
    term_from = DateField(_l("聘期开始"), [InputRequired(_l("请填写聘期开始日期"))])
    term_to = DateField(
        _l("聘期结束"), [Optional()], description=_l("当天仍有效；留空表示未定。到期后不再被选入评审组。")
    )

    def profile(self) -> ExpertProfile:
        """The payload."""
        typed = (self.fields_text.data or "").replace("，", "、").replace(",", "、").replace("；", "、")
        fields = tuple(part for one in typed.split("、") if (part := one.strip()))
        return ExpertProfile(
            fields, self.title.data or "", bool(self.technical.data), self.term_from.data, self.term_to.data
        )


class NewExpertForm(ExpertForm):
    """专家入库."""

    person_id = SelectField(_l("人员"), coerce=int, description=_l("列出已有专家角色、尚未入库的人员。"))
