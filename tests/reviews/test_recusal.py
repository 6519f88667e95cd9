"""Who may not judge what: the whole table, and through the pool of a real panel."""

import pytest

from marketplace.core.clock import beijing_date
from marketplace.reviews.models import Panel
from marketplace.reviews.pool import pool_for
from marketplace.reviews.recusal import Interests, RecusalRule, Units, recusal
from tests.reviews.story import convene, topic_with_bids
from tests.support.builders import build_bid, build_topic
from tests.support.world import World

PROVINCE, CITY, COUNTY, OTHER_CITY, OTHER_COUNTY, DIVISION, UNIVERSITY = range(1, 8)
UNITS = Units(
    parents={PROVINCE: None, CITY: PROVINCE, COUNTY: CITY, OTHER_CITY: PROVINCE, OTHER_COUNTY: CITY,
             DIVISION: PROVINCE, UNIVERSITY: None},
    names={CITY: "某市局", UNIVERSITY: "某大学"},
)  # fmt: skip
PERSON = 70


@pytest.mark.parametrize(
    ("own", "leads", "partners", "setters", "rule"),
    [
        ({CITY}, {CITY}, set(), set(), RecusalRule.OWN_UNIT),
        ({UNIVERSITY}, {CITY}, {UNIVERSITY}, set(), RecusalRule.PARTNER),
        ({CITY}, {COUNTY}, set(), set(), RecusalRule.SUPERIOR),
        ({PROVINCE}, {COUNTY}, set(), set(), RecusalRule.SUPERIOR),
        ({COUNTY}, {CITY}, set(), set(), RecusalRule.SUBORDINATE),
        ({COUNTY}, {PROVINCE}, set(), set(), RecusalRule.SUBORDINATE),
        ({DIVISION}, {CITY}, set(), {DIVISION}, RecusalRule.SETTER),
        ({OTHER_CITY}, {CITY}, set(), set(), None),
        ({OTHER_COUNTY}, {COUNTY}, set(), set(), None),
        ({DIVISION}, {CITY}, set(), set(), None),
        ({UNIVERSITY}, {CITY}, set(), set(), None),
        ({CITY}, {OTHER_CITY}, {COUNTY}, set(), None),
        ({UNIVERSITY, CITY}, {CITY}, set(), set(), RecusalRule.OWN_UNIT),
        ({CITY}, {OTHER_CITY, COUNTY}, set(), set(), RecusalRule.SUPERIOR),
    ],
)
def test_the_rule_that_excludes(
    own: set[int], leads: set[int], partners: set[int], setters: set[int], rule: RecusalRule | None
) -> None:
    interests = Interests(frozenset(leads), frozenset(partners), frozenset(setters))
    found = recusal(PERSON, own, interests, UNITS)
    assert found.rule == rule
    assert bool(found.reason) == (rule is not None)


def test_who_wrote_the_topic_never_judges_it() -> None:
    interests = Interests(frozenset({CITY}), authors=frozenset({PERSON}))
    assert recusal(PERSON, {UNIVERSITY}, interests, UNITS).rule == RecusalRule.AUTHOR
    assert recusal(PERSON + 1, {UNIVERSITY}, interests, UNITS).rule is None


def rules_of(world: World, panel_id: int) -> dict[str, str | None]:
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        pool = pool_for(session, panel, beijing_date(world.clock()))
        keys = {person: key for key, person in world.people.items()}
        return {keys[c.expert.person_id]: c.recusal.rule for c in pool.candidates}


def test_the_pool_tells_the_reason_for_each_exclusion(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        topic = build_topic(uow)
        build_bid(uow, topic, "330109", partners=("P-I1",))
        topic_id = topic.id
    found = rules_of(sqlite_world, convene(sqlite_world, topic_id))
    assert found["recused_expert"] == RecusalRule.SUPERIOR
    assert found["expert3"] == found["expert7"] == RecusalRule.PARTNER
    assert {found[f"expert{n}"] for n in (1, 2, 4, 5, 6, 8, 9)} == {None}


def test_a_second_appointment_counts_as_well(sqlite_world: World) -> None:
    from marketplace.core.actor import Role
    from marketplace.organisations.models import Appointment
    from tests.support.builders import unit_id

    topic_id, _ = topic_with_bids(sqlite_world, ["330200"])
    with sqlite_world.uow() as uow:
        uow.session.add(
            Appointment(
                person_id=sqlite_world.people["expert1"], organisation_id=unit_id(uow, "330200"), role=Role.CLERK,
                since=uow.now,
            )
        )  # fmt: skip
    assert rules_of(sqlite_world, convene(sqlite_world, topic_id))["expert1"] == RecusalRule.OWN_UNIT


def test_an_ended_term_takes_an_expert_out_of_the_pool(sqlite_world: World) -> None:
    from datetime import date

    from marketplace.experts.models import Expert

    topic_id, _ = topic_with_bids(sqlite_world)
    with sqlite_world.uow() as uow:
        expert = uow.session.query(Expert).filter_by(person_id=sqlite_world.people["expert1"]).one()
        expert.term_to = date(2026, 3, 1)
    assert "expert1" not in rules_of(sqlite_world, convene(sqlite_world, topic_id))
