"""The verbs of pairwise comparison (两两比较): each officer judges, the group's weights are adopted as the rules'."""

from collections.abc import Mapping
from dataclasses import replace

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.priority import policy
from marketplace.priority.events import RoundWeighed, WeightsAdopted
from marketplace.priority.models import PriorityList
from marketplace.priority.pairwise import VALUES, Weighed, complete, pairs, weigh
from marketplace.priority.rules import RoundRules, rules_from_dict


def judge(uow: UnitOfWork, plist: PriorityList, given: Mapping[str, str], version: int | None = None) -> None:
    """填写两两比较: one officer's own judgements; they replace her earlier ones."""
    require(policy.may_revise(uow.actor, plist))
    require_version(plist, version)
    codes = _codes(rules_from_dict(plist.rules))
    wrong = {
        f"pairs.{number}.value": N_("请选择列出的一项")
        for number, (a, b) in enumerate(pairs(codes))
        if given.get(f"{a}|{b}") not in VALUES
    }
    if wrong or not complete(codes, given):
        raise Invalid(wrong or {"pairs": N_("指标已有变化，请刷新页面后重新比较")})
    plist.judgements = {**plist.judgements, str(uow.actor.person_id): dict(given)}
    uow.emit(RoundWeighed(list_id=plist.id))


def adopt(uow: UnitOfWork, plist: PriorityList, version: int | None = None) -> None:
    """采用权重: the group's weights become the rules', with all judgements on record, names apart."""
    require(policy.may_revise(uow.actor, plist))
    require_version(plist, version)
    rules = rules_from_dict(plist.rules)
    found = weighed(plist)
    if found is None:
        raise Invalid({"pairs": N_("还没有人填写两两比较")})
    if not found.acceptable:
        raise Invalid({"pairs": N_("一致性比率超过0.10，判断前后有矛盾，请先按建议修改")})
    criteria = tuple(replace(one, weight=found.weights[one.code]) for one in rules.criteria)
    opinions = tuple(dict(sorted(one.items())) for one in opinions_of(plist).values())
    changed = replace(rules, criteria=criteria, weighing="ahp", comparisons=opinions)
    plist.rules, plist.created_by = changed.to_dict(), uow.actor.person_id
    said = ", ".join(f"{code} {weight}" for code, weight in found.weights.items())
    uow.emit(WeightsAdopted(list_id=plist.id, weights=said))


def opinions_of(plist: PriorityList) -> dict[str, dict[str, str]]:
    """Person id → judgements that fit the present criteria, in the order of ids."""
    codes = _codes(rules_from_dict(plist.rules))
    known = sorted(plist.judgements.items(), key=lambda item: int(item[0]))
    return {person: given for person, given in known if complete(codes, given)}


def weighed(plist: PriorityList) -> Weighed | None:
    """The group's result, when at least one officer has compared."""
    codes, opinions = _codes(rules_from_dict(plist.rules)), opinions_of(plist)
    return weigh(codes, list(opinions.values())) if opinions and len(codes) > 1 else None


def _codes(rules: RoundRules) -> list[str]:
    return [one.code for one in rules.criteria]
