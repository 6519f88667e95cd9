"""The pages of the bid form (申请书各节): each fills and reads its part of the content; operations hold the rules."""

from dataclasses import replace
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField

from marketplace.bids.bounds import LIMITS, MOST_ROWS
from marketplace.bids.content import (
    SOURCE_LABELS,
    BidContent,
    BudgetLine,
    Indicator,
    Member,
    PlannedMilestone,
)
from marketplace.bids.models import Bid
from marketplace.bids.partners import PartnerTerms
from marketplace.bids.sections import BY_CODE
from marketplace.files.forms import FilesField
from marketplace.organisations.naming import unit_name
from marketplace.web.fields import WholeField
from marketplace.web.forms import Form, LongTextField, TextField, WanField
from marketplace.web.i18n import translate
from marketplace.web.rows import Row

MOST_PARTNER_ROWS = 10


def line(label: Any, name: str, **more: Any) -> TextField:
    """A line of text with the bound of the content's field."""
    return TextField(label, most=LIMITS[name], **more)


def text(label: Any, name: str, **more: Any) -> LongTextField:
    """A long text with the bound of the content's field."""
    return LongTextField(label, most=LIMITS[name], **more)


class SectionForm(Form):
    """One section. Fields that bear a content field's name are read and written as they are."""

    section: ClassVar[str]

    @classmethod
    def of(cls, bid: Bid, content: BidContent) -> "SectionForm":
        """The form as the draft stands; a request's own data come before it."""
        form = cls(data={**cls.values(content, bid), "version": bid.version})
        form.prepare(bid)
        return form

    @classmethod
    def values(cls, content: BidContent, bid: Bid) -> dict[str, Any]:
        """What the fields show."""
        return {name: getattr(content, name) for name in BY_CODE[cls.section].fields}

    def prepare(self, bid: Bid) -> None:
        """Choices that depend on the bid."""

    def apply(self, content: BidContent) -> BidContent:
        """The content with this section as typed."""
        typed: dict[str, Any] = {name: self[name].data or "" for name in BY_CODE[self.section].fields}
        return replace(content, **typed)


class PartnerRow(Row):
    """参与单位."""

    organisation_id = SelectField(_l("参与单位"), coerce=str, validate_choice=False)
    task = TextField(_l("承担任务"), most=400)
    share_fen = WanField(_l("承担经费"))


class BasicsForm(SectionForm):
    """负责人与参与单位."""

    section = "basics"
    leader_name = line(
        _l("项目负责人"), "leader_name", description=_l("须为牵头单位在职人员，不限职级、学历和年龄。")
    )
    leader_title = line(_l("职务或职称"), "leader_title")
    leader_phone = line(_l("联系电话"), "leader_phone", description=_l("只用于本榜题的联系。"))
    partners = FieldList(FormField(PartnerRow), label=_l("参与单位"), max_entries=MOST_PARTNER_ROWS)

    @classmethod
    def values(cls, content: BidContent, bid: Bid) -> dict[str, Any]:
        partners = [
            {"organisation_id": str(p.organisation_id), "task": p.task, "share_fen": p.share_fen}
            for p in bid.partners
        ]
        return {**super().values(content, bid), "partners": partners or [{}]}

    def offer_partners(self, choices: list[tuple[int, str]]) -> None:
        """The units that may be chosen."""
        shown = [("", translate("请选择")), *((str(key), unit_name(name)) for key, name in choices)]
        for entry in self.partners.entries:
            entry.form.organisation_id.choices = shown

    def chosen(self) -> list[PartnerTerms]:
        """The rows in which something was chosen or typed."""
        rows = [
            (row.organisation_id.data or "", row.task.data or "", row.share_fen.data or 0)
            for row in (entry.form for entry in self.partners)
        ]
        return [
            PartnerTerms(int(key) if key.isascii() and key.isdigit() and len(key) < 16 else 0, task, share)
            for key, task, share in rows
            if key or task or share
        ]


class IndicatorRow(Row):
    """考核指标."""

    deliverable_key = SelectField(_l("交付成果"), validate_choice=False)
    name = text(_l("指标"), "indicators.name")
    present = line(_l("现值"), "indicators.present")
    target = text(_l("目标值"), "indicators.target")
    proof = text(_l("验证方式"), "indicators.proof")

    def value(self) -> Indicator | None:
        """The row, or None when it is empty."""
        row = Indicator(
            self.deliverable_key.data or "",
            self.name.data,
            self.present.data,
            self.target.data,
            self.proof.data,
        )
        return None if row == Indicator() else row


class GoalsForm(SectionForm):
    """榜题理解与考核指标."""

    section = "goals"
    understanding = text(_l("对榜题的理解、现状与问题"), "understanding")
    indicators = FieldList(
        FormField(IndicatorRow), label=_l("考核指标"), min_entries=1, max_entries=MOST_ROWS["indicators"],
        description=_l("榜题的每项交付成果至少对应一个指标和目标值。"),
    )  # fmt: skip

    def prepare(self, bid: Bid) -> None:
        shown = [("", translate("请选择")), *((d["key"], d["name"]) for d in bid.topic.deliverables)]
        for entry in self.indicators.entries:
            entry.form.deliverable_key.choices = shown

    def apply(self, content: BidContent) -> BidContent:
        rows = (entry.form.value() for entry in self.indicators)
        return replace(
            content, understanding=self.understanding.data, indicators=tuple(row for row in rows if row)
        )


class PlanForm(SectionForm):
    """工作方案."""

    section = "plan"
    approach = text(_l("工作方案与技术路线"), "approach", description=_l("写明思路、步骤、关键问题和对策。"))


class MilestoneRow(Row):
    """里程碑."""

    name = text(_l("节点"), "milestones.name")
    month = WholeField(_l("完成月份"))
    deliverable = text(_l("交付物"), "milestones.deliverable")
    evidence = LongTextField(_l("佐证材料（每行一项）"), most=2000)
    responsible = line(_l("责任单位"), "milestones.responsible")
    weight = WholeField(_l("权重"))

    def value(self) -> PlannedMilestone | None:
        """The row, or None when it is empty."""
        proofs = tuple(filter(None, (part.strip() for part in (self.evidence.data or "").splitlines())))
        row = PlannedMilestone(
            self.name.data,
            self.month.data,
            self.deliverable.data,
            proofs,
            self.responsible.data,
            self.weight.data,
        )
        return None if row == PlannedMilestone() else row


class MilestonesForm(SectionForm):
    """里程碑计划."""

    section = "milestones"
    milestones = FieldList(
        FormField(MilestoneRow), label=_l("里程碑计划"), min_entries=2, max_entries=MOST_ROWS["milestones"],
        description=_l("完成月份从立项起算。权重合计100，用来计算项目进度；全部留空则平均分配。"),
    )  # fmt: skip

    @classmethod
    def values(cls, content: BidContent, bid: Bid) -> dict[str, Any]:
        rows = content.to_dict()["milestones"]
        return {"milestones": [{**row, "evidence": "\n".join(row["evidence"])} for row in rows]}

    def apply(self, content: BidContent) -> BidContent:
        rows = (entry.form.value() for entry in self.milestones)
        return replace(content, milestones=tuple(row for row in rows if row))


class MemberRow(Row):
    """团队成员."""

    name = line(_l("姓名"), "team.name")
    unit = line(_l("单位"), "team.unit")
    title = line(_l("职务或职称"), "team.title")
    field = line(_l("专业"), "team.field")
    task = text(_l("分工"), "team.task")
    months = WholeField(_l("投入月数"))

    def value(self) -> Member | None:
        """The row, or None when it is empty."""
        row = Member(
            self.name.data, self.unit.data, self.title.data, self.field.data, self.task.data, self.months.data
        )
        return None if row == Member() else row


class TeamForm(SectionForm):
    """团队与工作基础."""

    section = "team"
    team = FieldList(
        FormField(MemberRow), label=_l("团队成员"), min_entries=1, max_entries=MOST_ROWS["team"],
        description=_l("只填写工作所需的信息，不填身份证号和家庭住址。"),
    )  # fmt: skip
    basis = text(_l("工作基础"), "basis", description=_l("已有标准、试点、获奖等，每类不超过5项。"))

    @classmethod
    def values(cls, content: BidContent, bid: Bid) -> dict[str, Any]:
        return {"team": content.to_dict()["team"], "basis": content.basis}

    def apply(self, content: BidContent) -> BidContent:
        rows = (entry.form.value() for entry in self.team)
        return replace(content, team=tuple(row for row in rows if row), basis=self.basis.data)


class BudgetRow(Row):
    """经费预算."""

    source = SelectField(_l("经费来源"), validate_choice=False)
    subject = line(_l("支出科目"), "budget.subject")
    fen = WanField(_l("金额"))

    def value(self) -> BudgetLine | None:
        """The row, or None when neither subject nor amount was typed."""
        if not self.subject.data and not self.fen.data:
            return None
        return BudgetLine(self.source.data or "", self.subject.data, self.fen.data or 0)


class BudgetForm(SectionForm):
    """经费预算."""

    section = "budget"
    budget = FieldList(
        FormField(BudgetRow), label=_l("经费预算"), min_entries=1, max_entries=MOST_ROWS["budget"],
        description=_l("可以为零；为零时在经费说明中写明工作如何保障。"),
    )  # fmt: skip
    budget_statement = text(_l("经费说明"), "budget_statement")

    @classmethod
    def values(cls, content: BidContent, bid: Bid) -> dict[str, Any]:
        return {"budget": content.to_dict()["budget"], "budget_statement": content.budget_statement}

    def prepare(self, bid: Bid) -> None:
        shown = [(code.value, translate(label)) for code, label in SOURCE_LABELS.items()]
        for entry in self.budget.entries:
            entry.form.source.choices = shown

    def apply(self, content: BidContent) -> BidContent:
        rows = (entry.form.value() for entry in self.budget)
        return replace(
            content, budget=tuple(row for row in rows if row), budget_statement=self.budget_statement.data
        )


class GuaranteeForm(SectionForm):
    """保障、推广与风险."""

    section = "guarantee"
    organisation = text(_l("组织与条件保障"), "organisation")
    replication = text(
        _l("预期成果与推广价值"), "replication", description=_l("写明可复制的条件、推广对象和推广计划。")
    )
    risks = text(_l("风险分析与容错事项"), "risks")


class PledgeForm(SectionForm):
    """附件与承诺."""

    section = "pledge"
    files = FilesField(_l("附件"))
    agreement = FilesField(_l("联合体协议"))
    pledged = BooleanField(_l("我单位已阅读并作出以上承诺"))

    def apply(self, content: BidContent) -> BidContent:
        return replace(content, pledged=bool(self.pledged.data))


FORMS: dict[str, type[SectionForm]] = {
    form.section: form
    for form in (
        BasicsForm, GoalsForm, PlanForm, MilestonesForm, TeamForm, BudgetForm, GuaranteeForm, PledgeForm,
    )
}  # fmt: skip


class OpinionForm(Form):
    """A reason in words (理由)."""

    opinion = LongTextField(_l("理由"), most=1000)


class ConsentForm(Form):
    """A partner's yes, to exactly the terms that were shown."""

    terms = HiddenField()
    confirmed = BooleanField(_l("我已核对，代表本单位同意按以上任务和经费份额参与"))


class SubmitForm(Form):
    """The last look before submission."""

    confirmed = BooleanField(_l("我已核对全部内容，确认代表本单位提交"))
