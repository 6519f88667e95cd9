"""One form for each section of a topic."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar, Self

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, RadioField, SelectField

from marketplace.topics.checks import MOST_ROWS
from marketplace.topics.content import SECTIONS, Deliverable, ExpectedStandard, Milestone, TopicContent
from marketplace.topics.rules import ListRules
from marketplace.topics.wording import AWARD_LABELS, LEVEL_LABELS, PLAN_METRICS, STANDARD_LEVELS
from marketplace.web.fields import CheckboxesField, LinesField, WholeField
from marketplace.web.forms import BeijingDateTimeField, Form, LongTextField, TextField, WanField
from marketplace.web.i18n import translate
from marketplace.web.rows import Row


def _choices(labels: Mapping[str, str], blank: bool = True) -> list[tuple[str, str]]:
    offered = [(code, translate(label)) for code, label in labels.items()]
    return [("", translate("请选择")), *offered] if blank else offered


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _drop_blank(rows: FieldList) -> None:
    """Rows that nobody filled in are forgotten."""
    rows.entries = [entry for entry in rows.entries if any(v for n, v in entry.data.items() if n != "key")]


class SectionForm(Form):
    """Base: made from the present text, answers the values to save."""

    section: ClassVar[str]

    @classmethod
    def of(cls, content: TopicContent, version: int, rules: ListRules) -> Self:
        """The form as the draft stands; what a request brings comes before it."""
        form = cls(data={**cls.shown(content), "version": version})
        form.present = content
        form.offer(rules)
        return form

    present: TopicContent

    @classmethod
    def shown(cls, content: TopicContent) -> dict[str, Any]:
        """What the fields show."""
        plain = asdict(content)
        return {name: plain[name] for name in SECTIONS[cls.section]}

    def offer(self, rules: ListRules) -> None:
        """Fills in the choices."""

    def values(self) -> dict[str, Any]:
        """What to save, by the content's field names."""
        raise NotImplementedError

    def spare_row(self) -> None:
        """Every list keeps a row to write in."""
        for field in self:
            if isinstance(field, FieldList) and not field.entries:
                field.append_entry()


class StandardForm(Row):
    """预期标准; ``start`` is how its number begins."""

    level = SelectField(_l("标准层级"), validate_choice=False, description=_l("不形成标准可不选"))
    start = TextField(_l("编号前缀"), most=20, description=_l("例如：DB33/T"))
    note = TextField(_l("说明"), most=100, description=_l("例如：不直接产出标准"))


class BasicsForm(SectionForm):
    """基本信息."""

    section = "basics"
    title = TextField(
        _l("榜题名称"), most=120, description=_l("写清对象和要形成的成果，例如：公务用车服务规范研制")
    )
    category = SelectField(_l("类别"), validate_choice=False, description=_l("类别由榜单规则列出"))
    field = TextField(_l("业务领域"), most=60, description=_l("例如：公务用车、公物仓建设、公共机构节能"))
    seed_clause = TextField(
        _l("行动计划依据"), most=60, description=_l("行动计划的条款，例如：二（二）；没有可不填")
    )
    plan_metric = SelectField(
        _l("对应的计划指标"),
        validate_choice=False,
        description=_l("成果验收后计入哪一项计划指标；没有可不选"),
    )
    expected_standard = FormField(StandardForm, label=_l("预期标准"))

    @classmethod
    def shown(cls, content: TopicContent) -> dict[str, Any]:
        standard = content.expected_standard
        fields = {"level": standard.level, "start": standard.prefix, "note": standard.note}
        return {**super().shown(content), "expected_standard": fields}

    def offer(self, rules: ListRules) -> None:
        self.category.choices = _choices({name: name for name in rules.categories})
        self.plan_metric.choices = _choices(PLAN_METRICS)
        self.expected_standard.level.choices = _choices(STANDARD_LEVELS)

    def values(self) -> dict[str, Any]:
        standard = self.expected_standard
        return {
            "title": self.title.data, "category": self.category.data or "", "field": self.field.data,
            "seed_clause": self.seed_clause.data, "plan_metric": self.plan_metric.data or "",
            "expected_standard": ExpectedStandard(
                standard.level.data or "", standard.start.data, standard.note.data
            ),
        }  # fmt: skip


class ObjectiveRow(Row):
    text = TextField(_l("目标"), most=300)


class AimsForm(SectionForm):
    """背景与目标."""

    section = "aims"
    background = LongTextField(
        _l("背景与问题"), most=5000,
        description=_l("现状怎样、问题在哪里、为什么要省市县一起解决。面向所有揭榜单位公开，不写涉密和内部信息。"),
    )  # fmt: skip
    objectives = FieldList(
        FormField(ObjectiveRow), label=_l("目标"), max_entries=MOST_ROWS,
        description=_l("每条写一个可以检验的结果，例如：在不少于3个县试用并形成报告"),
    )  # fmt: skip

    @classmethod
    def shown(cls, content: TopicContent) -> dict[str, Any]:
        return {
            "background": content.background,
            "objectives": [{"text": text} for text in content.objectives],
        }

    def values(self) -> dict[str, Any]:
        _drop_blank(self.objectives)
        return {
            "background": self.background.data,
            "objectives": tuple(entry.text.data for entry in self.objectives),
        }


class DeliverableRow(Row):
    key = HiddenField()
    name = LongTextField(_l("成果名称"), most=200)
    kind = TextField(_l("形式"), most=40)
    acceptance = LinesField(_l("验收标准（每行一条）"))


class DeliverablesForm(SectionForm):
    """交付成果与验收标准."""

    section = "deliverables"
    deliverables = FieldList(
        FormField(DeliverableRow), label=_l("交付成果"), max_entries=MOST_ROWS,
        description=_l("形式如：标准文本、报告、工具、手册。验收标准要能判断达到或没达到，揭榜单位须逐条响应，验收时逐条核对。"),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        _drop_blank(self.deliverables)
        rows = (entry.form for entry in self.deliverables)
        return {
            "deliverables": tuple(
                Deliverable(
                    row.key.data or "",
                    _one_line(row.name.data),
                    row.kind.data,
                    tuple(row.acceptance.data or ()),
                )
                for row in rows
            )
        }


class MilestoneRow(Row):
    name = TextField(_l("里程碑"), most=200)
    month = WholeField(_l("在第几个月"))
    evidence = LinesField(_l("佐证材料（每行一项）"))


class MilestonesForm(SectionForm):
    """周期与里程碑."""

    section = "milestones"
    duration_months = WholeField(_l("完成周期（月）"), description=_l("从立项到提交成果，最长60个月"))
    milestones = FieldList(
        FormField(MilestoneRow), label=_l("建议里程碑"), max_entries=MOST_ROWS,
        description=_l("按先后排列，月份从立项起算，例如：第2个月 实施方案与调研"),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        _drop_blank(self.milestones)
        rows = (entry.form for entry in self.milestones)
        return {
            "duration_months": self.duration_months.data or 0,
            "milestones": tuple(
                Milestone(row.name.data, row.month.data or 0, tuple(row.evidence.data or ())) for row in rows
            ),
        }


class BudgetForm(SectionForm):
    """经费."""

    section = "budget"
    budget_min_fen = WanField(
        _l("经费下限"), description=_l("没有资金支持的榜题，两项都不填，页面会写明“无资金”")
    )
    budget_max_fen = WanField(_l("经费上限"))

    def values(self) -> dict[str, Any]:
        return {"budget_min_fen": self.budget_min_fen.data, "budget_max_fen": self.budget_max_fen.data}


class TermsForm(SectionForm):
    """揭榜条件与截止."""

    section = "terms"
    eligible_levels = CheckboxesField(
        _l("可揭榜单位"), validate_choice=False, description=_l("发榜时，所选层级的全部单位都会收到邮件")
    )
    joint_allowed = BooleanField(_l("允许联合揭榜"))
    award_mode = RadioField(_l("立项方式"), validate_choice=False)
    max_awardees = WholeField(_l("最多立项家数"), description=_l("单一揭榜填1；赛马制填2到5"))
    deadline = BeijingDateTimeField(
        _l("揭榜截止时间"),
        description=_l("北京时间。已按榜单的揭榜天数给出建议；须至少在发榜之后7天，到点即止"),
    )

    def offer(self, rules: ListRules) -> None:
        self.eligible_levels.choices = _choices(LEVEL_LABELS, blank=False)
        self.award_mode.choices = _choices(AWARD_LABELS, blank=False)

    def values(self) -> dict[str, Any]:
        return {
            "eligible_levels": tuple(self.eligible_levels.data or ()),
            "joint_allowed": self.joint_allowed.data,
            "award_mode": self.award_mode.data or "",
            "max_awardees": self.max_awardees.data or 0,
            "deadline": _same_minute(self.deadline.data, self.present.deadline),
        }


def _same_minute(typed: datetime | None, present: datetime | None) -> datetime | None:
    """The field shows minutes only: what was not touched keeps its seconds."""
    if typed and present and typed == present.replace(second=0, microsecond=0):
        return present
    return typed


FORMS: dict[str, type[SectionForm]] = {
    form.section: form
    for form in (BasicsForm, AimsForm, DeliverablesForm, MilestonesForm, BudgetForm, TermsForm)
}
