"""假设测算: rules of the choice, and a page that changes nothing."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.core.errors import Invalid, Refused
from marketplace.organisations.models import Organisation
from marketplace.priority.areas import mark_areas
from marketplace.priority.models import AreaMark, Snapshot
from marketplace.priority.rules import Conditions, RoundRules
from marketplace.priority.whatif import Scenario, choose, group_problems, scenario_problems
from tests.priority.test_weighing import RULES
from tests.support.projects import accepted_project
from tests.support.rounds import drafted, published
from tests.support.world import World

KINDS = (("municipal", False), ("county", False), ("county", True), ("direct_unit", False))


def rows(*kinds: tuple[str, bool]) -> list[dict[str, Any]]:
    return [
        {"key": f"unit:{n}", "rank": n, "level": level, "area": area}
        for n, (level, area) in enumerate(kinds, 1)
    ]


def ask(places: int, **least: int) -> Scenario:
    return Scenario({"a": 100}, 10, places, least)


def keeps(chosen: list[dict[str, Any]], least: dict[str, int]) -> bool:
    """An independent check of the guaranteed numbers."""
    areas = sum(row["area"] for row in chosen)
    levels = {level: sum(row["level"] == level for row in chosen) for level in least if level != "area"}
    return areas >= least.get("area", 0) and all(levels[level] >= least[level] for level in levels)


@given(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=7),
    st.integers(1, 5),
    st.dictionaries(st.sampled_from(["municipal", "county", "direct_unit", "area"]), st.integers(0, 2)),
)
def test_the_choice_is_the_best_that_keeps_the_guarantees(
    kinds: list[tuple[str, bool]], places: int, least: dict[str, int]
) -> None:
    given_ = rows(*kinds)
    size = min(places, len(given_))
    best = next((set_ for set_ in combinations(given_, size) if keeps(list(set_), least)), None)
    scenario = ask(places, **least)
    if best is None or group_problems(given_, scenario):
        return
    assert choose(given_, scenario) == {row["key"] for row in best}


def test_without_guarantees_the_first_are_chosen() -> None:
    assert choose(rows(*KINDS), ask(2)) == {"unit:1", "unit:2"}
    assert choose(rows(*KINDS), ask(2, area=1)) == {"unit:1", "unit:3"}
    assert choose(rows(*KINDS), ask(2, area=1, direct_unit=1)) == {"unit:3", "unit:4"}


@pytest.mark.parametrize(
    ("weights", "cap", "places", "least", "field"),
    [
        ({"a": 40, "b": 30, "c": 29}, 10, 3, {}, "w_a"),
        ({"a": 101, "b": -1, "c": 0}, 10, 3, {}, "w_a"),
        ({"a": 40, "b": 30, "c": 30}, 31, 3, {}, "priority_cap"),
        ({"a": 40, "b": 30, "c": 30}, 10, 0, {}, "places"),
        ({"a": 40, "b": 30, "c": 30}, 10, 3, {"county": 2, "municipal": 2}, "places"),
        ({"a": 40, "b": 30, "c": 30}, 10, 3, {"county": -1}, "least_county"),
    ],
)
def test_contradictions_are_named(
    weights: dict[str, int], cap: int, places: int, least: dict[str, int], field: str
) -> None:
    assert field in scenario_problems(RULES, Scenario(weights, cap, places, least))
    assert (
        scenario_problems(RULES, Scenario({"a": 100, "b": 0, "c": 0}, 0, 3, {"county": 2, "area": 2})) == {}
    )
    assert set(group_problems(rows(*KINDS), ask(5, area=2))) == {"least_area"}


def test_the_page_imagines_and_changes_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world, "hangzhou", "95")
    accepted_project(world, "anji", "80")
    _, list_id = published(world, rules=RoundRules(conditions=Conditions(within_months=120)))
    url = f"/priority/{list_id}/what-if"
    officer = world.browser("officer")
    assert "不改变正式排序" in officer.get(url).get_data(as_text=True)
    link = f"{url}?w_outcome=100&places=1&priority_cap=0&least_county=1"
    page = officer.get(link).get_data(as_text=True)
    assert "列入：安吉" in page
    assert "不再列入：杭州市机关事务管理局" in page
    assert world.browser("hangzhou_clerk").get(link).status_code == 200
    for bad, said in (
        ("w_outcome=99&places=1&priority_cap=0", "各项权重之和必须等于100"),
        ("w_outcome=NaN&places=1&priority_cap=0", "请填写整数"),
        ("w_outcome=100&places=0&priority_cap=0", "请填写1至500的整数"),
        ("w_outcome=100&places=1&priority_cap=0&least_area=1", "符合条件的只有0个"),
        ("w_outcome=100", "请填写整数"),
    ):
        answer = officer.get(f"{url}?{bad}")
        assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True), bad
    with world.reading() as session:
        (only,) = session.scalars(select(Snapshot)).all()
    assert [row["rank"] for row in only.content["rows"]] == [1, 2]
    _, draft = drafted(world)
    assert officer.get(f"/priority/{draft}/what-if?w_outcome=100&places=1&priority_cap=0").status_code == 200
    assert world.browser("hangzhou_clerk").get(f"/priority/{draft}/what-if").status_code == 404


def county(world: World, code: str) -> int:
    with world.reading() as session:
        return session.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def test_areas_are_marked_with_their_document(sqlite_world: World) -> None:
    world = sqlite_world
    anji, city = county(world, "330523"), county(world, "330100")
    for chosen, basis, field in (
        ({anji}, "", "basis"),
        ({city}, "某文件", "counties"),
        ({10**9}, "某文件", "counties"),
    ):
        with pytest.raises(Invalid) as refused:
            world.do("officer", mark_areas, chosen, basis)
        assert set(refused.value.problems) == {field}
    with pytest.raises(Refused):
        world.do("approver", mark_areas, {anji}, "某文件")
    officer = world.browser("officer")
    assert officer.get("/priority/areas").status_code == 200
    assert officer.post("/priority/areas", {"counties": [anji], "basis": ""}).status_code == 422
    assert officer.post("/priority/areas", {"counties": [anji], "basis": "示例文件1号"}).status_code == 302
    assert "示例文件1号" in world.browser("auditor").get("/priority/areas").get_data(as_text=True)
    assert world.browser("hangzhou_head").get("/priority/areas").status_code == 403
    world.do("officer", mark_areas, set(), "")
    with world.reading() as session:
        assert session.scalars(select(AreaMark)).all() == []
