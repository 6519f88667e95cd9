"""What is typed about experts, turned into payloads."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FileField, SearchField, SelectField
from wtforms.validators import DataRequired, InputRequired, Optional

from marketplace.experts.labels import KIND_LABELS, LANGUAGE_LABELS
from marketplace.experts.models import Expert, ExpertKind
from marketplace.experts.profiles import MOST_TITLE, ExpertProfile, OwnProfile, split_fields
from marketplace.web.fields import CheckboxesField, WholeField
from marketplace.web.forms import Form, TextField
from marketplace.web.i18n import translate


class OwnProfileForm(Form):
    """本人信息."""

    fields_text = TextField(
        _l("专业领域"), [DataRequired(_l("请填写至少一个专业领域"))], most=500,
        description=_l("用顿号分隔，与榜题的类别或业务领域一致的会优先抽取，例如：标准制定、标准化研究。"),
    )  # fmt: skip
    title = TextField(_l("职称"), most=MOST_TITLE)
    languages = CheckboxesField(_l("工作语言"), description=_l("能够阅读材料并写评审意见的语言。"))
    workload_limit = WholeField(
        _l("同时评审上限"), description=_l("同一时间最多参加几个评审组；留空表示不限。已满时不再被选入。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages.choices = [(code, translate(label)) for code, label in LANGUAGE_LABELS.items()]

    def own_profile(self) -> OwnProfile:
        """The payload."""
        return OwnProfile(
            split_fields(self.fields_text.data or ""), self.title.data or "", tuple(self.languages.data or ()),
            self.workload_limit.data,
        )  # fmt: skip


class ExpertForm(OwnProfileForm):
    """专家信息."""

    kind = SelectField(_l("类别"), description=_l("专家可以被选入评审组；人才只登记备查，不参加评审。"))
    technical = BooleanField(_l("技术类专家"), description=_l("评审组中技术类专家不得少于三分之二。"))
    term_from = DateField(_l("聘期开始"), [InputRequired(_l("请填写聘期开始日期"))])
    term_to = DateField(
        _l("聘期结束"), [Optional()], description=_l("当天仍有效；留空表示未定。到期后不再被选入评审组。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(str(kind), translate(label)) for kind, label in KIND_LABELS.items()]

    def profile(self) -> ExpertProfile:
        """The payload."""
        own = self.own_profile()
        return ExpertProfile(
            own.fields, own.title, bool(self.technical.data), self.term_from.data, self.term_to.data,
            own.languages, own.workload_limit, self.kind.data or ExpertKind.EXPERT,
        )  # fmt: skip


class NewExpertForm(ExpertForm):
    """专家入库."""

    person_id = SelectField(_l("人员"), coerce=int)


class ImportForm(Form):
    """批量导入: the filled-in template."""

    file = FileField(_l("填写好的模板"), [InputRequired(_l("请选择文件"))], render_kw={"accept": ".xlsx"})


class PoolFilterForm(Form):
    """筛选专家; sent by GET, changes nothing."""

    class Meta(Form.Meta):
        csrf = False

    q = SearchField(_l("姓名、单位或职称"))
    kind = SelectField(_l("类别"), validate_choice=False)


def known(expert: Expert) -> dict[str, Any]:
    """What a form begins with beside the columns of the same name."""
    return {"fields_text": "、".join(expert.fields), "version": str(expert.version)}
