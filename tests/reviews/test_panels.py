"""Panels from convening to release, late recusals and replacements, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.audit.queries import history_of
from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.experts.models import Expert
from marketplace.reviews import operations
from marketplace.reviews.models import Panel, PanelItem, Seat
from marketplace.reviews.queries.own import may_read_subject, place_for, seat_for
from marketplace.reviews.workflow import PanelState, SeatState
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState
from tests.reviews.story import (
    FIVE,
    confirm,
    convene,
    expert_id,
    item_ids,
    marks,
    name_head,
    release,
    score,
    scoring_panel,
    seat,
    seat_id,
    subjects,
    topic_with_bids,
)
from tests.support.world import World


def test_a_panel_takes_all_bids_and_freezes_the_rules(world: World) -> None:
    topic_id, bids = topic_with_bids(world)
    panel_id = convene(world, topic_id)
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert {item.subject_id for item in panel.items} == set(bids)
        assert [item.position for item in panel.items] == [1, 2, 3]
        assert panel.rubric["tie_break"] == "plan"
        assert (panel.size, panel.trim_from, panel.reason_below) == (5, 5, 60)
        assert [row.label for row in history_of(session, "panel", panel_id)] == ["组建评审组"]


def test_only_one_panel_for_the_bids_of_a_topic(world: World) -> None:
    topic_id, _ = topic_with_bids(world)
    convene(world, topic_id)
    with pytest.raises(Refused, match="已经组建过评审组"):
        convene(world, topic_id)
    with pytest.raises(IntegrityError), world.uow() as uow:
        uow.session.add(
            Panel(
                subject_kind="bid", topic_id=topic_id, rubric={}, size=5, trim_from=5, reason_below=60,
                convened_at=uow.now,
            )
        )  # fmt: skip


@pytest.mark.parametrize("state", [TopicState.OPEN, TopicState.AWARDED, TopicState.NO_AWARD])
def test_no_panel_outside_the_review(sqlite_world: World, state: str) -> None:
    topic_id, _ = topic_with_bids(sqlite_world, state=state)
    with pytest.raises(Refused, match="启封后"):
        convene(sqlite_world, topic_id)


def test_a_panel_needs_something_to_score_and_an_officer(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    with pytest.raises(Refused, match="没有可以评审的对象"):
        sqlite_world.do("officer", operations.convene_panel, (Topic, topic_id), "bid", ())
    for key in ("approver", "auditor", "sysadmin", "hangzhou_head", "expert1"):
        with sqlite_world.uow(key) as uow, pytest.raises(Refused, match="只有省局经办"):
            operations.convene_panel(
                uow, uow.session.get_one(Topic, topic_id), "bid", subjects(uow, topic_id)
            )


def test_the_draw_is_on_record_and_can_be_repeated(world: World) -> None:
    topic_id, _ = topic_with_bids(world)
    panel_id = convene(world, topic_id)
    world.do("officer", operations.propose_members, (Panel, panel_id), seed=7)
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        chosen = [one.expert_id for one in panel.seats]
        assert len(chosen) == 5
        assert panel.draw is not None
        assert panel.draw["seed"] == 7
        assert sorted(panel.draw["chosen"]) == sorted(chosen)
        banned = session.scalar(select(Expert.id).where(Expert.person_id == world.people["recused_expert"]))
        assert banned not in panel.draw["candidates"]
    other, _ = topic_with_bids(world)
    again = convene(world, other)
    world.do("officer", operations.propose_members, (Panel, again), seed=7)
    with world.reading() as session:
        assert [one.expert_id for one in session.get_one(Panel, again).seats] == chosen


def test_excluded_experts_cannot_be_ticked(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    with pytest.raises(Invalid) as refused:
        seat(sqlite_world, panel_id, "expert1", "recused_expert")
    assert refused.value.problems["experts"][0] == "所在单位“%(unit)s”是评审对象的牵头单位"
    for wrong in ([999_999], []):
        with sqlite_world.uow("officer") as uow, pytest.raises(Invalid):
            operations.add_members(uow, uow.session.get_one(Panel, panel_id), wrong)
    seat(sqlite_world, panel_id, "expert1")
    with pytest.raises(Invalid):
        seat(sqlite_world, panel_id, "expert1")
    with sqlite_world.reading() as session:
        assert len(session.get_one(Panel, panel_id).seats) == 1


def test_a_removed_member_may_be_chosen_again(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, "expert1")
    mine = seat_id(sqlite_world, panel_id, "expert1")
    sqlite_world.do("officer", operations.remove_member, (Panel, panel_id), (Seat, mine))
    with sqlite_world.reading() as session:
        assert session.get_one(Seat, mine).state == SeatState.REMOVED
    seat(sqlite_world, panel_id, "expert1")
    with sqlite_world.reading() as session:
        assert session.get_one(Seat, mine).state == SeatState.INVITED


@pytest.mark.parametrize(("count", "said"), [(4, "至少"), (6, "单数"), (0, "至少")])
def test_release_needs_five_and_odd(sqlite_world: World, count: int, said: str) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    if count:
        seat(sqlite_world, panel_id, *(f"expert{n}" for n in range(1, count + 1)))
    with pytest.raises(Refused, match=said):
        release(sqlite_world, panel_id)


def test_release_needs_two_thirds_of_technical_members(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    with sqlite_world.uow() as uow:
        for key in ("expert1", "expert2"):
            uow.session.get_one(Expert, expert_id(uow, sqlite_world, key)).technical = False
    seat(sqlite_world, panel_id, *FIVE)
    with pytest.raises(Refused, match="三分之二"):
        release(sqlite_world, panel_id)


def test_a_direct_units_bid_needs_a_majority_from_outside(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world, ["330000-U1", "330100"])
    panel_id = convene(sqlite_world, topic_id)
    with sqlite_world.uow() as uow:
        from tests.support.builders import unit_id

        for key in ("expert1", "expert2", "expert3"):
            found = uow.session.get_one(Expert, expert_id(uow, sqlite_world, key))
            found.organisation_id = unit_id(uow, "330000-U2")
    seat(sqlite_world, panel_id, *FIVE)
    with pytest.raises(Refused, match="系统外专家须过半"):
        release(sqlite_world, panel_id)


@pytest.mark.parametrize("days", [-1, 0, 181])
def test_release_needs_a_time_that_is_not_over(sqlite_world: World, days: int) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE)
    name_head(sqlite_world, panel_id)
    due = sqlite_world.clock() + timedelta(days=days)
    with pytest.raises(Invalid) as refused:
        sqlite_world.do("officer", operations.release_panel, (Panel, panel_id), due)
    assert set(refused.value.problems) == {"due_at"}


def test_a_tie_that_arose_since_the_choice_stops_the_release(sqlite_world: World) -> None:
    from marketplace.core.actor import Role
    from marketplace.organisations.models import Appointment
    from tests.support.builders import unit_id

    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE)
    with sqlite_world.uow() as uow:
        uow.session.add(
            Appointment(
                person_id=sqlite_world.people["expert1"], organisation_id=unit_id(uow, "330100"), role=Role.CLERK,
                since=uow.now,
            )
        )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        release(sqlite_world, panel_id)
    assert set(refused.value.problems) == {"members"}


def test_the_pool_is_shut_while_scoring(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    with pytest.raises(Refused, match="不能再增加专家"):
        seat(sqlite_world, panel_id, "expert6")


def test_a_late_recusal_hides_everything_and_is_replaced(world: World) -> None:
    panel_id = scoring_panel(world)
    score(world, panel_id, "expert1", [marks(0), marks(0), marks(0)])
    mine, item = seat_id(world, panel_id, "expert1"), item_ids(world, panel_id)[0]
    with world.uow("expert1") as uow:
        own = seat_for(uow.session, uow.actor, mine)
        with pytest.raises(Invalid):
            operations.recuse_seat(uow, own, "")
        operations.recuse_seat(uow, own, "亲属在投标单位任职（示例）")
    with world.reading() as session:
        actor = world.actor("expert1")
        with pytest.raises(NotFound):
            seat_for(session, actor, mine)
        with pytest.raises(NotFound):
            place_for(session, actor, mine, item)
        subject = session.get_one(PanelItem, item).subject_id
        assert not may_read_subject(session, actor, "bid", subject)
        assert may_read_subject(session, world.actor("expert2"), "bid", subject)
        assert not may_read_subject(session, world.actor("expert2"), "outcome", subject)
    for key in FIVE[1:]:
        score(world, panel_id, key, [marks(80), marks(70), marks(60)])
    with pytest.raises(Refused, match="至少需要5位专家评分"):
        world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with pytest.raises(Invalid):
        seat(world, panel_id, "expert1")
    seat(world, panel_id, "expert6")
    confirm(world, panel_id, "expert6")
    score(world, panel_id, "expert6", [marks(80), marks(70), marks(60)])
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        totals = [item.total for item in session.get_one(Panel, panel_id).items]
        assert [str(total) for total in totals] == ["80.00", "70.00", "60.00"]
        traces = [item.trace["recused"] for item in session.get_one(Panel, panel_id).items if item.trace]
        assert traces == [[mine]] * 3


def test_who_keeps_silent_can_be_replaced_after_the_time_is_over(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    silent = seat_id(sqlite_world, panel_id, "expert5")
    score(sqlite_world, panel_id, "expert4", [marks(80)] * 3)
    remove = (operations.remove_member, (Panel, panel_id))
    with pytest.raises(Refused, match="逾期"):
        sqlite_world.do("officer", *remove, (Seat, silent), "没有回音")
    sqlite_world.clock.forward(days=7)
    sqlite_world.tokens.clear()
    with pytest.raises(Invalid):
        sqlite_world.do("officer", *remove, (Seat, silent), "")
    sqlite_world.do("officer", *remove, (Seat, silent), "没有回音")
    with pytest.raises(Refused, match="逾期"):
        sqlite_world.do(
            "officer", *remove, (Seat, seat_id(sqlite_world, panel_id, "expert4")), "已评分的不能调整"
        )
    seat(sqlite_world, panel_id, "expert6")
    with sqlite_world.reading() as session:
        assert session.get_one(Panel, panel_id).state == PanelState.SCORING
        with pytest.raises(NotFound):
            seat_for(session, sqlite_world.actor("expert5"), silent)
