"""Forms of projects: filters, reports, decisions, outcomes."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField
from wtforms import Form as PlainForm

from marketplace.core.text import tidy
from marketplace.files.forms import FilesField
from marketplace.organisations.naming import unit_name
from marketplace.projects.models import Outcome
from marketplace.projects.operations import LONGEST, LONGEST_REASON, ReportDraft
from marketplace.projects.outcomes import LONGEST_CELL, Achievement, OutcomeDraft
from marketplace.projects.queries import BoardFilters, ProjectFilters
from marketplace.projects.workflow import PROJECT
from marketplace.topics.rules import GRADES
from marketplace.web.forms import Form, LongTextField, TextField
from marketplace.web.i18n import translate


class FilterForm(PlainForm):
    """项目筛选 (a GET form)."""

    words = TextField(_l("项目名称或编号"), most=60)
    state = SelectField(_l("状态"), validate_choice=False)
    city = SelectField(_l("地区"), validate_choice=False)
    grade = SelectField(_l("验收等级"), validate_choice=False)
    overdue = BooleanField(_l("只看有逾期里程碑的"))

    @classmethod
    def asked(cls, cities: Any) -> "FilterForm":
        """The form as the address holds it; unknown values count as none."""
        form = cls(request.args)
        form.state.choices = [
            ("", _l("全部")),
            *((code, translate(label)) for code, label in PROJECT.labels.items()),
        ]
        form.city.choices = [("", _l("全部")), *((code, unit_name(name)) for code, name in cities)]
        form.grade.choices = [("", _l("全部")), *((line.code, translate(line.label)) for line in GRADES)]
        return form

    def filters(self) -> ProjectFilters:
        """What the list is narrowed to."""
        return ProjectFilters(
            words=tidy(self.words.data)[:60], state=_listed(self.state), city=_listed(self.city),
            grade=_listed(self.grade), overdue=bool(self.overdue.data),
        )  # fmt: skip


class BoardForm(PlainForm):
    """里程碑看板筛选 (a GET form)."""

    words = TextField(_l("项目或里程碑"), most=60)
    city = SelectField(_l("地区"), validate_choice=False)
    view = HiddenField()

    @classmethod
    def asked(cls, cities: Any) -> "BoardForm":
        """The form as the address holds it."""
        form = cls(request.args)
        form.city.choices = [("", _l("全部")), *((code, unit_name(name)) for code, name in cities)]
        return form

    def filters(self) -> BoardFilters:
        """What the board is narrowed to."""
        return BoardFilters(
            view=str(self.view.data or ""), city=_listed(self.city), words=tidy(self.words.data)[:60]
        )


def _listed(field: SelectField) -> str:
    return next((str(code) for code, _label in field.choices or [] if code and code == field.data), "")


class ReportForm(Form):
    """里程碑报告."""

    summary = LongTextField(_l("工作完成情况"), most=LONGEST)
    files = FilesField(_l("佐证材料"))
    no_evidence_reason = LongTextField(
        _l("没有佐证材料的理由"), most=LONGEST_REASON, description=_l("已上传佐证材料的不用填写。")
    )

    def draft(self) -> ReportDraft:
        """The whole content."""
        return ReportDraft(
            self.summary.data, self.no_evidence_reason.data, self.files.uploads(), self.files.dropped()
        )

    def texts(self) -> ReportDraft:
        """What is saved while typing: no file comes or goes unasked."""
        return ReportDraft(self.summary.data, self.no_evidence_reason.data)


class OpinionForm(Form):
    """审核意见."""

    opinion = LongTextField(_l("审核意见"), most=LONGEST_REASON, description=_l("退回时必须填写理由。"))


class AchievementForm(PlainForm):
    """一项指标的完成情况."""

    achieved = LongTextField(_l("完成情况"), most=LONGEST_CELL)
    proof = LongTextField(_l("佐证"), most=LONGEST_CELL)


class OutcomeForm(Form):
    """成果."""

    summary = LongTextField(_l("成果概述"), most=LONGEST, description=_l("形成了什么，解决了什么问题。"))
    achievements = FieldList(FormField(AchievementForm), label=_l("承诺与完成"))
    replication = LongTextField(
        _l("可复制推广条件"), most=LONGEST, description=_l("其他单位采用需要具备哪些条件，怎样落地。")
    )
    files = FilesField(_l("成果材料"))

    @classmethod
    def of(cls, outcome: Outcome) -> "OutcomeForm":
        """The form as it stands."""
        rows = [{"achieved": row["achieved"], "proof": row["proof"]} for row in outcome.delivered]
        data = {"achievements": rows, "version": str(outcome.version)}
        return cls(formdata=None, obj=outcome, data=data)

    def draft(self) -> OutcomeDraft:
        """The whole content."""
        return OutcomeDraft(
            self.summary.data, self.replication.data, self._rows(), self.files.uploads(), self.files.dropped()
        )

    def texts(self) -> OutcomeDraft:
        """What is saved while typing."""
        return OutcomeDraft(self.summary.data, self.replication.data, self._rows())

    def _rows(self) -> list[Achievement]:
        return [Achievement(entry.form.achieved.data, entry.form.proof.data) for entry in self.achievements]
