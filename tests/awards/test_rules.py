"""Which bids may win, and when a proposal departs from the ranking. Pure."""

from collections.abc import Collection
from decimal import Decimal

import pytest

from marketplace.bids.award_rules import (
    Contender,
    Terms,
    award_problems,
    eligible,
    follows_ranking,
    may_decide,
    may_propose,
    may_read_award,
)
from marketplace.core.actor import Actor, Role

SINGLE = Terms("single", 1, 60, 2)
RACE = Terms("race", 2, 60, 2)
SHORT, LONG = (
    "按评审排名确定。",
    "经研究，综合考虑区域布局和已有工作基础，决定不按评审排名确定揭榜单位，并已书面说明。",
)


def contender(
    bid_id: int, rank: int | None, total: str | None, running: int = 0, received: bool = True
) -> Contender:
    return Contender(
        bid_id, f"单位{bid_id}", rank, None if total is None else Decimal(total), running, received
    )


FIELD = (
    contender(1, 1, "90"),
    contender(2, 2, "85"),
    contender(3, 3, "60"),
    contender(4, 4, "59.99"),
    contender(5, None, None),
    contender(6, 5, "88", received=False),
)


@pytest.mark.parametrize(
    ("chosen", "reason", "terms", "field"),
    [
        ([1], SHORT, SINGLE, None),
        ([1, 2], SHORT, SINGLE, "bids"),
        ([1, 2], SHORT, RACE, None),
        ([1], SHORT, RACE, None),
        ([1, 2, 3], SHORT, RACE, "bids"),
        ([2], SHORT, SINGLE, "reason"),
        ([2], LONG, SINGLE, None),
        ([1, 3], SHORT, RACE, "reason"),
        ([1, 3], LONG, RACE, None),
        ([3], LONG, SINGLE, None),
        ([4], LONG, SINGLE, "bids"),
        ([5], LONG, SINGLE, "bids"),
        ([6], LONG, SINGLE, "bids"),
        ([9], LONG, SINGLE, "bids"),
        ([1, 1], SHORT, RACE, "bids"),
        ([], SHORT, SINGLE, "reason"),
        ([], LONG, SINGLE, None),
        ([1], "", SINGLE, "reason"),
        ([1], "好", SINGLE, "reason"),
        ([1], "字" * 2001, SINGLE, "reason"),
    ],
)
def test_a_proposal(chosen: list[int], reason: str, terms: Terms, field: str | None) -> None:
    assert set(award_problems(FIELD, chosen, reason, terms)) == ({field} if field else set())


def test_no_award_needs_only_a_short_reason_when_nobody_may_win() -> None:
    weak = (contender(1, 1, "59"), contender(2, 2, "40"))
    assert not award_problems(weak, [], SHORT, SINGLE)
    assert follows_ranking(weak, [], SINGLE)


def test_who_has_reached_the_limit_is_passed_over() -> None:
    busy = (contender(1, 1, "90", running=2), contender(2, 2, "85", running=1))
    assert set(award_problems(busy, [1], LONG, SINGLE)) == {"bids"}
    assert not award_problems(busy, [2], SHORT, SINGLE)
    assert [one.bid_id for one in eligible(busy, SINGLE)] == [2]


@pytest.mark.parametrize(
    ("chosen", "ties", "fine"),
    [([1], [{1, 2}], False), ([1, 2], [{1, 2}], True), ([3], [{1, 2}], True), ([], [{1, 2}], True)],
)
def test_a_tie_at_the_line_must_be_voted_on(
    chosen: list[int], ties: list[Collection[int]], fine: bool
) -> None:
    assert ("bids" not in award_problems(FIELD, chosen, LONG, RACE, ties)) == fine


def somebody(*roles: Role, person: int = 7) -> Actor:
    return Actor(person, "示例", 1, "示例单位", "province", frozenset(roles))


@pytest.mark.parametrize("role", list(Role))
def test_who_may_propose_confirm_and_read(role: Role) -> None:
    actor = somebody(role)
    province = role in (Role.OFFICER, Role.APPROVER)
    assert may_propose(actor, "in_review", True, False).allowed == province
    assert may_decide(actor, 8, True).allowed == (role is Role.APPROVER)
    assert may_read_award(actor).allowed == (province or role is Role.AUDITOR)


@pytest.mark.parametrize(
    ("state", "concluded", "live", "allowed"),
    [
        ("in_review", True, False, True),
        ("in_review", False, False, False),
        ("in_review", True, True, False),
        ("open", True, False, False),
        ("awarded", True, False, False),
        ("no_award", True, False, False),
    ],
)
def test_when_a_proposal_may_be_made(state: str, concluded: bool, live: bool, allowed: bool) -> None:
    verdict = may_propose(somebody(Role.OFFICER), state, concluded, live)
    assert verdict.allowed == allowed
    assert bool(verdict.reason) == (not allowed)


def test_two_persons_even_when_one_holds_both_roles() -> None:
    both = somebody(Role.OFFICER, Role.APPROVER)
    assert not may_decide(both, 7, True)
    assert may_decide(both, 8, True)
    assert not may_decide(both, 8, False)
