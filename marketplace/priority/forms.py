"""Forms of priority rounds."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from marketplace.core.text import tidy
from marketplace.files.forms import FilesField
from marketplace.priority.areas import LONGEST_BASIS
from marketplace.priority.declarations import LONGEST_NOTE, Declared
from marketplace.priority.eligibility import GRADE_LABELS, GRADE_ORDER, LEVEL_LABELS
from marketplace.priority.models import Declaration, PriorityKind, PriorityList
from marketplace.priority.operations import LONGEST_TITLE
from marketplace.priority.opinions import LONGEST_REASON
from marketplace.priority.pairwise import VALUES, pairs
from marketplace.priority.rules import (
    DEFAULT_CRITERIA,
    LONGEST_LABEL,
    MOST_CAP,
    MOST_CRITERIA,
    MOST_PLACES,
    SOURCE_LABELS,
    WITH_FULL,
    Conditions,
    Criterion,
    RoundRules,
    rules_from_dict,
)
from marketplace.priority.whatif import AREA, GROUPS, Scenario
from marketplace.web.fields import CheckboxesField, WholeField
from marketplace.web.forms import BeijingDateTimeField, Form, LongTextField, TextField
from marketplace.web.i18n import translate
from marketplace.web.rows import Row

KIND_LABELS = {
    PriorityKind.PILOT: _l("省级专项试点（按单位排序）"),
    PriorityKind.NATIONAL: _l("国家级项目推荐（按项目排序）"),
    PriorityKind.FUNDING: _l("资金支持（按项目排序）"),
}
NUMBERS = ("within_months", "failed_months", "selected_most", "per_unit")


class CriterionRow(Row):
    """One criterion."""

    code = HiddenField()
    label = TextField(_l("评选指标名称"), [InputRequired(_l("请填写指标名称"))], most=LONGEST_LABEL)
    label_en = TextField(_l("英文名称"), most=60)
    source = SelectField(_l("来源"), validate_choice=False)
    weight = WholeField(_l("权重"), [InputRequired(_l("请填写权重"))])
    full = WholeField(_l("满分值"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source.choices = [(str(code), translate(label)) for code, label in SOURCE_LABELS.items()]

    def criterion(self, number: int) -> Criterion:
        """The criterion as typed; the scale is only kept where the source has none of its own."""
        full = self.full.data if self.source.data in WITH_FULL else None
        return Criterion(
            self.code.data or f"c{number}", self.label.data or "", self.label_en.data or "",
            self.weight.data or 0, self.source.data or "", full,
        )  # fmt: skip


def _months(label: Any, hint: Any) -> WholeField:
    return WholeField(label, [InputRequired(_l("请填写整数"))], description=hint)


class ListForm(Form):
    """轮次草稿."""

    title = TextField(_l("名单名称"), [InputRequired(_l("请填写名称"))], most=LONGEST_TITLE)
    places = WholeField(
        _l("名额"), [InputRequired(_l("请填写整数"))],
        description=_l("前几名列入名单，1至%(most)s。", most=MOST_PLACES),
    )  # fmt: skip
    priority_cap = WholeField(
        _l("成效加分上限"), [InputRequired(_l("请填写整数"))],
        description=_l("有效积分最多加多少分，0至%(most)s；加分与基础分分开列出。", most=MOST_CAP),
    )  # fmt: skip
    criteria = FieldList(FormField(CriterionRow), label=_l("评选指标"), max_entries=MOST_CRITERIA)
    declare_until = BeijingDateTimeField(
        _l("申报截止时间"), description=_l("有“单位申报、省局核定”的指标时填写，北京时间。")
    )
    least_grade = SelectField(_l("成果等级不低于"))
    levels = CheckboxesField(_l("面向的单位层级"))
    within_months = _months(_l("成果有效期（月）"), _l("多少个月内通过验收的成果有效，1至120。"))
    failed_months = _months(_l("不合格记录限制（月）"), _l("多少个月内有不合格成果的不列入，0为不限。"))
    selected_most = _months(_l("三年内入选次数上限"), _l("已在同类名单入选达到这个次数的不再列入，0为不限。"))
    per_unit = _months(_l("每个单位项目数上限"), _l("只用于按项目排序的轮次，0为不限。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grades = [code for code in reversed(GRADE_ORDER) if code != "fail"]
        self.least_grade.choices = [(code, translate(GRADE_LABELS[code])) for code in grades]
        self.levels.choices = [(code, translate(label)) for code, label in LEVEL_LABELS.items()]

    def rules(self) -> RoundRules:
        """The rules asked for."""
        taken = {row.form.code.data for row in self.criteria}
        free = [number for number in range(1, 3 * MOST_CRITERIA) if f"c{number}" not in taken]
        criteria = tuple(row.form.criterion(free[place]) for place, row in enumerate(self.criteria))
        numbers = {name: self[name].data for name in NUMBERS}
        conditions = Conditions(self.least_grade.data or "", tuple(self.levels.data or ()), **numbers)
        return RoundRules(self.priority_cap.data, criteria, conditions)

    def total(self) -> int:
        """The sum of the weights as typed."""
        return sum(row.form.weight.data or 0 for row in self.criteria)

    @classmethod
    def of(cls, plist: PriorityList) -> "ListForm":
        """The form as it stands."""
        data = _data(rules_from_dict(plist.rules))
        return cls(formdata=None, obj=plist, data={**data, "version": str(plist.version)})

    @classmethod
    def fresh(cls) -> "ListForm":
        """A new round's form with usual values."""
        rules = RoundRules(criteria=DEFAULT_CRITERIA)
        return cls(formdata=None, data={"kind": PriorityKind.PILOT.value, "places": 10, **_data(rules)})


def _data(rules: RoundRules) -> dict[str, Any]:
    conditions = rules.conditions
    return {
        "priority_cap": rules.priority_cap,
        "criteria": [
            {
                "code": one.code, "label": one.label, "label_en": one.label_en, "source": one.source,
                "weight": one.weight, "full": one.full,
            }
            for one in rules.criteria
        ],
        "least_grade": conditions.least_grade,
        "levels": list(conditions.levels),
        **{name: getattr(conditions, name) for name in NUMBERS},
    }  # fmt: skip


class NewListForm(ListForm):
    """拟定轮次."""

    kind = RadioField(_l("轮次类型"), choices=[SelectChoice(str(k), v) for k, v in KIND_LABELS.items()])


class ReasonForm(Form):
    """提出更正、不予更正的理由."""

    reason = LongTextField(_l("理由"), most=LONGEST_REASON)


class FigureField(StringField):
    """A figure of 0 or more with at most two decimals; ``data`` is a Decimal or None, what was typed is kept."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = tidy(valuelist[0]) if valuelist else ""
        self.data: Any = None
        if not (len(self.typed) <= 12 and self.typed.replace(".", "", 1).isdigit() and self.typed.isascii()):
            raise ValueError(_l("请填写0以上的数值，最多两位小数"))
        self.data = Decimal(self.typed)

    def _value(self) -> str:
        typed: str | None = getattr(self, "typed", None)
        return typed if typed is not None else ("" if not self.data else f"{self.data:f}")


class DeclarationForm(Form):
    """填报指标."""

    value = FigureField(_l("申报数值"))
    note = LongTextField(_l("数值说明"), most=LONGEST_NOTE)
    files = FilesField(_l("佐证材料"))

    def declared(self) -> Declared:
        """What was filled in."""
        return Declared(self.value.data, self.note.data or "", self.files.uploads(), self.files.dropped())

    @classmethod
    def of(cls, one: Declaration) -> "DeclarationForm":
        """The form as it stands."""
        data = {"value": one.value, "note": one.note, "version": str(one.version)}
        return cls(formdata=None, data=data)


class DecisionForm(Form):
    """核定."""

    decision = RadioField(
        _l("核定意见"), choices=[SelectChoice("accept", _l("采信")), SelectChoice("refuse", _l("不予采信"))]
    )
    reason = LongTextField(_l("理由"), most=LONGEST_REASON, description=_l("不予采信须说明理由。"))


SCALE_WORDS = {
    1: _l("同等重要"), 3: _l("稍微重要"), 5: _l("明显重要"), 7: _l("强烈重要"), 9: _l("极端重要"),
}  # fmt: skip


def judgement_label(value: str) -> str:
    """A value of the scale in words: which side matters more, and how much."""
    number = int(value.removeprefix("1/"))
    if number == 1:
        return str(SCALE_WORDS[1])
    word = str(SCALE_WORDS.get(number, _l("介于两档之间")))
    side = _l("后者%(word)s（%(value)s）") if value.startswith("1/") else _l("前者%(word)s（%(value)s）")
    return str(side) % {"word": word, "value": value}


class PairRow(Row):
    """One comparison."""

    value = SelectField(_l("比较"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.value.choices = [("", _l("请选择")), *((value, judgement_label(value)) for value in VALUES)]


class CompareForm(Form):
    """两两比较."""

    pairs = FieldList(FormField(PairRow), label=_l("两两比较"), max_entries=36)

    @classmethod
    def of(cls, codes: Sequence[str], given: Mapping[str, str], version: int) -> "CompareForm":
        """The form with what the officer has judged before."""
        rows = [{"value": given.get(f"{a}|{b}", "")} for a, b in pairs(codes)]
        return cls(formdata=None, data={"pairs": rows, "version": str(version)})

    def judgements(self, codes: Sequence[str]) -> dict[str, str]:
        """What was chosen, by pair."""
        rows = zip(pairs(codes), self.pairs, strict=False)
        return {f"{a}|{b}": row.form.value.data or "" for (a, b), row in rows}


class AreaForm(Form):
    """山区海岛县标注."""

    counties = CheckboxesField(_l("县（市、区）"), coerce=int, validate_choice=False)
    basis = TextField(
        _l("依据文件"), most=LONGEST_BASIS, description=_l("新标注的县须写明依据的文件名称和文号。")
    )


class WhatIfForm(FlaskForm):
    """假设测算: read from the address, so that the address can be passed on."""

    class Meta(FlaskForm.Meta):
        csrf = False

    def scenario(self) -> Scenario:
        """What is asked."""
        numbers = {field.short_name: field.data for field in self}
        weights = {name[2:]: value for name, value in numbers.items() if name.startswith("w_")}
        least = {name[6:]: value or 0 for name, value in numbers.items() if name.startswith("least_")}
        return Scenario(weights, numbers["priority_cap"], numbers["places"], least)


LEAST_LABELS = {
    "municipal": _l("市级单位最低数"), "county": _l("县级单位最低数"), "direct_unit": _l("直属单位最低数"),
    AREA: _l("山区海岛县最低数"),
}  # fmt: skip


def whatif_form(rules: RoundRules, places: int, formdata: Any) -> WhatIfForm:
    """The form of a round: one weight for each of its criteria."""

    class RoundForm(WhatIfForm):
        pass

    must = [InputRequired(_l("请填写整数"))]
    data: dict[str, Any] = {"places": places, "priority_cap": rules.priority_cap}
    for one in rules.criteria:
        setattr(RoundForm, f"w_{one.code}", WholeField(one.label, must))
        data[f"w_{one.code}"] = one.weight
    RoundForm.places = WholeField(_l("名额"), must)
    RoundForm.priority_cap = WholeField(_l("成效加分上限"), must)
    for group in GROUPS:
        setattr(RoundForm, f"least_{group}", WholeField(LEAST_LABELS[group]))
        data[f"least_{group}"] = 0
    return RoundForm(formdata=formdata, data=data)
