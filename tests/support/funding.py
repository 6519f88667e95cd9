"""A funding round for tests: accepted projects, announced rules, confirmed terms, requests, a computed plan."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from marketplace.priority.funding import operations
from marketplace.priority.funding.models import FundingRequest, FundingTerms
from marketplace.priority.funding.terms import Group, Terms, Year
from marketplace.priority.models import PriorityList
from marketplace.priority.operations import announce_list, compute_list, draft_list
from marketplace.priority.rules import RoundRules
from marketplace.projects.models import Project
from tests.support.projects import accepted_project
from tests.support.staging import staged
from tests.support.world import World

WAN = 1_000_000
PROJECTS = (("hangzhou", "92"), ("ningbo", "88"), ("anji", "84"), ("deqing", "80"), ("wenzhou", "76"))
"""Cities and counties (安吉 and 德清 belong to 湖州), best first."""


@dataclass
class Round:
    """One funding round and its projects by unit."""

    id: int
    projects: dict[str, int]

    @property
    def key(self) -> tuple[type[PriorityList], int]:
        return (PriorityList, self.id)


def terms(world: World, envelope: int = 200, groups: tuple[Group, ...] = (), cut_off: str = "70") -> Terms:
    """One year's envelope in 万元; requests close in ten days."""
    until = (world.clock() + timedelta(days=10)).isoformat()
    return Terms((Year(2026, envelope * WAN),), cut_off, groups, until)


def amounts(amount: int = 60, minimum: int = 50) -> list[dict[str, int]]:
    """What a request asks for, in 万元."""
    return [{"year": 2026, "amount": amount * WAN, "minimum": minimum * WAN}]


@staged
def drafted(world: World, projects: tuple[tuple[str, str], ...] = PROJECTS) -> Round:
    """A draft of a round over accepted projects, without terms."""
    ids = {unit: accepted_project(world, unit, score) for unit, score in projects}
    plist = world.do("officer", draft_list, "funding", "2026年度资金支持（示例）", 3, RoundRules(0))
    return Round(plist.id, ids)


@staged
def confirmed(world: World, one: Round, given: Terms, reason: str = "") -> None:
    """Terms drafted by the officer; announced with the round by the approver, or confirmed when they are a change."""
    made = world.do("officer", operations.draft_terms, one.key, given, reason)
    if made.number == 1:
        world.do("approver", announce_list, one.key)
    else:
        world.do("approver", operations.confirm_terms, one.key, (FundingTerms, made.id))


@staged
def requested(world: World, one: Round, unit: str, years: list[dict[str, int]] | None = None) -> int:
    """A request saved by the clerk and submitted by the head."""
    project = (Project, one.projects[unit])
    made = world.do(
        f"{unit}_clerk", operations.save_request, one.key, project, years or amounts(), "设备与试点（示例）"
    )
    world.do(f"{unit}_head", operations.submit_request, one.key, (FundingRequest, made.id))
    return int(made.id)


@staged
def closed(world: World, one: Round) -> None:
    """Requests are closed and the ranking is computed."""
    world.clock.forward(days=11)
    world.do("officer", compute_list, one.key)
    world.compute()


@staged
def planned(world: World, given: Terms | None = None, **years: list[dict[str, int]]) -> Round:
    """A round with a computed plan."""
    one = drafted(world)
    finished(world, one, given or terms(world), **years)
    return one


@staged
def finished(world: World, one: Round, given: Terms, **years: list[dict[str, int]]) -> None:
    """From the terms to the computed plan."""
    confirmed(world, one, given)
    for unit, _score in PROJECTS:
        requested(world, one, unit, years.get(unit))
    closed(world, one)
    plan(world, one)


def plan(world: World, one: Round) -> Any:
    """The plan computed."""
    asked = world.do("officer", operations.plan_funding, one.key)
    world.compute()
    return asked
