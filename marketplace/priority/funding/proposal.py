"""The proposed plan (建议资助方案): computed apart from any request, the same for the same payload on every machine.

Everything leaves as plain values: amounts in 分, values in hundredths of a point, rules in words of both languages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.decision.allocation import (
    Plan,
    Relaxation,
    RunnerUp,
    allocate,
    equal_shares,
    price_of_rules,
    rank_and_fund,
    robustness,
    runners_up,
    violations,
)
from marketplace.decision.arrays import Bools, Ints, np
from marketplace.decision.explanation import Favoured, Funding, Named, explain_funding
from marketplace.priority.funding import words
from marketplace.priority.funding.factors import rule_named
from marketplace.priority.funding.problem import Posed, pose
from marketplace.priority.funding.terms import FEN_PER_YUAN

KIND = "funding_plan"
"""The kind of computation that the worker runs."""
SECONDS = 10.0
RUNNERS_UP = 5
DRAWS = 20
STEP = 100
"""Envelopes with which a project would enter are told in steps of so many 元."""


class Report(Protocol):
    """Hears how far it is; the note is a Chinese msgid."""

    def __call__(self, percent: int, note: str = "") -> None: ...


def quietly(percent: int, note: str = "") -> None:
    """For those who wait anyway."""


def propose(payload: dict[str, Any], report: Report = quietly) -> dict[str, Any]:
    """拟定方案: terms, requests, rules, rows, calibration and sheets in; plan, price, comparisons and words out."""
    report(5, N_("正在求解资助方案"))
    posed = pose(payload)
    plan = allocate(posed.given, time_s=SECONDS)
    found = {
        "status": _status(posed, plan),
        "proven": plan.status == "optimal",
        "value": points(plan.value),
        "spent": [int(money) * FEN_PER_YUAN for money in plan.amount.sum(axis=1)],
        "left_over": [int(money) * FEN_PER_YUAN for money in plan.left_over],
        "shortfall": plan.shortfall * FEN_PER_YUAN,
        "rules": [_named(one.said) for one in posed.rules],
        "void": [_named(one.said) for one in posed.rules if one.name not in _live(posed)],
        "binding": [_named(posed.said(name)) for name in plan.binding],
        "relaxations": [_relaxation(posed, one) for one in plan.relaxations],
        "left_out": list(posed.left_out),
    }
    return {**found, **_analysed(posed, plan, payload, report)}


def _status(posed: Posed, plan: Plan) -> str:
    """empty: nobody reaches the cut-off; infeasible; none: time over without any plan; else plan."""
    if not posed.given.eligible.any() and plan.feasible:
        return "empty"
    if plan.feasible:
        return "plan"
    return "infeasible" if plan.status == "infeasible" else "none"


def _live(posed: Posed) -> set[str]:
    return {rule.name for rule in posed.given.rules}


def _analysed(posed: Posed, plan: Plan, payload: Mapping[str, Any], report: Report) -> dict[str, Any]:
    report(30, N_("正在计算名额规则的代价和候补项目"))
    nobody: dict[int, RunnerUp] = {}
    waiting, price, times, solved = nobody, None, [0] * len(posed.lines), 0
    if plan.feasible and posed.lines:
        price = price_of_rules(posed.given, plan, SECONDS)
        step = STEP if "format" in payload else None
        found = runners_up(posed.given, plan, RUNNERS_UP, SECONDS, step)
        waiting = {one.project: replace(one, enters_at=_rounded(one.enters_at)) for one in found}
    if waiting is not nobody and posed.draws.shape[1] > 1:
        report(60, N_("正在按评分误差反复求解"))
        sure = robustness(posed.given, posed.draws, DRAWS, SECONDS)
        times, solved = sure.funded.tolist(), sure.solved
    others = _others(posed, payload)
    seen = Seen(
        posed, plan, allocate(posed.without_rules(), time_s=SECONDS).funded, _plain(posed, plan), others
    )
    rows = [_row(seen, p, waiting.get(p), times[p]) for p in range(len(posed.lines))]
    return {
        **_favour(seen),
        "price": price and {"points": points(price.points), "money": price.money * FEN_PER_YUAN},
        "draws": solved,
        "others": {name: _other(posed, chosen) for name, chosen in others.items()},
        "rows": rows,
    }


@dataclass(frozen=True, eq=False)
class Seen:
    """What a row's paragraph compares: the plan beside the ones without group rules and without strategic factors, and
    what other ways would fund."""

    posed: Posed
    plan: Plan
    free: Bools
    plain: Bools | None
    others: Mapping[str, Bools]


def _plain(posed: Posed, plan: Plan) -> Bools | None:
    """Who would be funded without strategic factors; None where the terms have none."""
    if not posed.terms.factors or not plan.feasible:
        return None
    return allocate(posed.without_factors(), time_s=SECONDS).funded


def _favour(seen: Seen) -> dict[str, Any]:
    """战略系数 and what they change: who is funded only with them, who only without. Nothing where there are none."""
    if seen.plain is None:
        return {}
    keys = [line["key"] for line in seen.posed.lines]
    return {
        "factors": [_named(rule_named(one)) for one in seen.posed.terms.factors],
        "by_factors": {
            "enter": [key for key, p in zip(keys, seen.plan.funded & ~seen.plain, strict=True) if p],
            "leave": [key for key, p in zip(keys, ~seen.plan.funded & seen.plain, strict=True) if p],
        },
    }


def _rounded(yuan: int | None) -> int | None:
    """An envelope up to the next 0.01 万元: one found by halving may lie between."""
    return None if yuan is None else -(-yuan // STEP) * STEP


def points(value: float) -> str:
    """A value in points with two decimals."""
    return f"{Decimal(str(round(value, 6))).quantize(Decimal('0.01'))}"


def _named(one: Named) -> dict[str, str]:
    return {"zh": one.zh, "en": one.en}


def _relaxation(posed: Posed, one: Relaxation) -> dict[str, Any]:
    about = posed.said(one.rule)
    if one.kind != "budget":
        expanded = next(found for found in posed.rules if found.name == one.rule)
        about = words.subject(expanded.group, expanded.name.split(":", 1)[1])
    old, new = (_shown(one.kind, value) for value in (one.old, one.new))
    return {
        "kind": one.kind,
        "rule": one.rule,
        "old": old,
        "new": new,
        **words.relaxation(one.kind, about, old, new),
    }


def _shown(kind: str, value: Fraction) -> str:
    """万元 for budgets, whole per cent rounded up for shares, else the number."""
    if kind == "budget":
        return words.wan(int(value) * FEN_PER_YUAN)
    if kind == "share":
        return str(-int(-value * 100 // 1))
    return str(int(value))


def _others(posed: Posed, payload: Mapping[str, Any]) -> dict[str, Bools]:
    """What other ways would fund: by rank, and by equal shares of the experts' votes where there are sheets."""
    given = posed.given
    found = {"by_rank": rank_and_fund(posed.plain, given.minimum, given.budget, given.eligible).funded}
    shares = _equal_shares(posed, payload["sheets"])
    return found if shares is None else {**found, "equal_shares": shares}


def _equal_shares(posed: Posed, sheets: Sequence[Mapping[str, Any]]) -> Bools | None:
    place = {line["project_id"]: p for p, line in enumerate(posed.lines) if posed.given.eligible[p]}
    marked = [one for one in sheets if one["project_id"] in place and one["total"] is not None]
    voters = sorted({one["expert"] for one in marked})
    if not voters:
        return None
    utility = np.zeros((len(posed.lines), len(voters)))
    for one in marked:
        utility[place[one["project_id"]], voters.index(one["expert"])] = float(one["total"])
    cost = posed.given.cost() / 10_000
    total = float(posed.given.budget.sum()) / 10_000
    bought = equal_shares(cost, utility, total, "add1", increment=max(1.0, total / 1000))
    funded = np.zeros(len(posed.lines), dtype=bool)
    funded[list(bought.selected)] = True
    return funded


def _other(posed: Posed, funded: Bools) -> dict[str, Any]:
    amount = np.where(funded, posed.given.minimum, 0)
    broken = violations(posed.given, funded, amount)
    return {
        "number": int(funded.sum()),
        "value": points(float(posed.given.value[funded].sum())),
        "spent": int(amount.sum()) * FEN_PER_YUAN,
        "broken": [_named(posed.said(name)) for name in broken],
    }


def _row(seen: Seen, p: int, waiting: RunnerUp | None, times: int) -> dict[str, Any]:
    posed, plan = seen.posed, seen.plan
    line, funded = posed.lines[p], bool(plan.funded[p])
    told = explain_funding(_funding(seen, p, waiting)) if plan.feasible else Named("", "")
    return {
        "key": line["key"],
        "rank": posed.ranks[p],
        "score": posed.scores[p],
        "eligible": bool(posed.given.eligible[p]),
        "value": points(float(posed.given.value[p])),
        "funded": funded,
        "amounts": _fen(plan.amount, p),
        "times": times,
        "others": sorted(name for name, chosen in seen.others.items() if chosen[p]),
        "runner_up": _runner_up(posed, waiting),
        "zh": told.zh,
        "en": told.en,
        **_raised(posed, p),
    }


def _raised(posed: Posed, p: int) -> dict[str, Any]:
    """The points above the cut-off and the factor that makes the value of them, apart; only where there are factors."""
    if not posed.terms.factors:
        return {}
    return {"points": points(float(posed.plain[p])), "factor": f"{posed.raised[p].factor:.2f}"}


def _fen(amount: Ints, p: int) -> list[int]:
    return [int(money) * FEN_PER_YUAN for money in amount[:, p]]


def _runner_up(posed: Posed, waiting: RunnerUp | None) -> dict[str, Any] | None:
    if waiting is None:
        return None
    return {
        "loss": None if waiting.loss is None else points(waiting.loss),
        "falls_out": [posed.lines[p]["key"] for p in waiting.falls_out],
        "enters_at": None if waiting.enters_at is None else waiting.enters_at * FEN_PER_YUAN,
    }


def _funding(seen: Seen, p: int, waiting: RunnerUp | None) -> Funding:
    posed, plan, funded = seen.posed, seen.plan, bool(seen.plan.funded[p])
    mine = {rule.name for rule in posed.given.rules if p in rule.members}
    binding = [posed.said(name) for name in plan.binding if name in mine or name.startswith("budget")]
    low = Named("未达到入选线", "the cut-off it does not reach")
    return Funding(
        proposed=funded,
        budget=int(posed.given.budget.sum()),
        conditions=tuple(words.rule(group) for group in posed.terms.groups),
        same_without_conditions=bool(seen.free[p]) == funded if funded else None,
        binding=() if funded else tuple(binding) if posed.given.eligible[p] else (low,),
        enters_at=None if waiting is None else waiting.enters_at,
        proven=plan.status == "optimal",
        favoured=_favoured(seen, p),
    )


def _favoured(seen: Seen, p: int) -> Favoured | None:
    """What a factor above 1 did for a project that reaches the cut-off."""
    posed, own = seen.posed, seen.posed.raised[p]
    if own.said is None or seen.plain is None or not posed.given.eligible[p]:
        return None
    plain, value = (Decimal(points(float(values[p]))) for values in (posed.plain, posed.given.value))
    same = bool(seen.plain[p]) == bool(seen.plan.funded[p])
    return Favoured(own.said, own.factor.quantize(Decimal("0.01")), plain, value, same)
