"""Check a plan against every rule in whole numbers (独立核验); it shares no code with the solver."""

from collections.abc import Sequence
from fractions import Fraction

from marketplace.decision.allocation.problem import Request
from marketplace.decision.arrays import Bools, Ints


def violations(given: Request, funded: Bools | Sequence[bool], amount: Ints) -> tuple[str, ...]:
    """Names of the rules a plan breaks; `amount` is [Y, P] in 元."""
    taken = [p for p in range(given.size) if funded[p]]
    spent = [[int(amount[year][p]) for p in range(given.size)] for year in range(len(given.budget))]
    return (*_money(given, taken, spent), *_groups(given, taken, spent), *_others(given, taken))


def _money(given: Request, taken: list[int], spent: list[list[int]]) -> list[str]:
    broken = []
    for year, row in enumerate(spent):
        if sum(row) > int(given.budget[year]):
            broken.append(f"budget of year {year + 1}")
        for p, money in enumerate(row):
            least, most = int(given.minimum[year, p]), int(given.request[year, p])
            if (p in taken and not least <= money <= most) or (p not in taken and money):
                broken.append(f"amount of project {p}")
    return broken


def _groups(given: Request, taken: list[int], spent: list[list[int]]) -> list[str]:
    broken = []
    total = sum(int(limit) for limit in given.budget)
    for rule in given.rules:
        count = len([p for p in taken if p in rule.members])
        money = sum(row[p] for row in spent for p in rule.members)
        too_many = rule.most is not None and count > rule.most
        too_much = rule.share is not None and Fraction(money) > rule.share * total
        if count < rule.least or too_many or too_much:
            broken.append(rule.name)
    return broken


def _others(given: Request, taken: list[int]) -> list[str]:
    alone = [f"project {p} needs {q}" for p, q in given.needs if p in taken and q not in taken]
    return alone + [f"project {p} is below the cut-off" for p in taken if not given.eligible[p]]
