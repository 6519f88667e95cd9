"""回避规则: who may not judge what, decided from facts alone, before anybody is asked. Pure.

``recusals_of`` answers for one expert and each item by itself, so that whoever gives out the items of a panel one
by one (评审分工) leaves out only the pairs that conflict; ``whole`` joins the answers for a panel on which everybody
scores everything: a conflict with one item then keeps the expert off the panel.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_

YEARS_BACK = 3
"""How many years a project done together or a former post is remembered."""


class RecusalOutcome(StrEnum):
    """回避处理, the strictest first."""

    FORBID = "forbid"  # 须回避
    ASK = "ask"  # 须说明: a question to answer before any content is shown
    NOTE = "note"  # 提示


class RecusalRule(StrEnum):
    """回避情形, in the order in which they are told."""

    AUTHOR = "author"  # 参与起草或审定
    OWN_UNIT = "own_unit"  # 本单位
    PARTNER = "partner"  # 联合单位
    SETTER = "setter"  # 出题处室
    SUPERIOR = "superior"  # 上级单位
    SUBORDINATE = "subordinate"  # 下级单位
    JOINT_PROJECT = "joint_project"  # 三年内合作项目
    BIDDER = "bidder"  # 申报单位申请
    OFFICE = "office"  # 省局决定
    DECLARED = "declared"  # 本人申明
    FORMER_UNIT = "former_unit"  # 三年内曾任职
    SAME_CITY = "same_city"  # 同一城市
    SAME_HOUSE = "same_house"  # 同属省局


REASONS = {
    RecusalRule.OWN_UNIT: N_("所在单位“%(unit)s”是评审对象的牵头单位"),
    RecusalRule.PARTNER: N_("所在单位“%(unit)s”是评审对象的参与单位"),
    RecusalRule.SUPERIOR: N_("所在单位“%(unit)s”是牵头单位的上级"),
    RecusalRule.SUBORDINATE: N_("所在单位“%(unit)s”是牵头单位的下级"),
    RecusalRule.SETTER: N_("所在单位“%(unit)s”是本榜题的出题处室"),
    RecusalRule.AUTHOR: N_("本人参与了本榜题的起草或审定"),
    RecusalRule.JOINT_PROJECT: N_("所在单位“%(unit)s”三年内与“%(other)s”有共同项目"),
    RecusalRule.FORMER_UNIT: N_("三年内曾在“%(unit)s”任职"),
    RecusalRule.SAME_CITY: N_("所在单位“%(unit)s”与“%(other)s”在同一城市"),
    RecusalRule.SAME_HOUSE: N_("所在单位“%(unit)s”与“%(other)s”同属“%(house)s”"),
    RecusalRule.BIDDER: N_("申报单位申请回避，省局同意：%(reason)s"),
    RecusalRule.OFFICE: N_("省局决定：%(reason)s"),
    RecusalRule.DECLARED: N_("本人申明回避：%(reason)s"),
}
QUESTIONS = {
    RecusalRule.FORMER_UNIT: N_("您三年内曾在“%(unit)s”任职。请说明离任时间和现在的关系，能否公正评审？"),
    RecusalRule.BIDDER: N_("省局请您说明：%(reason)s"),
    RecusalRule.OFFICE: N_("省局请您说明：%(reason)s"),
}
"""What an expert is asked when the outcome is ASK."""
OUTCOME_LABELS = {
    RecusalOutcome.FORBID: N_("须回避"),
    RecusalOutcome.ASK: N_("须先说明"),
    RecusalOutcome.NOTE: N_("提示"),
}
OUTCOME_TONES = {RecusalOutcome.FORBID: "danger", RecusalOutcome.ASK: "warning", RecusalOutcome.NOTE: "info"}
STRICTNESS = {outcome: place for place, outcome in enumerate(RecusalOutcome)}
TOLD_AT = {rule: place for place, rule in enumerate(RecusalRule)}


@dataclass(frozen=True, slots=True)
class Units:
    """The tree of organisations: who is above whom, what they are called, in which city they are (known of bureaus
    only), and which are divisions and direct units of the administration that leads them (``house``)."""

    parents: Mapping[int, int | None]
    names: Mapping[int, str]
    cities: Mapping[int, str] = field(default_factory=dict)
    house: frozenset[int] = frozenset()

    def above(self, unit: int) -> Iterator[int]:
        """All superiors, the nearest first."""
        here = self.parents.get(unit)
        while here is not None:
            yield here
            here = self.parents.get(here)

    def share_city(self, one: int, other: int) -> bool:
        """True when both are known to be in the same city."""
        city = self.cities.get(one)
        return one != other and city is not None and city == self.cities.get(other)

    def share_house(self, one: int, other: int) -> bool:
        """True for two divisions or direct units of one administration (省局处室、直属单位)."""
        inside = one != other and one in self.house and other in self.house
        return inside and self.parents.get(one) == self.parents.get(other)


@dataclass(frozen=True, slots=True)
class Judge:
    """评审人: an expert with the units she belongs to or acts for, and those she left (unit → last day)."""

    expert_id: int
    person_id: int
    units: frozenset[int]
    former: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stake:
    """利害关系方: whose interests one item touches. ``subject_id`` is the bid or outcome."""

    item_id: int
    subject_id: int
    lead: int
    partners: frozenset[int] = frozenset()

    @property
    def parties(self) -> frozenset[int]:
        """Lead and partners."""
        return self.partners | {self.lead}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: the rule, what follows, and the day it rests on (empty when the rule knows none)."""

    rule: RecusalRule
    outcome: RecusalOutcome
    params: Mapping[str, str] = field(default_factory=dict)
    on: date | None = None

    @property
    def reason(self) -> str:
        """A msgid, filled by ``params``."""
        return REASONS[self.rule]

    @property
    def question(self) -> str:
        """What the expert is asked (a msgid), where the outcome is ASK."""
        return QUESTIONS[self.rule]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a panel is composed. ``joint``: an expert's unit → the units with which it shared a project →
    the last day of that project. ``decided``: what the office decided on an expert (number) and a subject; None as
    subject means all items of the panel."""

    units: Units
    setters: frozenset[int] = frozenset()
    authors: frozenset[int] = frozenset()
    drafted_on: date | None = None
    joint: Mapping[int, Mapping[int, date]] = field(default_factory=dict)
    decided: Mapping[tuple[int, int | None], tuple[Finding, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recusal:
    """回避判断: all reasons, the strictest first."""

    findings: tuple[Finding, ...] = ()

    @property
    def outcome(self) -> RecusalOutcome | None:
        """The strictest consequence; None when nothing was found."""
        return self.findings[0].outcome if self.findings else None

    @property
    def forbidden(self) -> bool:
        return self.outcome == RecusalOutcome.FORBID

    @property
    def rule(self) -> RecusalRule | None:
        """The first rule that forbids."""
        return self.findings[0].rule if self.forbidden else None

    @property
    def reason(self) -> str:
        """Why it is forbidden: a msgid filled by ``params``; empty when it is not."""
        return self.findings[0].reason if self.forbidden else ""

    @property
    def params(self) -> dict[str, str]:
        return dict(self.findings[0].params) if self.forbidden else {}

    @property
    def asks(self) -> tuple[Finding, ...]:
        """What the expert must explain first."""
        return tuple(one for one in self.findings if one.outcome == RecusalOutcome.ASK)

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """What does not forbid, but the office should know."""
        return tuple(one for one in self.findings if one.outcome != RecusalOutcome.FORBID)


def recusals_of(judge: Judge, stakes: Iterable[Stake], facts: Facts) -> dict[int, Recusal]:
    """Item id → what speaks against this expert judging it. Every item has an entry, an empty one included."""
    return {stake.item_id: Recusal(_ordered(_findings(judge, stake, facts))) for stake in stakes}


def whole(recusals: Iterable[Recusal]) -> Recusal:
    """All reasons together, each once: for a panel on which everybody scores everything."""
    return Recusal(_ordered(one for recusal in recusals for one in recusal.findings))


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    once: list[Finding] = []
    for one in findings:
        if one not in once:
            once.append(one)
    once.sort(key=lambda one: (STRICTNESS[one.outcome], TOLD_AT[one.rule]))
    return tuple(once)


def _findings(judge: Judge, stake: Stake, facts: Facts) -> Iterator[Finding]:
    """Former posts and neighbourhood are told only where nothing stronger already says it."""
    forbidding = list(_forbidding(judge, stake, facts))
    yield from forbidding
    for key in ((judge.expert_id, stake.subject_id), (judge.expert_id, None)):
        yield from facts.decided.get(key, ())
    if not forbidding:
        yield from _former(judge, stake, facts.units)
        yield from _neighbours(judge, stake, facts.units)


def _forbidding(judge: Judge, stake: Stake, facts: Facts) -> Iterator[Finding]:
    if judge.person_id in facts.authors:
        yield Finding(RecusalRule.AUTHOR, RecusalOutcome.FORBID, on=facts.drafted_on)
    for unit in sorted(judge.units):
        name = facts.units.names.get(unit, "")
        rule = _kinship(unit, stake, facts)
        if rule is not None:
            yield Finding(rule, RecusalOutcome.FORBID, {"unit": name})
            continue
        together = facts.joint.get(unit, {})
        for other in sorted(stake.parties.intersection(together)):
            params = {"unit": name, "other": facts.units.names.get(other, "")}
            yield Finding(RecusalRule.JOINT_PROJECT, RecusalOutcome.FORBID, params, together[other])


def _kinship(unit: int, stake: Stake, facts: Facts) -> RecusalRule | None:
    tests = (
        (RecusalRule.OWN_UNIT, unit == stake.lead),
        (RecusalRule.PARTNER, unit in stake.partners),
        (RecusalRule.SETTER, unit in facts.setters),
        (RecusalRule.SUPERIOR, unit in facts.units.above(stake.lead)),
        (RecusalRule.SUBORDINATE, stake.lead in facts.units.above(unit)),
    )
    return next((rule for rule, holds in tests if holds), None)


def _former(judge: Judge, stake: Stake, units: Units) -> Iterator[Finding]:
    for unit in sorted(stake.parties.intersection(judge.former)):
        params = {"unit": units.names.get(unit, "")}
        yield Finding(RecusalRule.FORMER_UNIT, RecusalOutcome.ASK, params, judge.former[unit])


def _neighbours(judge: Judge, stake: Stake, units: Units) -> Iterator[Finding]:
    """Lead and partners: a bureau of the same city, or another division or direct unit of the same administration.
    Where universities, institutes and companies are is not known, and says little: most are in the capital."""
    for unit in sorted(judge.units):
        for other in sorted(stake.parties):
            params = {"unit": units.names.get(unit, ""), "other": units.names.get(other, "")}
            if units.share_city(unit, other):
                yield Finding(RecusalRule.SAME_CITY, RecusalOutcome.NOTE, params)
            elif units.share_house(unit, other):
                house = units.names.get(units.parents.get(unit) or 0, "")
                yield Finding(RecusalRule.SAME_HOUSE, RecusalOutcome.NOTE, {**params, "house": house})
