"""The forms of a challenge list and its rules."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField
from wtforms.validators import InputRequired

from marketplace.topics.rules import Criterion, GradeLine, ListRules, Rubric
from marketplace.web.fields import LinesField, WholeField
from marketplace.web.forms import Form, TextField
from marketplace.web.i18n import translate
from marketplace.web.rows import Row

NUMBERS = (
    "bid_window_days", "panel_size", "trim_from", "reason_below", "notice_days", "running_limit", "partners_limit",
    "partner_share", "points_valid_years", "priority_cap",
)  # fmt: skip


MAY_BE_EMPTY = ("scores_per_item", "disagreement")
SWITCHES = ("anchor", "blind")


class ListForm(Form):
    """起草榜单."""

    title = TextField(_l("榜单名称"), most=120, description=_l("例如：2026年度第一批机关事务标准化揭榜榜单"))
    year = WholeField(_l("年度"))
    code = TextField(_l("编号"), most=32, description=_l("用在网址里，例如：2026-1；不填则自动编号"))


class CriterionRow(Row):
    code = HiddenField()
    label = TextField(_l("评审指标"), [InputRequired(_l("请填写指标名称"))], most=60)
    weight = WholeField(_l("权重"), [InputRequired(_l("请填写权重"))])
    anchors = LinesField(_l("四档说明（A、B、C、D各一行）"))


class GradeRow(Row):
    code = HiddenField()
    label = TextField(_l("等级"), [InputRequired(_l("请填写等级名称"))], most=20)
    least = WholeField(_l("最低分"), [InputRequired(_l("请填写最低分"))])
    points = WholeField(_l("积分"), [InputRequired(_l("请填写积分"))])


def _number(label: Any, hint: Any = "") -> WholeField:
    return WholeField(label, [InputRequired(_l("请填写整数"))], description=hint)


class RulesForm(Form):
    """本批次规则."""

    bid_window_days = _number(_l("揭榜天数"), _l("建议30天，按此给出截止时间的建议"))
    panel_size = _number(_l("评审组人数"), _l("不少于5人的单数"))
    trim_from = _number(_l("几份评分表起去掉最高最低分"))
    reason_below = _number(_l("低于几分须写明理由"))
    notice_days = _number(_l("公示工作日数"), _l("从发布次日起算"))
    running_limit = _number(_l("每个单位在研项目上限"))
    partners_limit = _number(_l("每份申请参与单位上限"))
    partner_share = _number(_l("参与单位积分比例（%）"))
    points_valid_years = _number(_l("积分有效年数"))
    priority_cap = _number(_l("排名加分上限"))
    scores_per_item = WholeField(
        _l("每份申请由几位专家评分"),
        description=_l("不填则评审组全体评每一份；填写后由系统公平分配，不多于评审组人数"),
    )
    disagreement = WholeField(
        _l("分歧超过几分增加专家"),
        description=_l("同一份申请的最高与最低总分之差超过此数时，自动增加一位专家评分；不填则不增加"),
    )
    anchor = BooleanField(
        _l("先评同一份申请"), description=_l("全体专家先评指定的一份申请，统一尺度后再评其余；该份由全体评分")
    )
    blind = BooleanField(
        _l("盲评"),
        description=_l(
            "专家函审揭榜申请时只看到代号，单位、地区和人员名称隐去，形成结果后公开；成果验收不实行盲评"
        ),
    )
    calibrated = BooleanField(
        _l("以校正分为正式得分"),
        description=_l(
            "不勾选则以公布规则的得分为准，校正分供对照；两种结果对是否入选结论不同的，由评审组会议表决"
        ),
    )
    bid_pass_line = _number(_l("揭榜评审合格线"))
    bid_tie_break = SelectField(_l("揭榜评审总分相同时先比"), validate_choice=False)
    bid_rubric = FieldList(FormField(CriterionRow), label=_l("揭榜评审指标"), max_entries=12)
    outcome_pass_line = _number(_l("成果验收合格线"))
    outcome_tie_break = SelectField(_l("成果验收总分相同时先比"), validate_choice=False)
    outcome_rubric = FieldList(FormField(CriterionRow), label=_l("成果验收指标"), max_entries=12)
    grades = FieldList(FormField(GradeRow), label=_l("等级与积分"), min_entries=2, max_entries=6)

    @classmethod
    def of(cls, rules: ListRules, version: int) -> "RulesForm":
        """The form as the rules stand; what a request brings comes before it."""
        data: dict[str, Any] = {name: getattr(rules, name) for name in (*NUMBERS, *MAY_BE_EMPTY, *SWITCHES)}
        data["calibrated"] = rules.official == "calibrated"
        for key, rubric in (("bid", rules.bid_rubric), ("outcome", rules.outcome_rubric)):
            data |= {f"{key}_pass_line": rubric.pass_line, f"{key}_tie_break": rubric.tie_break}
            data[f"{key}_rubric"] = [
                {"code": c.code, "label": c.label, "weight": c.weight, "anchors": c.anchors}
                for c in rubric.criteria
            ]
        data["grades"] = [
            {"code": g.code, "label": g.label, "least": g.least, "points": g.points} for g in rules.grades
        ]
        form = cls(data={**data, "version": version})
        form.present = rules
        return form.offer()

    present: ListRules

    def offer(self) -> "RulesForm":
        """Fills in which criterion may decide equal totals."""
        for key in ("bid", "outcome"):
            rows = [entry.form for entry in self[f"{key}_rubric"]]
            offered = [(row.code.data or row.label.data, translate(row.label.data or "")) for row in rows]
            self[f"{key}_tie_break"].choices = offered
        return self

    def total(self, name: str) -> int:
        """The sum of the weights as typed."""
        return sum(entry.form.weight.data or 0 for entry in self[name])

    def rules(self) -> ListRules:
        """The rules as typed."""
        numbers: dict[str, Any] = {name: self[name].data for name in (*NUMBERS, *MAY_BE_EMPTY, *SWITCHES)}
        return replace(
            self.present,
            **numbers,
            official="calibrated" if self.calibrated.data else "announced",
            bid_rubric=self._rubric("bid", self.present.bid_rubric),
            outcome_rubric=self._rubric("outcome", self.present.outcome_rubric),
            grades=tuple(_grade(entry.form) for entry in self.grades),
        )

    def _rubric(self, key: str, present: Rubric) -> Rubric:
        criteria = tuple(_criterion(entry.form) for entry in self[f"{key}_rubric"])
        return replace(
            present, criteria=criteria, tie_break=self[f"{key}_tie_break"].data or "",
            pass_line=self[f"{key}_pass_line"].data,
        )  # fmt: skip


def _criterion(row: Any) -> Criterion:
    lines = [*(row.anchors.data or ()), "", "", "", ""]
    return Criterion(
        row.code.data or row.label.data,
        row.label.data,
        row.weight.data,
        (lines[0], lines[1], lines[2], lines[3]),
    )


def _grade(row: Any) -> GradeLine:
    return GradeLine(row.code.data or row.label.data, row.label.data, row.least.data, row.points.data)
