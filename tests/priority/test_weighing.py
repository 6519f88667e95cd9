"""Pairwise comparison: the arithmetic is the core's; here its rules, its verbs and its page."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import Invalid, Refused
from marketplace.priority.models import PriorityList
from marketplace.priority.operations import announce_list, revise_list
from marketplace.priority.pairwise import VALUES, complete, on_scale, own_weights, pairs, weigh, whole
from marketplace.priority.rules import Criterion, RoundRules, Source, rules_from_dict
from marketplace.priority.weighing import adopt, judge
from tests.support.projects import accepted_project
from tests.support.rounds import Key, drafted
from tests.support.world import World

CODES = ["a", "b", "c"]
RULES = RoundRules(
    10,
    (
        Criterion("a", "成果质量", "Outcome", 40, Source.OUTCOME),
        Criterion("b", "按期完成", "On time", 30, Source.ON_TIME),
        Criterion("c", "再一项", "Another", 30, Source.ON_TIME),
    ),
)
GOOD = {"a|b": "2", "a|c": "4", "b|c": "2"}
CIRCLE = {"a|b": "5", "a|c": "1/5", "b|c": "5"}


def test_a_consistent_opinion_gives_its_weights() -> None:
    found = weigh(CODES, [GOOD])
    assert (found.weights, found.cr, found.acceptable, found.advice) == (
        {"a": 57, "b": 29, "c": 14}, 0.0, True, (),
    )  # fmt: skip
    assert own_weights(CODES, GOOD) == found.weights


def test_a_contradiction_is_shown_with_what_would_mend_it() -> None:
    found = weigh(CODES, [CIRCLE])
    assert (found.acceptable, len(found.advice)) == (False, 3)
    for one in found.advice:
        mended = {**CIRCLE, f"{one.first}|{one.second}": one.suggested}
        assert weigh(CODES, [mended]).cr == pytest.approx(one.cr_after, abs=2e-3)
        assert one.cr_after < found.cr


def test_several_opinions_meet_in_their_geometric_mean() -> None:
    mirrored = {"a|b": "1/2", "a|c": "1/4", "b|c": "1/2"}
    found = weigh(CODES, [GOOD, mirrored])
    assert sorted(found.weights.values()) == [33, 33, 34]
    assert found.cr_by_officer == (0.0, 0.0)


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=9))
def test_whole_weights_add_up_to_a_hundred(shares: list[float]) -> None:
    codes = [str(n) for n in range(len(shares))]
    found = whole(codes, np.array(shares) / sum(shares))
    assert sum(found.values()) == 100
    assert min(found.values()) >= 1
    order = sorted(codes, key=lambda code: shares[int(code)])
    assert all(found[a] <= found[b] + 1 for a, b in zip(order, order[1:], strict=False))


def test_only_complete_judgements_on_the_scale_count() -> None:
    assert pairs(CODES) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert complete(CODES, GOOD)
    for bad in ({}, {**GOOD, "a|b": "10"}, {**GOOD, "a|d": "3"}, {"a|b": "2"}, {**GOOD, "a|b": "NaN"}):
        assert not complete(CODES, bad)
    assert [on_scale(value) for value in (1.0, 2.9, 0.34, 9.0)] == ["1", "3", "1/3", "9"]
    assert len(set(VALUES)) == 17


def stored(world: World, key: Key) -> PriorityList:
    with world.reading() as session:
        return session.get_one(*key)


def test_the_groups_weights_become_the_rules(world: World) -> None:
    key = drafted(world, rules=RULES)
    with pytest.raises(Invalid) as none_yet:
        world.do("officer", adopt, key)
    assert none_yet.value.problems == {"pairs": "还没有人填写两两比较"}
    world.do("officer", judge, key, CIRCLE)
    with pytest.raises(Invalid) as circle:
        world.do("officer", adopt, key)
    assert "一致性比率超过0.10" in str(circle.value.problems["pairs"])
    world.do("officer", judge, key, GOOD)
    world.do("officer", adopt, key)
    rules = rules_from_dict(stored(world, key).rules)
    assert [one.weight for one in rules.criteria] == [57, 29, 14]
    assert (rules.weighing, rules.comparisons) == ("ahp", (GOOD,))
    world.do("officer", revise_list, key, "新名称", 3, RoundRules(5, rules.criteria))
    assert rules_from_dict(stored(world, key).rules).weighing == "ahp"
    world.do("officer", revise_list, key, "新名称", 3, RULES)
    assert rules_from_dict(stored(world, key).rules).weighing == "typed"


def test_judgements_end_with_the_draft(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    key = drafted(world, rules=RULES)
    for given_ in ({}, {**GOOD, "a|b": "10"}, {**GOOD, "x|y": "2"}):
        with pytest.raises(Invalid):
            world.do("officer", judge, key, given_)
    for who in ("approver", "auditor", "hangzhou_head"):
        with pytest.raises(Refused):
            world.do(who, judge, key, GOOD)
    world.do("approver", announce_list, key)
    for verb, args in ((judge, (GOOD,)), (adopt, ())):
        with pytest.raises(Refused):
            world.do("officer", verb, key, *args)


def test_the_page_of_the_comparison(sqlite_world: World) -> None:
    world = sqlite_world
    for lead in ("hangzhou", "ningbo"):
        accepted_project(world, lead)
    _, list_id = drafted(world, rules=RULES)
    url = f"/priority/{list_id}/weights"
    officer = world.browser("officer")
    assert "“成果质量”与“按期完成”相比" in officer.get(url).get_data(as_text=True)
    values = {f"pairs-{n}-value": value for n, value in enumerate(CIRCLE.values())}
    for bad in ("", "10", "NaN"):
        refused = officer.post(url, {**values, "pairs-0-value": bad})
        assert (refused.status_code, "请选择列出的一项" in refused.get_data(as_text=True)) == (422, True)
    assert officer.post(url, values).status_code == 302
    page = officer.get(url).get_data(as_text=True)
    assert "超过0.10" in page
    assert "改为“" in page
    assert officer.post(f"{url}/adopt", {}).status_code == 422
    officer.post(url, {f"pairs-{n}-value": value for n, value in enumerate(GOOD.values())})
    assert "按数据差异" in officer.get(url).get_data(as_text=True)
    assert officer.post(f"{url}/adopt", {}).status_code == 302
    assert "成果质量 57%" in officer.get(f"/priority/{list_id}").get_data(as_text=True)
    assert world.browser("auditor").get(url).status_code == 200
    assert world.browser("hangzhou_head").get(url).status_code == 403
    assert world.browser("approver").post(url, {}).status_code == 403
