"""Who scores what when not everybody scores everything: the proposal, moves, recusals, and what does not fit."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.experts.models import Expert
from marketplace.notifications.models import OutboxMail
from marketplace.reviews import operations, policy
from marketplace.reviews.assigning import assign_items
from marketplace.reviews.models import Duty, Panel, PanelItem, Seat
from marketplace.reviews.queries.own import may_read_subject, own_items, place_for, seat_for
from marketplace.reviews.queries.workload import duties_of
from marketplace.reviews.workflow import PanelState
from marketplace.topics.rules import DEFAULT_RULES
from tests.reviews.story import (
    FIVE,
    confirm,
    convene,
    item_ids,
    marks,
    release,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.support.world import World

SHARED = replace(DEFAULT_RULES, scores_per_item=3)
LEADS = ("330100", "330200", "330300", "330400", "330500")


def draft(world: World, rules: object = SHARED, keys: tuple[str, ...] = FIVE) -> int:
    """A draft panel of these experts on five bids."""
    panel_id = convene(world, topic_with_bids(world, LEADS, rules=rules)[0])
    seat(world, panel_id, *keys)
    return panel_id


def assigned(world: World) -> int:
    """The same with its items given out."""
    panel_id = draft(world)
    world.do("officer", operations.request_assignment, (Panel, panel_id))
    assert world.compute() == 1
    return panel_id


def scoring(world: World) -> int:
    panel_id = assigned(world)
    release(world, panel_id)
    confirm(world, panel_id, *FIVE)
    return panel_id


def pairs(world: World, panel_id: int) -> set[tuple[int, int]]:
    with world.reading() as session:
        return {(one.item_id, one.seat_id) for one in duties_of(session, panel_id)}


def score_own(world: World, panel_id: int, key: str, points: int = 80) -> None:
    """An expert scores and submits what is hers."""
    mine = seat_id(world, panel_id, key)
    with world.uow(key) as uow:
        for item, sheet in own_items(uow.session, seat_for(uow.session, uow.actor, mine)):
            if sheet is None:
                place = place_for(uow.session, uow.actor, mine, item.id)
                operations.save_sheet(uow, place, marks(points - item.position))
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, mine))


def test_every_item_gets_its_experts_and_every_expert_her_share(world: World) -> None:
    panel_id = assigned(world)
    found = pairs(world, panel_id)
    assert set(Counter(item for item, _ in found).values()) == {3}
    loads = Counter(one for _, one in found).values()
    assert list(loads) == [3] * 5
    with world.reading() as session:
        duties = duties_of(session, panel_id)
        assert {one.origin for one in duties} == {"assigned"}
        assert all(one.because and one.because["rule"] == "assigned" for one in duties)
        actor = world.actor("expert1")
        assert not any(
            may_read_subject(session, actor, "bid", item.subject_id)
            for item in session.get_one(Panel, panel_id).items
        )


def test_nothing_begins_before_the_items_are_given_out(sqlite_world: World) -> None:
    panel_id = draft(sqlite_world)
    with pytest.raises(Invalid) as refused:
        release(sqlite_world, panel_id)
    assert "assignment" in refused.value.problems
    sqlite_world.do("officer", operations.request_assignment, (Panel, panel_id))
    sqlite_world.compute()
    mine = seat_id(sqlite_world, panel_id, "expert5")
    sqlite_world.do("officer", operations.remove_member, (Panel, panel_id), (Seat, mine))
    seat(sqlite_world, panel_id, "expert6")
    with pytest.raises(Invalid):
        release(sqlite_world, panel_id)


def test_an_answer_to_an_old_question_changes_nothing(sqlite_world: World) -> None:
    panel_id = draft(sqlite_world)
    sqlite_world.do("officer", operations.request_assignment, (Panel, panel_id))
    mine = seat_id(sqlite_world, panel_id, "expert5")
    sqlite_world.do("officer", operations.remove_member, (Panel, panel_id), (Seat, mine))
    with pytest.raises(Refused, match="请重新分配"):
        sqlite_world.compute()
    assert pairs(sqlite_world, panel_id) == set()


def test_each_expert_sees_and_scores_only_her_own(world: World) -> None:
    panel_id = scoring(world)
    found = pairs(world, panel_id)
    mine, actor = seat_id(world, panel_id, "expert1"), world.actor("expert1")
    own = {item for item, one in found if one == mine}
    with world.reading() as session:
        for item in session.get_one(Panel, panel_id).items:
            assert may_read_subject(session, actor, "bid", item.subject_id) == (item.id in own)
            if item.id not in own:
                with pytest.raises(NotFound):
                    place_for(session, actor, mine, item.id)
    for key in FIVE:
        score_own(world, panel_id, key)
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert all(item.trace and len(item.trace["sheets"]) == 3 for item in panel.items)


def test_a_conflict_with_one_item_keeps_an_expert_off_that_item_alone(sqlite_world: World) -> None:
    keys = (*FIVE[:4], "recused_expert")
    panel_id = draft(sqlite_world, keys=keys)
    sqlite_world.do("officer", operations.request_assignment, (Panel, panel_id))
    sqlite_world.compute()
    mine = seat_id(sqlite_world, panel_id, "recused_expert")
    with sqlite_world.reading() as session:
        unit = session.scalars(
            select(Expert.organisation_id).where(Expert.person_id == sqlite_world.people["recused_expert"])
        ).one()
        own = {item.id for item in session.get_one(Panel, panel_id).items if item.organisation_id == unit}
    assert own
    assert not {(item, mine) for item in own} & pairs(sqlite_world, panel_id)
    duty = next(pair for pair in sorted(pairs(sqlite_world, panel_id)) if pair[0] in own)
    with sqlite_world.uow("officer") as uow:
        where = (Duty.item_id == duty[0], Duty.seat_id == duty[1])
        moved = uow.session.scalars(select(Duty).where(*where)).one()
        panel = uow.session.get_one(Panel, panel_id)
        with pytest.raises(Invalid) as refused:
            operations.move_duty(uow, panel, moved, mine)
    assert "牵头单位" in refused.value.problems["seat"][0]


def test_a_move_by_hand(sqlite_world: World) -> None:
    panel_id = assigned(sqlite_world)
    item, before = min(pairs(sqlite_world, panel_id))
    taken = {one for other, one in pairs(sqlite_world, panel_id) if other == item}
    free = next(one for _, one in pairs(sqlite_world, panel_id) if one not in taken)
    with sqlite_world.reading() as session:
        duty = session.scalars(select(Duty.id).where(Duty.item_id == item, Duty.seat_id == before)).one()
    browser = sqlite_world.browser("officer")
    address = f"/panels/{panel_id}/duties/{duty}/move"
    assert browser.post(address, {"seat": str(min(taken))}).status_code == 422
    assert browser.post(address, {"seat": "abc"}).status_code == 422
    assert sqlite_world.browser("auditor").post(address, {"seat": str(free)}).status_code == 403
    assert browser.post(address, {"seat": str(free)}).status_code == 302
    assert {(item, free)} <= pairs(sqlite_world, panel_id)
    assert (item, before) not in pairs(sqlite_world, panel_id)
    assert "调整" in browser.get(f"/panels/{panel_id}/assignment").text
    release(sqlite_world, panel_id)
    with sqlite_world.uow("officer") as uow:
        other = uow.session.scalars(select(Duty).where(Duty.panel_id == panel_id)).first()
        assert other is not None
        with pytest.raises(Refused):
            operations.move_duty(uow, uow.session.get_one(Panel, panel_id), other, before)


def test_a_late_recusal_from_one_item_is_mended_and_the_rest_stays(world: World) -> None:
    panel_id = scoring(world)
    mine, before = seat_id(world, panel_id, "expert1"), pairs(world, panel_id)
    item = min(item for item, one in before if one == mine)
    with world.uow("expert1") as uow:
        place = place_for(uow.session, uow.actor, mine, item)
        with pytest.raises(Invalid):
            operations.recuse_item(uow, place, "")
        operations.recuse_item(uow, place, "近期与该单位有合作（示例）")
    with pytest.raises(Refused, match="专家人数不足"):
        world.do("officer", operations.conclude_panel, (Panel, panel_id))
    assert world.compute() == 1
    after = pairs(world, panel_id)
    assert before - after == {(item, mine)}
    ((same, other),) = after - before
    assert (same, other != mine) == (item, True)
    with world.reading() as session:
        with pytest.raises(NotFound):
            place_for(session, world.actor("expert1"), mine, item)
        kinds = set(session.scalars(select(OutboxMail.kind)))
        assert {"item_recused", "duty_given"} <= kinds
    for key in FIVE:
        score_own(world, panel_id, key)
    world.do("officer", operations.conclude_panel, (Panel, panel_id))


def test_a_recusal_from_one_item_by_form(sqlite_world: World) -> None:
    panel_id = scoring(sqlite_world)
    mine = seat_id(sqlite_world, panel_id, "expert1")
    item = min(item for item, one in pairs(sqlite_world, panel_id) if one == mine)
    browser = sqlite_world.browser("expert1")
    address = f"/reviews/{mine}/items/{item}"
    assert "这一项需要回避" in browser.get(address).text
    assert browser.post(f"{address}/recuse", {"reason": ""}).status_code == 422
    assert sqlite_world.browser("expert2").post(f"{address}/recuse", {"reason": "有关"}).status_code == 404
    assert browser.post(f"{address}/recuse", {"reason": "近期合作（示例）"}).status_code == 302
    assert browser.get(address).status_code == 404


def test_a_whole_recusal_is_mended_and_a_newcomer_takes_a_share(sqlite_world: World) -> None:
    panel_id = scoring(sqlite_world)
    mine = seat_id(sqlite_world, panel_id, "expert1")
    with sqlite_world.uow("expert1") as uow:
        operations.recuse_seat(uow, seat_for(uow.session, uow.actor, mine), "利害关系（示例）")
    sqlite_world.compute()
    found = pairs(sqlite_world, panel_id)
    assert set(Counter(item for item, _ in found).values()) == {3}
    assert mine not in {one for _, one in found}
    seat(sqlite_world, panel_id, "expert6")
    confirm(sqlite_world, panel_id, "expert6")
    sqlite_world.compute()
    assert pairs(sqlite_world, panel_id) == found


def test_where_nobody_can_take_over_the_page_says_what_would_help(sqlite_world: World) -> None:
    panel_id = scoring(sqlite_world)
    found = pairs(sqlite_world, panel_id)
    item = min(item for item, _ in found)
    with sqlite_world.reading() as session:
        label = session.get_one(PanelItem, item).label
    for _ in range(3):
        current = {one for other, one in pairs(sqlite_world, panel_id) if other == item}
        key = next(key for key in FIVE if seat_id(sqlite_world, panel_id, key) in current)
        with sqlite_world.uow(key) as uow:
            place = place_for(uow.session, uow.actor, seat_id(sqlite_world, panel_id, key), item)
            operations.recuse_item(uow, place, "利害关系（示例）")
        sqlite_world.compute()
    browser = sqlite_world.browser("officer")
    page = browser.get(f"/panels/{panel_id}/assignment").text
    assert f"“{label}”还缺1位专家：评审组中不须回避的专家不够" in page
    english = sqlite_world.browser("officer", "en").get(f"/panels/{panel_id}/assignment").text
    assert "too few members are free of conflicts" in english
    with sqlite_world.reading() as session:
        assert "assignment_failed" in session.scalars(select(OutboxMail.kind)).all()
    seat(sqlite_world, panel_id, "expert6")
    sqlite_world.compute()
    assert "每一项都有足够的专家" in browser.get(f"/panels/{panel_id}/assignment").text


def test_the_page_prints_the_reason_of_each_pair(sqlite_world: World) -> None:
    panel_id = assigned(sqlite_world)
    for key, status in (("officer", 200), ("auditor", 200), ("expert1", 403), ("hangzhou_head", 403)):
        assert sqlite_world.browser(key).get(f"/panels/{panel_id}/assignment").status_code == status
    page = sqlite_world.browser("officer").get(f"/panels/{panel_id}/assignment").text
    assert page.count("匹配度0") == 15
    assert "Match 0" in sqlite_world.browser("officer", "en").get(f"/panels/{panel_id}/assignment").text
    assert sqlite_world.browser("auditor").post(f"/panels/{panel_id}/assignment").status_code == 403


def test_where_everybody_scores_everything_there_is_nothing_to_assign(sqlite_world: World) -> None:
    panel_id = draft(sqlite_world, DEFAULT_RULES)
    with pytest.raises(Refused, match="不需要分配"):
        sqlite_world.do("officer", operations.request_assignment, (Panel, panel_id))
    release(sqlite_world, panel_id)
    confirm(sqlite_world, panel_id, "expert1")
    mine = seat_id(sqlite_world, panel_id, "expert1")
    item = min(item for item, one in pairs(sqlite_world, panel_id) if one == mine)
    with sqlite_world.uow("expert1") as uow:
        place = place_for(uow.session, uow.actor, mine, item)
        with pytest.raises(Refused, match="对整个评审申明回避"):
            operations.recuse_item(uow, place, "利害关系")


@pytest.mark.parametrize(
    ("key", "state", "shared", "allowed"),
    [
        ("officer", PanelState.DRAFT, True, True),
        ("officer", PanelState.SCORING, True, True),
        ("officer", PanelState.CONCLUDED, True, False),
        ("officer", PanelState.DRAFT, False, False),
        ("auditor", PanelState.DRAFT, True, False),
        ("expert1", PanelState.DRAFT, True, False),
    ],
)
def test_who_may_assign(sqlite_world: World, key: str, state: str, shared: bool, allowed: bool) -> None:
    assert bool(policy.may_assign(sqlite_world.actor(key), state, shared)) is allowed


def test_the_same_question_has_the_same_answer() -> None:
    payload = {
        "items": [7, 8, 9], "seats": [1, 2, 3, 4], "need": [2, 2, 2], "cap": [2, 2, 2, 2], "unit": [1, 1, 2, 3],
        "same_unit": 1, "forbidden": [[7, 3]], "field": [1, 0, 0, 1], "past": [0, 0, 1, 0], "kept": None, "time_s": 5,
    }  # fmt: skip
    first = assign_items(payload, lambda percent, note="": None)
    assert first["more_each"] == 0
    tight = assign_items({**payload, "cap": [1, 1, 1, 2]}, lambda percent, note="": None)
    assert (tight["feasible"], tight["more_each"]) == (True, 1)
    assert first == assign_items(payload, lambda percent, note="": None)
    assert first["feasible"]
    assert [7, 3] not in first["pairs"]
    assert not {(item, 1) for item in (7, 8, 9)} & {
        (item, 1) for item, one in first["pairs"] if one == 2 and [item, 1] in first["pairs"]
    }


def test_the_next_item_is_the_experts_own(sqlite_world: World) -> None:
    panel_id = scoring(sqlite_world)
    key, items, found = "expert1", item_ids(sqlite_world, panel_id), pairs(sqlite_world, panel_id)
    mine = seat_id(sqlite_world, panel_id, key)
    own = [item for item in items if (item, mine) in found]
    assert 1 < len(own) < len(items)
    browser, panel = sqlite_world.browser(key), f"/reviews/{mine}"
    for number, item in enumerate(own, 1):
        page = browser.get(f"{panel}/items/{item}").get_data(as_text=True)
        assert f"第 {number} 项，共 {len(own)} 项" in page
        answer = browser.post(f"{panel}/items/{item}", {"version": "0", "next": "1"})
        assert answer.location == (f"{panel}/items/{own[number]}" if number < len(own) else panel)
