"""How a panel must be made up, and that the draw can be repeated."""

import pytest

from marketplace.reviews.composition import Member, composition, draw


def members(technical: int, laymen: int = 0, insiders: int = 0) -> list[Member]:
    made = [Member(n, n, True, n >= insiders) for n in range(technical)]
    return made + [Member(100 + n, 100 + n, False, True) for n in range(laymen)]


@pytest.mark.parametrize(
    ("seats", "outside_majority", "said"),
    [
        (members(5), False, ""),
        (members(4), False, "评审组至少%(size)s人，现有%(count)s人"),
        (members(6), False, "评审组人数须为单数，现有%(count)s人"),
        (members(4, 1), False, ""),
        (members(3, 2), False, "技术类专家不得少于三分之二，现有%(technical)s人"),
        (members(5, 2), False, ""),
        (members(6, 3), False, ""),
        (members(5, 4), False, "技术类专家不得少于三分之二，现有%(technical)s人"),
        (members(5, 0, 3), True, "直属单位参与揭榜，系统外专家须过半，现有%(outside)s人"),
        (members(5, 0, 2), True, ""),
        (members(5, 0, 3), False, ""),
    ],
)
def test_the_rules(seats: list[Member], outside_majority: bool, said: str) -> None:
    verdict = composition(seats, 5, outside_majority)
    assert verdict.allowed == (not said)
    assert verdict.reason == said


POOL = [Member(n, n % 6, n % 4 != 0, n % 3 != 0, matches=n % 5 == 0) for n in range(30)]


@pytest.mark.parametrize("seed", range(12))
def test_a_draw_is_repeatable_and_fits_the_rules(seed: int) -> None:
    chosen = draw(POOL, 7, seed, outside_majority=True)
    assert chosen == draw(list(reversed(POOL)), 7, seed, outside_majority=True)
    assert len(set(chosen)) == 7
    assert composition([POOL[n] for n in chosen], 5, True)


def test_other_seeds_choose_others() -> None:
    assert len({draw(POOL, 5, seed) for seed in range(8)}) > 4


def test_the_field_comes_first_and_units_are_spread() -> None:
    pool = [Member(n, n, True, True, matches=n < 3) for n in range(10)]
    assert {0, 1, 2} <= set(draw(pool, 5, 1))
    same_unit = [Member(n, 1 if n < 5 else n, True, True) for n in range(9)]
    assert sum(same_unit[n].organisation_id == 1 for n in draw(same_unit, 5, 3)) == 1


def test_too_few_candidates_give_too_few_members() -> None:
    assert len(draw(POOL[:3], 5, 1)) == 3
