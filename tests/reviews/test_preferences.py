"""Which items an expert would score: asked once, seen by nobody else, weighed in the assignment."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.core.errors import Invalid, NotFound, Refused, StaleVersion
from marketplace.notifications.models import OutboxMail
from marketplace.reviews import operations, policy
from marketplace.reviews.asked import asked_seat_for, open_items
from marketplace.reviews.assigning import assign_items
from marketplace.reviews.models import ItemPreference, Panel, PanelItem, RecusalEntry, Seat
from marketplace.reviews.preferences import value_of
from marketplace.reviews.protocol import Protocol
from marketplace.reviews.queries.workload import duties_of
from marketplace.reviews.todos import todos_for
from marketplace.reviews.workflow import PanelState, SeatState
from tests.reviews.story import FIVE, item_ids, release, seat, seat_id
from tests.reviews.test_assignment import SHARED, draft, pairs
from tests.support.world import World

WEEK = timedelta(days=7)


def asking(world: World, keys: tuple[str, ...] = FIVE) -> int:
    """A draft panel that asks its members for a week."""
    panel_id = draft(world, keys=keys)
    world.do("officer", operations.ask_preferences, (Panel, panel_id), world.clock() + WEEK)
    return panel_id


def say(world: World, panel_id: int, key: str, levels: dict[int, str]) -> None:
    mine = seat_id(world, panel_id, key)
    with world.uow(key) as uow:
        operations.say_preferences(uow, asked_seat_for(uow.session, uow.actor, mine), levels)


def mails(world: World) -> int:
    with world.reading() as session:
        query = select(func.count()).where(OutboxMail.kind == "preferences_asked")
        return session.scalar(query) or 0


def waiting(world: World, key: str) -> list[str]:
    with world.reading() as session:
        return [one.what for one in todos_for(session, world.actor(key), world.clock())]


def test_the_members_are_asked_once_until_the_deadline(world: World) -> None:
    panel_id = asking(world)
    assert mails(world) == 5
    later = world.clock() + timedelta(days=9)
    world.do("officer", operations.ask_preferences, (Panel, panel_id), later)
    assert mails(world) == 5
    seat(world, panel_id, "expert6")
    assert mails(world) == 6
    assert waiting(world, "expert1") == ["填写评审意愿"]
    items = item_ids(world, panel_id)
    say(world, panel_id, "expert1", dict.fromkeys(items, "can"))
    assert waiting(world, "expert1") == []
    say(world, panel_id, "expert1", {items[0]: "eager"})
    with world.reading() as session:
        said = session.scalars(select(ItemPreference.level).order_by(ItemPreference.item_id)).all()
        assert said == ["eager", "can", "can", "can", "can"]
    world.clock.forward(days=10)
    assert waiting(world, "expert2") == []
    with pytest.raises(Refused, match="时间已过"):
        say(world, panel_id, "expert2", {items[0]: "eager"})


def test_bad_deadlines_and_bad_answers(sqlite_world: World) -> None:
    panel_id = draft(sqlite_world)
    now = sqlite_world.clock()
    for until in (None, now, now + timedelta(days=31)):
        with pytest.raises(Invalid):
            sqlite_world.do("officer", operations.ask_preferences, (Panel, panel_id), until)
    sqlite_world.do("officer", operations.ask_preferences, (Panel, panel_id), now + WEEK)
    item = item_ids(sqlite_world, panel_id)[0]
    for levels in ({}, {item: "love"}, {item: ""}, {999: "can"}):
        with pytest.raises(Invalid):
            say(sqlite_world, panel_id, "expert1", levels)
    mine = seat_id(sqlite_world, panel_id, "expert1")
    with sqlite_world.uow("expert1") as uow, pytest.raises(StaleVersion):
        operations.say_preferences(uow, asked_seat_for(uow.session, uow.actor, mine), {item: "can"}, 99)


def test_what_is_said_decides_and_stands_in_the_reason(sqlite_world: World) -> None:
    panel_id = asking(sqlite_world)
    items = item_ids(sqlite_world, panel_id)
    wanted = items[2:]
    levels = {item: "eager" if item in wanted else "unwilling" for item in items}
    say(sqlite_world, panel_id, "expert1", levels)
    sqlite_world.do("officer", operations.request_assignment, (Panel, panel_id))
    sqlite_world.compute()
    mine = seat_id(sqlite_world, panel_id, "expert1")
    assert {item for item, one in pairs(sqlite_world, panel_id) if one == mine} == set(wanted)
    with sqlite_world.reading() as session:
        reasons = {one.seat_id: one.because or {} for one in duties_of(session, panel_id)}
    assert reasons.pop(mine)["preference"] == "eager"
    assert {one["preference"] for one in reasons.values()} == {"silent"}
    page = sqlite_world.browser("officer").get(f"/panels/{panel_id}/assignment").text
    assert "本人表示愿意" in page
    assert "本人没有表示意愿" in page
    say(sqlite_world, panel_id, "expert2", dict.fromkeys(items, "can"))
    sqlite_world.clock.forward(minutes=1)
    say(sqlite_world, panel_id, "expert3", dict.fromkeys(items, "can"))
    assert "可以重新分配" in sqlite_world.browser("officer").get(f"/panels/{panel_id}/assignment").text


def test_preference_is_three_tenths_and_none_where_nobody_was_asked() -> None:
    payload = {
        "items": [1, 2], "seats": [7, 8], "need": [1, 1], "cap": [1, 1], "unit": [1, 2], "same_unit": 1,
        "forbidden": [], "field": [0, 0], "past": [0, 0], "kept": None, "time_s": 5,
    }  # fmt: skip
    found = assign_items(
        {**payload, "said": [[1, 8, "eager"], [2, 7, "eager"]]}, lambda percent, note="": None
    )
    assert (sorted(found["pairs"]), round(found["worst"], 3)) == ([[1, 8], [2, 7]], 0.3)
    assert assign_items({**payload, "said": None}, lambda percent, note="": None)["worst"] == 0
    assert assign_items({**payload, "said": []}, lambda percent, note="": None)["worst"] == pytest.approx(
        0.15
    )
    assert [value_of(level) for level in ("eager", "can", None, "unwilling")] == [1.0, 0.5, 0.5, 0.0]


def test_an_expert_sees_units_of_items_that_nobody_forbids_her_and_nothing_else(sqlite_world: World) -> None:
    keys = (*FIVE[:4], "recused_expert")
    panel_id = asking(sqlite_world, keys)
    mine = seat_id(sqlite_world, panel_id, "recused_expert")
    browser = sqlite_world.browser("recused_expert")
    page = browser.get(f"/reviews/{mine}/preferences").text
    with sqlite_world.reading() as session:
        items = session.get_one(Panel, panel_id).items
        own = session.get_one(Seat, mine).expert.organisation
        named = {item.label: item.label in page.split("<main")[1] for item in items}
        assert named.pop(own.name) is False
        assert all(named.values())
        seen = open_items(session, session.get_one(Seat, mine), sqlite_world.clock().date())
        assert len(seen) == len(items) - 1
    assert browser.get(f"/reviews/{mine}").status_code == 404
    for key, status in (("expert1", 404), ("expert6", 404), ("officer", 403), ("hangzhou_head", 403)):
        assert sqlite_world.browser(key).get(f"/reviews/{mine}/preferences").status_code == status, key
    assert sqlite_world.browser("expert1").get(f"/panels/{panel_id}/assignment").status_code == 403
    with sqlite_world.reading() as session, pytest.raises(NotFound):
        asked_seat_for(session, sqlite_world.actor("expert1"), mine)


def test_a_declared_conflict_takes_the_item_away(world: World) -> None:
    panel_id = asking(world)
    world.do("officer", operations.request_assignment, (Panel, panel_id))
    world.compute()
    mine = seat_id(world, panel_id, "expert1")
    item = min(item for item, one in pairs(world, panel_id) if one == mine)
    page = f"/reviews/{mine}/preferences"
    browser = world.browser("expert1")
    assert browser.post(f"{page}/recusal", {"item": str(item), "reason": " "}).status_code == 422
    assert browser.post(f"{page}/recusal", {"item": "x", "reason": "有关"}).status_code == 422
    assert (
        browser.post(f"{page}/recusal", {"item": str(item), "reason": "近期合作（示例）"}).status_code == 302
    )
    assert (item, mine) not in pairs(world, panel_id)
    with world.reading() as session:
        entry = session.scalars(select(RecusalEntry)).one()
        assert (entry.rule, entry.outcome, entry.state) == ("declared", "forbid", "granted")
        assert "item_recused" in session.scalars(select(OutboxMail.kind)).all()
        label = session.get_one(PanelItem, item).label
    assert label not in browser.get(page).text.split("<main")[1]
    told = world.browser("officer").get(f"/panels/{panel_id}/recusals").text
    assert "本人申明回避：近期合作（示例）" in told
    assert "专家本人" in told
    with pytest.raises(Invalid):
        release(world, panel_id)
    world.do("officer", operations.request_assignment, (Panel, panel_id))
    world.compute()
    assert (item, mine) not in pairs(world, panel_id)
    release(world, panel_id)
    assert browser.get(page).status_code == 404


def test_by_form_in_both_languages(sqlite_world: World) -> None:
    panel_id = draft(sqlite_world)
    officer, address = sqlite_world.browser("officer"), f"/panels/{panel_id}/preferences"
    assert officer.post(address, {"until": ""}).status_code == 422
    assert officer.post(address, {"until": "2026-03-01T09:00"}).status_code == 422
    assert sqlite_world.browser("auditor").post(address, {"until": "2026-03-09T18:00"}).status_code == 403
    assert officer.post(address, {"until": "2026-03-09T18:00"}).status_code == 302
    assert "未答复" in officer.get(f"/panels/{panel_id}/assignment").text
    mine, items = seat_id(sqlite_world, panel_id, "expert1"), item_ids(sqlite_world, panel_id)
    expert = sqlite_world.browser("expert1")
    assert "填写意愿" in expert.get("/reviews").text
    page = f"/reviews/{mine}/preferences"
    assert "State preferences" in sqlite_world.browser("expert1", "en").get("/reviews").text
    wrong = {f"level_{items[0]}": "eager", f"level_{items[1]}": "forged"}
    answer = expert.post(page, wrong)
    assert answer.status_code == 422
    assert '<option value="eager" selected>' in answer.text
    assert expert.post(page, {f"level_{item}": "unwilling" for item in items}).status_code == 302
    assert expert.get(page).text.count('<option value="unwilling" selected>') == 5
    assert "Rather not" in sqlite_world.browser("expert1", "en").get(page).text


def test_who_may_ask_and_who_may_answer(sqlite_world: World) -> None:
    shared, whole, blind = Protocol(scores_per_item=3), Protocol(), Protocol(scores_per_item=3, blind=True)
    for key, state, protocol, members, allowed in (
        ("officer", PanelState.DRAFT, shared, 5, True),
        ("officer", PanelState.DRAFT, whole, 5, False),
        ("officer", PanelState.DRAFT, blind, 5, False),
        ("officer", PanelState.DRAFT, shared, 0, False),
        ("officer", PanelState.SCORING, shared, 5, False),
        ("approver", PanelState.DRAFT, shared, 5, False),
    ):
        verdict = policy.may_ask_preferences(sqlite_world.actor(key), state, protocol, members)
        assert bool(verdict) is allowed, (key, state, protocol, members)
    now = sqlite_world.clock()
    actor = sqlite_world.actor("expert1")
    me = actor.person_id or 0
    for person, state, own, until, allowed in (
        (me, PanelState.DRAFT, SeatState.INVITED, now + WEEK, True),
        (me + 1, PanelState.DRAFT, SeatState.INVITED, now + WEEK, False),
        (me, PanelState.SCORING, SeatState.INVITED, now + WEEK, False),
        (me, PanelState.DRAFT, SeatState.REMOVED, now + WEEK, False),
        (me, PanelState.DRAFT, SeatState.INVITED, now, False),
        (me, PanelState.DRAFT, SeatState.INVITED, None, False),
    ):
        assert bool(policy.may_say_preferences(actor, person, state, own, until, now)) is allowed


def test_the_page_of_a_blind_panel_says_why_it_asks_nothing(sqlite_world: World) -> None:
    panel_id = draft(sqlite_world, replace(SHARED, blind=True))
    page = sqlite_world.browser("officer").get(f"/panels/{panel_id}/assignment").text
    assert "盲评不显示单位" in page
    until = {"until": "2026-03-09T18:00"}
    assert sqlite_world.browser("officer").post(f"/panels/{panel_id}/preferences", until).status_code == 403
