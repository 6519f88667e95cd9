"""What contradicts itself in tried terms, told at the field (试算输入检查), and what a trial changes. Pure.

What plain counting can see is told before anything is computed; what only the solver finds is told at the same fields
afterwards, from its smallest relaxations.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.priority.funding import words
from marketplace.priority.funding.problem import Expanded, Posed, pose
from marketplace.priority.funding.terms import EACH, FEN_PER_YUAN, Terms

Record = Mapping[str, Any]


def year_problems(terms: Terms, official: Terms) -> dict[str, Problem]:
    """Requests are made for the announced years: a trial changes their money only."""
    if [one.year for one in terms.years] == [one.year for one in official.years]:
        return {}
    return {"years": N_("试算只改各年度的资金总额，年度须与正式规则相同")}


def trial_problems(payload: Record) -> dict[str, Problem]:
    """Rules that cannot hold with these requests: field name to msgid."""
    posed = pose(payload)
    problems: dict[str, Problem] = {}
    for one in posed.rules:
        problems = _rule_problems(posed, one) | problems
    return problems | _nested_problems(posed)


def _rule_problems(posed: Posed, one: Expanded) -> dict[str, Problem]:
    """At least so many: are there enough, and is there money for the cheapest of them?"""
    group, where = one.group, f"groups.{_row_of(one) - 1}"
    costs = sorted(int(posed.given.cost()[p]) for p in one.members if posed.given.eligible[p])
    if not group.least or (group.value == EACH and not costs):
        return {}
    if len(costs) < group.least:
        return {f"{where}.least": (N_("达到入选线的申请只有%(count)s个"), {"count": len(costs)})}
    needed, total = sum(costs[: group.least]), int(posed.given.budget.sum())
    if needed > total:
        said = N_("最省也要%(needed)s万元，超过资金总额%(total)s万元")
        return {f"{where}.least": (said, _money(needed, total))}
    limit = total if group.share is None else total * group.share // 100
    if needed > limit:
        said = N_("“不少于”的项目最省要%(needed)s万元，占比上限只有%(total)s万元")
        return {f"{where}.share": (said, _money(needed, limit))}
    return {}


def _row_of(one: Expanded) -> int:
    """The row of the form in which the rule was typed, from 1."""
    return int(one.name.split(":")[0]) + 1


def _money(needed: int, total: int) -> dict[str, object]:
    return {"needed": words.wan(needed * FEN_PER_YUAN), "total": words.wan(total * FEN_PER_YUAN)}


def _nested_problems(posed: Posed) -> dict[str, Problem]:
    """At least so many of a group, and at most fewer of one that contains it."""
    problems: dict[str, Problem] = {}
    for inner in posed.rules:
        for outer in posed.rules:
            most = outer.group.most
            if most is None or inner is outer or not set(inner.members) <= set(outer.members):
                continue
            if inner.members and inner.group.least > most:
                said = N_("与第%(row)s条规则的“不多于%(most)s个”互相矛盾")
                problems[f"groups.{_row_of(inner) - 1}.least"] = (said, {"row": _row_of(outer), "most": most})
    return problems


def at_fields(proposal: Record) -> Mapping[str, Sequence[Record]]:
    """最小调整 of an infeasible trial by the field they are about."""
    found: dict[str, list[Record]] = {}
    for one in proposal["relaxations"]:
        if one["kind"] == "budget":
            where = f"years.{int(one['rule'].rsplit(' ', 1)[1]) - 1}.envelope"
        else:
            where = f"groups.{one['rule'].split(':')[0]}.{one['kind']}"
        found.setdefault(where, []).append(one)
    return found


def compared(official: Record, trial: Record) -> list[dict[str, Any]]:
    """与正式方案逐项比较: each request of the ranking with what it gets in both, in 分, and how that differs."""
    before = {row["key"]: row for row in official["rows"]}
    return [{**row, **_beside(before.get(row["key"]), row)} for row in trial["rows"]]


def _beside(old: Record | None, new: Record) -> dict[str, Any]:
    given = [sum(row["amounts"]) if row and row["funded"] else 0 for row in (old, new)]
    was, is_now = bool(old and old["funded"]), bool(new["funded"])
    kept = "same" if given[0] == given[1] else "amount"
    moved = "enters" if is_now else "leaves"
    return {"official": given[0], "trial": given[1], "change": kept if was == is_now else moved}
