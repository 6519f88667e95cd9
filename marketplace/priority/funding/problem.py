"""From terms, requests and ranking to the decision core's funding problem (资金分配问题的组成). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.allocation import GroupRule, Request, request, values_above
from marketplace.decision.arrays import Floats, Ints, np
from marketplace.decision.explanation import Named
from marketplace.priority.assessment import matrix_of
from marketplace.priority.funding import words
from marketplace.priority.funding.factors import Applied, applied, belongs
from marketplace.priority.funding.terms import EACH, FEN_PER_YUAN, Group, Terms, terms_from_dict
from marketplace.priority.rules import rules_from_dict

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Expanded:
    """One rule on one group: a rule for each city is one for every city that has a request."""

    name: str
    said: Named
    group: Group
    members: tuple[int, ...]

    def rule(self) -> GroupRule:
        """As the decision core takes it."""
        share = None if self.group.share is None else Fraction(self.group.share, 100)
        return GroupRule(self.name, self.members, self.group.least, self.group.most, share)


@dataclass(frozen=True)
class Posed:
    """The problem with what its numbers mean: ``lines`` are the requests of ranked projects in the ranking's order,
    ``ranks`` and ``scores`` theirs; ``left_out`` are requests of projects that are not ranked; ``draws`` [P, B];
    ``raised`` are the strategic factors."""

    terms: Terms
    given: Request
    lines: tuple[Line, ...]
    ranks: tuple[int, ...]
    scores: tuple[str, ...]
    rules: tuple[Expanded, ...]
    draws: Floats
    left_out: tuple[str, ...]
    raised: tuple[Applied, ...]

    @property
    def plain(self) -> Floats:
        """Points above the cut-off [P], before any strategic factor."""
        return values_above(_scores(self.scores), float(Decimal(self.terms.cut_off)))[0]

    def without_factors(self) -> Request:
        """The same without strategic factors."""
        return replace(self.given, value=self.plain)

    def without_rules(self) -> Request:
        """The same without group rules."""
        return replace(self.given, rules=())

    def said(self, name: str) -> Named:
        """A rule or budget of the core by its name, in words."""
        for one in self.rules:
            if one.name == name:
                return one.said
        return words.budget(self.terms.years[int(name.rsplit(" ", 1)[1]) - 1].year)


def pose(payload: Mapping[str, Any]) -> Posed:
    """The problem of a plan's payload: terms, requests, and rules, rows and calibration of the ranking."""
    terms = terms_from_dict(payload["terms"])
    by_key = {line["key"]: line for line in payload["requests"]}
    ranked = [row for row in payload["rows"] if row["key"] in by_key]
    lines = tuple(by_key[row["key"]] for row in ranked)
    expanded = expand(terms.groups, lines)
    raised = tuple(applied(terms.factors, line) for line in lines)
    return Posed(
        terms=terms,
        given=_given(terms, lines, ranked, expanded, raised),
        lines=lines,
        ranks=tuple(row["rank"] for row in ranked),
        scores=tuple(row["total"] for row in ranked),
        rules=expanded,
        draws=_draws(payload, ranked, float(terms.cut_off)) * _factors(raised)[:, None],
        left_out=tuple(sorted(by_key.keys() - {row["key"] for row in ranked})),
        raised=raised,
    )


def _given(
    terms: Terms,
    lines: Sequence[Line],
    ranked: Sequence[Line],
    expanded: Sequence[Expanded],
    raised: Sequence[Applied],
) -> Request:
    scores = _scores([row["total"] for row in ranked])
    value, eligible = values_above(scores, float(Decimal(terms.cut_off)), _factors(raised))
    return request(
        value,
        yuan(lines, len(terms.years), "amount"),
        [year.envelope // FEN_PER_YUAN for year in terms.years],
        minimum=yuan(lines, len(terms.years), "minimum"),
        rules=[one.rule() for one in expanded],
        eligible=eligible,
    )


def _scores(texts: Sequence[str]) -> Floats:
    return np.array([float(text) for text in texts], dtype=np.float64)


def _factors(raised: Sequence[Applied]) -> Floats:
    return np.array([float(one.factor) for one in raised], dtype=np.float64)


def yuan(lines: Sequence[Line], years: int, name: str) -> Ints:
    """Amounts [Y, P] in 元."""
    table = [[line["years"][year][name] // FEN_PER_YUAN for line in lines] for year in range(years)]
    return np.array(table, dtype=np.int64).reshape(years, len(lines))


def expand(groups: Sequence[Group], lines: Sequence[Line]) -> tuple[Expanded, ...]:
    """名额规则展开: each rule with the requests it is about; one without any is left to the core, which voids it."""
    found = []
    for number, group in enumerate(groups):
        for member in _members_of(group, lines):
            inside = tuple(p for p, line in enumerate(lines) if _belongs(line, group, member))
            found.append(Expanded(f"{number}:{member}", words.rule(group, member), group, inside))
    return tuple(found)


def _members_of(group: Group, lines: Sequence[Line]) -> list[str]:
    if group.value != EACH:
        return [""]
    return sorted({str(line[group.by]) for line in lines if line[group.by]})


def _belongs(line: Line, group: Group, member: str) -> bool:
    if group.value == EACH:
        return bool(line[group.by] == member)
    return belongs(line, group.subject)


def _draws(payload: Mapping[str, Any], ranked: Sequence[Line], cut_off: float) -> Floats:
    """Values [P, B] under the draws of the calibrated scores; without sheets the announced scores alone."""
    if not ranked:
        return np.zeros((0, 1))
    found = matrix_of(
        rules_from_dict(payload["rules"]), [dict(row) for row in ranked], payload["calibration"]
    )
    values: Floats = np.maximum(0.0, found.draws - cut_off)
    return values
