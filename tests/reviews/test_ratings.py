"""Declining an invitation, and what becomes of the office's marks for the members of a panel."""

import pytest
from sqlalchemy import select

from marketplace.core.errors import Invalid, Refused
from marketplace.experts.models import Expert, ExpertRating
from marketplace.notifications.models import OutboxMail
from marketplace.reviews import operations
from marketplace.reviews.models import Duty, Panel, Seat
from marketplace.reviews.operations.ratings import Mark
from marketplace.reviews.todos import todos_for
from marketplace.reviews.workflow import DutyState, SeatState
from tests.reviews.story import (
    FIVE,
    confirm,
    convene,
    expert_id,
    marks,
    release,
    scored_panel,
    scoring_panel,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.support.world import World

GOOD = [[marks(90), marks(80), marks(80)] for _ in FIVE]


def invited(world: World) -> int:
    panel_id = convene(world, topic_with_bids(world)[0])
    seat(world, panel_id, *FIVE)
    release(world, panel_id)
    return panel_id


def todo_lines(world: World) -> list[tuple[str, dict[str, int]]]:
    with world.reading() as session:
        return [(one.what, one.params) for one in todos_for(session, world.actor("officer"), world.clock())]


def test_a_refusal_is_remembered_and_nobody_asks_again(world: World) -> None:
    panel_id = invited(world)
    mine = seat_id(world, panel_id, "expert1")
    browser = world.browser("expert1")
    assert "不能参加" in browser.get(f"/reviews/{mine}").get_data(as_text=True)
    assert browser.post(f"/reviews/{mine}/decline", {"why": " "}).status_code == 422
    assert browser.post(f"/reviews/{mine}/decline", {"why": "出差，无法按时评完"}).status_code == 302
    assert browser.get(f"/reviews/{mine}").status_code == 404
    with world.reading() as session:
        kept = session.get_one(Seat, mine)
        assert (kept.state, kept.reason) == (SeatState.DECLINED, "出差，无法按时评完")
        assert set(session.scalars(select(Duty.state).where(Duty.seat_id == mine))) == {DutyState.LIFTED}
        assert session.scalar(select(OutboxMail.id).where(OutboxMail.kind == "seat_declined").limit(1))
    with world.uow("officer") as uow:
        with pytest.raises(Invalid) as refused:
            operations.add_members(
                uow, uow.session.get_one(Panel, panel_id), [expert_id(uow, world, "expert1")]
            )
        assert "不再邀请" in str(refused.value.problems["experts"])
    assert "已谢绝本评审组的邀请" in world.browser("officer").get(f"/panels/{panel_id}").get_data(
        as_text=True
    )
    for _ in range(3):
        with world.uow("officer") as uow:
            chosen = operations.propose_members(uow, uow.session.get_one(Panel, panel_id), 1)
            assert chosen[0].expert_id != expert_id(uow, world, "expert1")
            uow.session.rollback()


def test_only_an_unanswered_invitation_can_be_declined(sqlite_world: World) -> None:
    panel_id = invited(sqlite_world)
    mine = seat_id(sqlite_world, panel_id, "expert1")
    for key in ("expert2", "officer", "hangzhou_clerk"):
        assert sqlite_world.browser(key).post(f"/reviews/{mine}/decline", {"why": "x"}).status_code in (
            403,
            404,
        )
    confirm(sqlite_world, panel_id, "expert1")
    with pytest.raises(Refused):
        sqlite_world.do("expert1", operations.decline_seat, (Seat, mine), "太忙")


def rate(world: World, panel_id: int, key: str, score: int, reason: str = "按时完成") -> None:
    mine = seat_id(world, panel_id, key)
    world.do("officer", operations.rate_members, (Panel, panel_id), {mine: Mark(score, reason)})


def test_the_office_rates_each_member_within_two_working_days(world: World) -> None:
    panel_id = scored_panel(world, GOOD)
    waits = ("评价专家履职，还有%(count)s位", {"count": 5})
    assert waits in todo_lines(world)
    browser, url = world.browser("officer"), f"/panels/{panel_id}/ratings"
    seats = [seat_id(world, panel_id, key) for key in FIVE]
    page = browser.get(url).get_data(as_text=True)
    assert page.count('data-code="unrated"') == 5
    assert browser.post(url, {}).status_code == 422
    bad = browser.post(url, {f"score_{seats[0]}": "101", f"reason_{seats[0]}": "认真负责"})
    assert (bad.status_code, "认真负责" in bad.get_data(as_text=True)) == (422, True)
    assert browser.post(url, {f"score_{seats[0]}": "80"}).status_code == 422
    assert browser.post(url, {f"reason_{seats[0]}": "只有理由"}).status_code == 422
    one = {f"score_{seats[0]}": "95", f"reason_{seats[0]}": "意见具体"}
    assert browser.post(url, one).status_code == 302
    assert ("评价专家履职，还有%(count)s位", {"count": 4}) in todo_lines(world)
    rest = {
        f"{name}_{key}": text for key in seats[1:] for name, text in (("score", "88"), ("reason", "尽责"))
    }
    assert browser.post(url, rest).status_code == 302
    assert all(what != waits[0] for what, _ in todo_lines(world))
    changed = {f"score_{seats[0]}": "70", f"reason_{seats[0]}": "经核实，意见过于简单"}
    assert browser.post(url, changed).status_code == 302
    with world.reading() as session:
        assert session.scalars(select(ExpertRating.score).order_by(ExpertRating.seat_id)).all() == [
            70,
            88,
            88,
            88,
            88,
        ]
        first = session.get_one(Seat, seats[0]).expert_id
    history = world.browser("auditor").get(f"/manage/experts/{first}").get_data(as_text=True)
    assert "意见具体" in history
    assert "经核实，意见过于简单" in history
    assert "70.0" in history


def test_nobody_else_rates_or_reads_a_rating(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, GOOD)
    rate(sqlite_world, panel_id, "expert1", 77, "只有省局知道")
    url, mine = f"/panels/{panel_id}/ratings", seat_id(sqlite_world, panel_id, "expert1")
    for key in ("expert1", "expert2", "hangzhou_head", "sysadmin"):
        assert sqlite_world.browser(key).get(url).status_code == 403
    for key in ("approver", "auditor"):
        browser = sqlite_world.browser(key)
        assert "只有省局知道" in browser.get(url).get_data(as_text=True)
        assert browser.post(url, {f"score_{mine}": "1", f"reason_{mine}": "x"}).status_code == 403
    own = sqlite_world.browser("expert1").get("/account/expert").get_data(as_text=True)
    assert "只有省局知道" not in own


def test_a_panel_without_a_result_and_a_stranger_cannot_be_rated(sqlite_world: World) -> None:
    panel_id, other = scoring_panel(sqlite_world), scored_panel(sqlite_world, GOOD)
    assert sqlite_world.browser("officer").get(f"/panels/{panel_id}/ratings").status_code == 404
    mine, theirs = seat_id(sqlite_world, panel_id, "expert1"), seat_id(sqlite_world, other, "expert1")
    with pytest.raises(Refused):
        sqlite_world.do("officer", operations.rate_members, (Panel, panel_id), {mine: Mark(90, "好")})
    with pytest.raises(Invalid):
        sqlite_world.do("officer", operations.rate_members, (Panel, other), {mine: Mark(90, "好")})
    with pytest.raises(Refused):
        sqlite_world.do("approver", operations.rate_members, (Panel, other), {theirs: Mark(90, "好")})


def test_a_low_average_keeps_an_expert_off_panels_until_it_is_two_years_old(sqlite_world: World) -> None:
    rate(sqlite_world, scored_panel(sqlite_world, GOOD), "expert1", 59, "未按时提交")
    panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    with pytest.raises(Invalid) as refused:
        seat(sqlite_world, panel_id, "expert1")
    assert "低于60分" in str(refused.value.problems["experts"])
    assert "59.0" in sqlite_world.browser("officer").get(f"/panels/{panel_id}").get_data(as_text=True)
    assert 'data-code="barred"' in sqlite_world.browser("officer").get("/manage/experts").get_data(
        as_text=True
    )
    sqlite_world.clock.forward(days=732)
    seat(sqlite_world, panel_id, "expert1")


def test_a_full_workload_keeps_an_expert_off_further_panels(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        uow.session.get_one(Expert, expert_id(uow, sqlite_world, "expert1")).workload_limit = 1
    first = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    second = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    seat(sqlite_world, first, *FIVE)
    with pytest.raises(Invalid) as refused:
        seat(sqlite_world, second, "expert1")
    assert "上限" in str(refused.value.problems["experts"])
    release(sqlite_world, first)
    sqlite_world.do(
        "expert1", operations.decline_seat, (Seat, seat_id(sqlite_world, first, "expert1")), "太忙"
    )
    seat(sqlite_world, second, "expert1")
