"""What counts against a unit's limit of running projects: open projects and awards that are no project yet."""

from sqlalchemy import select

from marketplace.bids.running import running_count, running_counts
from marketplace.bids.workflow import BidState
from marketplace.projects.models import Outcome, Project
from marketplace.projects.outcomes import deliver_outcome, save_outcome
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState
from tests.support.builders import build_bid, build_topic, unit_id
from tests.support.projects import (
    UNITS,
    accepted_project,
    award,
    complete_outcome,
    conclude,
    delivered_project,
    finish_milestones,
    opened_project,
    outcome_id,
    planned,
)
from tests.support.world import World


def count(world: World, unit: str) -> int:
    with world.uow() as uow:
        return running_count(uow.session, unit_id(uow, UNITS[unit]))


def test_open_projects_count_until_they_are_accepted_or_fail(world: World) -> None:
    assert count(world, "hangzhou") == 0
    opened_project(world)
    assert count(world, "hangzhou") == 1
    waiting = delivered_project(world)
    assert count(world, "hangzhou") == 2, "delivered is not yet accepted"
    conclude(world, waiting, "88.00")
    assert count(world, "hangzhou") == 1
    accepted_project(world, score="30.00")
    assert count(world, "hangzhou") == 1, "a failed one is over too"
    assert count(world, "ningbo") == 0


def test_an_award_that_is_no_project_yet_counts(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        build_bid(uow, build_topic(uow, TopicState.AWARDED), UNITS["hangzhou"], BidState.AWARDED)
        build_bid(uow, build_topic(uow, TopicState.IN_REVIEW), UNITS["hangzhou"], BidState.OPENED)
    assert count(sqlite_world, "hangzhou") == 1


def test_in_a_race_who_has_finished_is_free_while_the_others_go_on(world: World) -> None:
    with world.uow("approver") as uow:
        award(uow, ("hangzhou", "ningbo"), planned((3, 6)))
    with world.reading() as session:
        done, other = session.scalars(select(Project).order_by(Project.number)).all()
        lead_ids = [done.lead_id, other.lead_id]
    finish_milestones(world, done.id)
    key = (Outcome, outcome_id(world, done.id))
    world.do("hangzhou_clerk", save_outcome, key, complete_outcome())
    world.do("hangzhou_head", deliver_outcome, key)
    conclude(world, done.id, "88.00")
    with world.reading() as session:
        assert session.get_one(Topic, done.topic_id).state == TopicState.AWARDED, "the race is not over"
        assert running_counts(session, lead_ids) == {lead_ids[1]: 1}
