"""Terms of a funding round (资金规则): envelope of each year, cut-off, rules on groups, strategic factors. Plain
values; money in 分."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.priority.funding.factors import FAVOURED, Factor, factors_problems

MOST_YEARS = 3
MOST_GROUPS = 20
MOST_CUT_OFF = Decimal(130)
FEN_PER_YUAN = 100
EACH = "*"

SUBJECTS: dict[str, tuple[str, str]] = {
    **FAVOURED,
    "city:*": ("每个设区市的项目", "projects of each city"),
    "field:*": ("每个领域的项目", "projects of each field"),
    "unit:*": ("每个单位的项目", "projects of each unit"),
}
"""Whom a rule may be about, in both languages; with * one rule stands for each city, field or unit."""


@dataclass(frozen=True, slots=True)
class Year:
    """年度资金: the envelope of one year in 分."""

    year: int
    envelope: int


@dataclass(frozen=True, slots=True)
class Group:
    """名额与占比规则: at least, at most how many projects; at most which share of the whole envelope, in per cent."""

    subject: str
    least: int = 0
    most: int | None = None
    share: int | None = None

    @property
    def by(self) -> str:
        """level, area, city, field or unit."""
        return self.subject.split(":")[0]

    @property
    def value(self) -> str:
        """Which of them, or * for each."""
        return self.subject.split(":", 1)[1]


@dataclass(frozen=True, slots=True)
class Terms:
    """资金规则: ``cut_off`` is the total score below which nothing is funded; units submit requests until
    ``request_until`` (ISO). Terms without ``factors`` do not name them: their hash is that of terms written before
    there were any."""

    years: tuple[Year, ...]
    cut_off: str
    groups: tuple[Group, ...] = ()
    request_until: str = ""
    factors: tuple[Factor, ...] = ()

    @property
    def total(self) -> int:
        """The whole envelope in 分."""
        return sum(year.envelope for year in self.years)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the database and the snapshot."""
        return {
            "years": [asdict(year) for year in self.years],
            "cut_off": self.cut_off,
            "groups": [asdict(group) for group in self.groups],
            "request_until": self.request_until,
            **({"factors": [asdict(one) for one in self.factors]} if self.factors else {}),
        }


def terms_from_dict(value: Mapping[str, Any]) -> Terms:
    """The terms as stored."""
    return Terms(
        tuple(Year(**year) for year in value["years"]),
        value["cut_off"],
        tuple(Group(**group) for group in value["groups"]),
        value["request_until"],
        tuple(Factor(**one) for one in value.get("factors", ())),
    )


def terms_problems(terms: Terms) -> dict[str, Problem]:
    """What is wrong with the terms: field name to msgid. Empty when they may be kept."""
    problems = _year_problems(terms)
    if not _is_score(terms.cut_off):
        problems["cut_off"] = (N_("请填写0至%(most)s的分数，最多两位小数"), {"most": MOST_CUT_OFF})
    for number, group in enumerate(terms.groups):
        if wrong := group_problem(group):
            problems[f"groups.{number}.subject"] = wrong
    if len({group.subject for group in terms.groups}) != len(terms.groups):
        problems["groups"] = N_("同一类对象只能设一条规则")
    return problems | factors_problems(terms.factors)


def _year_problems(terms: Terms) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    for number, year in enumerate(terms.years):
        if year.envelope <= 0 or year.envelope % FEN_PER_YUAN:
            problems[f"years.{number}.envelope"] = N_("请填写大于0的资金总额")
        if not 2000 <= year.year <= 2100:
            problems[f"years.{number}.year"] = N_("请填写年度，例如2026")
    if not 1 <= len(terms.years) <= MOST_YEARS:
        problems["years"] = (N_("请填写1至%(most)s个年度的资金"), {"most": MOST_YEARS})
    elif [year.year for year in terms.years] != sorted({year.year for year in terms.years}):
        problems["years"] = N_("年度从早到晚填写，不能重复")
    return problems


def group_problem(group: Group) -> Problem | None:
    """What is wrong with one rule."""
    if group.subject not in SUBJECTS:
        return N_("请选择规则对象")
    if group.least < 0 or (group.most is not None and group.most < 0):
        return N_("个数填写0以上的整数")
    if not group.least and group.most is None and group.share is None:
        return N_("请至少填写“不少于”“不多于”“资金占比”中的一项")
    if group.most is not None and group.least > group.most:
        return (
            N_("“不少于%(least)s个”和“不多于%(most)s个”互相矛盾"),
            {"least": group.least, "most": group.most},
        )
    if group.share is not None and not 1 <= group.share <= 100:
        return N_("资金占比填写1至100的整数")
    return None


def _is_score(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and 0 <= value <= MOST_CUT_OFF and value == round(value, 2)


def amounts_problem(years: list[dict[str, int]], terms: Terms) -> dict[str, Problem]:
    """What is wrong with a request's amounts: one line for each year of the terms, amounts and minimums in 分."""
    problems: dict[str, Problem] = {}
    for number, line in enumerate(years):
        if line["minimum"] > line["amount"]:
            problems[f"years.{number}.minimum"] = N_("最低金额不能超过申请金额")
        if line["amount"] > terms.years[number].envelope:
            problems[f"years.{number}.amount"] = N_("申请金额不能超过本年度资金总额")
        if any(line[name] < 0 or line[name] % FEN_PER_YUAN for name in ("amount", "minimum")):
            problems[f"years.{number}.amount"] = N_("金额精确到元")
    if not sum(line["amount"] for line in years):
        problems["years.0.amount"] = N_("请填写申请金额，至少一个年度大于0")
    elif not sum(line["minimum"] for line in years):
        problems["years.0.minimum"] = N_("请填写最低金额：少于这个数项目就不能实施")
    return problems
