"""Forms of funding."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField, SelectField
from wtforms.validators import InputRequired

from marketplace.priority.funding.factors import FAVOURED, FIELD, MOST_FACTORS, Factor, subject_named
from marketplace.priority.funding.models import FundingTerms
from marketplace.priority.funding.operations import LONGEST_PURPOSE
from marketplace.priority.funding.queries import topic_fields, until_of
from marketplace.priority.funding.terms import (
    MOST_GROUPS,
    MOST_YEARS,
    SUBJECTS,
    Group,
    Terms,
    Year,
    terms_from_dict,
)
from marketplace.priority.held import Held
from marketplace.priority.meeting_forms import HeldForm, prefilled
from marketplace.priority.opinions import LONGEST_REASON
from marketplace.web.fields import WholeField
from marketplace.web.forms import BeijingDateTimeField, Form, LongTextField, TextField, WanField
from marketplace.web.i18n import speaks_english
from marketplace.web.requests import db_session
from marketplace.web.rows import Row

MOST_DECIMALS = 2


class YearRow(Row):
    """One year's envelope."""

    year = WholeField(_l("年度"), [InputRequired(_l("请填写年度，例如2026"))])
    envelope = WanField(_l("资金总额（万元）"), [InputRequired(_l("请填写大于0的资金总额"))])


class GroupRow(Row):
    """One rule on a group."""

    subject = SelectField(_l("对象"), validate_choice=False)
    least = WholeField(_l("不少于（个）"))
    most = WholeField(_l("不多于（个）"))
    share = WholeField(_l("资金占比不超过（%）"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = 1 if speaks_english() else 0
        self.subject.choices = [(code, words[place]) for code, words in SUBJECTS.items()]

    def group(self) -> Group:
        """The rule as typed."""
        return Group(self.subject.data or "", self.least.data or 0, self.most.data, self.share.data)


class FactorRow(Row):
    """One strategic factor."""

    subject = SelectField(_l("对象"), validate_choice=False)
    factor = TextField(_l("战略系数"), most=4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = tuple(f"{FIELD}{name}" for name in known_fields())
        named = [(code, subject_named(code)) for code in (*FAVOURED, *fields)]
        self.subject.choices = [(code, words.en if speaks_english() else words.zh) for code, words in named]

    def strategic(self) -> Factor:
        """The factor as typed, with two decimals where it is a number."""
        return Factor(self.subject.data or "", two_decimals(self.factor.data or ""))


def known_fields() -> Sequence[str]:
    """The topics' fields, asked for once in a request."""
    if "funding_fields" not in g:
        g.funding_fields = topic_fields(db_session())
    found: Sequence[str] = g.funding_fields
    return found


def two_decimals(text: str) -> str:
    """1.2 as 1.20; what is no such number stays as it was typed."""
    whole, _, part = text.partition(".")
    plain = whole.isdecimal() and (part.isdecimal() or not part) and len(part) <= MOST_DECIMALS
    return f"{whole}.{part:0<2}" if plain else text


class TermsForm(Form):
    """资金规则."""

    years = FieldList(FormField(YearRow), label=_l("年度资金"), min_entries=1, max_entries=MOST_YEARS)
    cut_off = TextField(
        _l("入选线（总分）"), most=8, description=_l("总分低于这条线的项目不资助；高出的分数就是资助的价值。")
    )
    request_until = BeijingDateTimeField(_l("申请截止（北京时间）"))
    groups = FieldList(FormField(GroupRow), label=_l("名额与占比规则"), max_entries=MOST_GROUPS)
    factors = FieldList(FormField(FactorRow), label=_l("战略系数"), max_entries=MOST_FACTORS)
    reason = LongTextField(_l("修改理由"), most=LONGEST_REASON)

    def terms(self) -> Terms:
        """The terms as typed."""
        until = self.request_until.data
        return Terms(
            tuple(Year(row.form.year.data or 0, row.form.envelope.data or 0) for row in self.years),
            self.cut_off.data or "",
            tuple(row.form.group() for row in self.groups),
            until.astimezone(UTC).isoformat() if until else "",
            tuple(row.form.strategic() for row in self.factors),
        )

    @classmethod
    def of(cls, found: FundingTerms | None, year: int) -> "TermsForm":
        """The form as the terms stand, or with a proposal for new ones."""
        if found is None:
            return cls(formdata=None, data={"years": [{"year": year}], "cut_off": "70"})
        data = typed(terms_from_dict(found.rules))
        own = {"request_until": until_of(found), "version": str(found.version)}
        return cls(formdata=None, data={**data, **own})


def typed(terms: Terms) -> dict[str, Any]:
    """The terms as somebody would type them."""
    return {
        "years": [{"year": one.year, "envelope": one.envelope} for one in terms.years],
        "cut_off": terms.cut_off,
        "groups": [
            {"subject": one.subject, "least": one.least or None, "most": one.most, "share": one.share}
            for one in terms.groups
        ],
        "factors": [{"subject": one.subject, "factor": one.factor} for one in terms.factors],
    }


class TrialYear(Row):
    """One year's envelope in a trial; the year itself is that of the requests."""

    year = HiddenField()
    envelope = WanField(_l("资金总额（万元）"))


class TrialForm(Form):
    """假设测算."""

    years = FieldList(FormField(TrialYear), label=_l("年度资金"), max_entries=MOST_YEARS)
    cut_off = TextField(_l("入选线（总分）"), most=8)
    groups = FieldList(FormField(GroupRow), label=_l("名额与占比规则"), max_entries=MOST_GROUPS)
    factors = FieldList(FormField(FactorRow), label=_l("战略系数"), max_entries=MOST_FACTORS)

    def terms(self) -> Terms:
        """The terms as typed."""
        years = [(row.form.year.data or "", row.form.envelope.data or 0) for row in self.years]
        return Terms(
            tuple(Year(int(year) if year.isdecimal() else 0, money) for year, money in years),
            self.cut_off.data or "",
            tuple(row.form.group() for row in self.groups),
            factors=tuple(row.form.strategic() for row in self.factors),
        )

    @classmethod
    def of(cls, terms: Terms) -> "TrialForm":
        """The form with the official terms, or those of a trial."""
        return cls(formdata=None, data=typed(terms))


class AmountRow(Row):
    """What is asked for in one year."""

    year = HiddenField()
    amount = WanField(_l("申请金额"))
    minimum = WanField(_l("最低金额"))


class RequestForm(Form):
    """资金申请."""

    years = FieldList(FormField(AmountRow), max_entries=MOST_YEARS)
    purpose = LongTextField(_l("资金用途"), most=LONGEST_PURPOSE)

    def lines(self, terms: Terms) -> list[dict[str, int]]:
        """What was typed, one line for each year of the terms; what was left empty is 0."""
        typed = [row.form for row in self.years]
        return [
            {
                "year": one.year,
                "amount": (typed[n].amount.data or 0) if n < len(typed) else 0,
                "minimum": (typed[n].minimum.data or 0) if n < len(typed) else 0,
            }
            for n, one in enumerate(terms.years)
        ]

    @classmethod
    def of(cls, terms: Terms, found: Any) -> "RequestForm":
        """The form as the request stands, one row for each year."""
        known = {line["year"]: line for line in found.years} if found else {}
        rows = [known.get(one.year, {"year": one.year}) for one in terms.years]
        data = {"years": rows, "purpose": found.purpose if found else ""}
        return cls(formdata=None, data={**data, "version": str(found.version) if found else ""})


class GivenRow(Row):
    """What the meeting gives in one year."""

    year = HiddenField()
    amount = WanField(_l("会议确定金额"))


class DeviationForm(HeldForm):
    """会议偏离."""

    years = FieldList(FormField(GivenRow), max_entries=MOST_YEARS)
    reason = LongTextField(_l("会议理由"), most=LONGEST_REASON)

    def amounts(self, terms: Terms) -> list[int]:
        """What was typed for each year; what was left empty is 0."""
        typed = [row.form.amount.data or 0 for row in self.years]
        return [typed[n] if n < len(typed) else 0 for n in range(len(terms.years))]

    @classmethod
    def of(cls, terms: Terms, amounts: list[int], held: Held | None) -> "DeviationForm":
        """The form with what the plan gives."""
        rows = [{"year": one.year, "amount": amounts[n]} for n, one in enumerate(terms.years)]
        return cls(formdata=None, data={"years": rows, **prefilled(held)})


class ReasonForm(Form):
    """退回或不予确认的理由."""

    reason = LongTextField(_l("理由"), most=LONGEST_REASON)
