"""Who may not judge what: the whole table, and through the pool of a real panel."""

from datetime import date, timedelta
from typing import Any

import pytest

from marketplace.bids.models import Bid
from marketplace.core.clock import beijing_date
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.projects.models import Project, ProjectPartner
from marketplace.reviews.models import Panel
from marketplace.reviews.pool import pool_for
from marketplace.reviews.recusal import (
    Facts,
    Finding,
    Judge,
    RecusalOutcome,
    RecusalRule,
    Stake,
    Units,
    recusals_of,
    whole,
)
from tests.reviews.story import convene, topic_with_bids
from tests.support.builders import build_bid, build_topic
from tests.support.world import World

PROVINCE, CITY, COUNTY, OTHER_CITY, OTHER_COUNTY, DIVISION, UNIVERSITY, CANTEEN = range(1, 9)
UNITS = Units(
    parents={PROVINCE: None, CITY: PROVINCE, COUNTY: CITY, OTHER_CITY: PROVINCE, OTHER_COUNTY: CITY,
             DIVISION: PROVINCE, UNIVERSITY: None, CANTEEN: PROVINCE},
    names={CITY: "某市局", COUNTY: "某县局", UNIVERSITY: "某大学", PROVINCE: "省局", DIVISION: "某处",
           CANTEEN: "某中心"},
    cities={CITY: "3301", COUNTY: "3301", OTHER_COUNTY: "3301", OTHER_CITY: "3302"},
    house=frozenset({DIVISION, CANTEEN}),
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
    stakes = [
        Stake(number, 100 + number, lead, frozenset(partners)) for number, lead in enumerate(sorted(leads))
    ]
    facts = Facts(UNITS, setters=frozenset(setters))
    found = whole(recusals_of(Judge(1, PERSON, frozenset(own)), stakes, facts).values())
    assert found.rule == rule
    assert bool(found.reason) == found.forbidden == (rule is not None)


def test_who_wrote_the_topic_never_judges_it() -> None:
    facts = Facts(UNITS, authors=frozenset({PERSON}), drafted_on=date(2026, 1, 5))
    found = recusals_of(Judge(1, PERSON, frozenset({UNIVERSITY})), [Stake(1, 101, CITY)], facts)
    assert found[1].rule == RecusalRule.AUTHOR
    assert found[1].findings[0].on == date(2026, 1, 5)
    assert not recusals_of(Judge(2, PERSON + 1, frozenset({UNIVERSITY})), [Stake(1, 101, CITY)], facts)[
        1
    ].findings


def test_each_item_has_its_own_answer() -> None:
    stakes = [Stake(1, 101, CITY), Stake(2, 102, OTHER_CITY), Stake(3, 103, OTHER_COUNTY)]
    found = recusals_of(Judge(1, PERSON, frozenset({CITY})), stakes, Facts(UNITS))
    assert {item: one.rule for item, one in found.items()} == {
        1: RecusalRule.OWN_UNIT,
        2: None,
        3: RecusalRule.SUPERIOR,
    }
    assert whole(found.values()).forbidden


def test_a_shared_project_forbids_with_its_last_day() -> None:
    facts = Facts(UNITS, joint={UNIVERSITY: {CITY: date(2024, 5, 1)}})
    judge = Judge(1, PERSON, frozenset({UNIVERSITY}))
    stakes = [Stake(1, 101, CITY), Stake(2, 102, OTHER_CITY, frozenset({CITY})), Stake(3, 103, OTHER_CITY)]
    found = recusals_of(judge, stakes, facts)
    assert found[1].rule == found[2].rule == RecusalRule.JOINT_PROJECT
    assert found[1].params == {"unit": "某大学", "other": "某市局"}
    assert found[1].findings[0].on == date(2024, 5, 1)
    assert found[3].outcome is None


def test_a_former_post_is_asked_about_and_a_neighbour_is_noted() -> None:
    former = Judge(1, PERSON, frozenset({UNIVERSITY}), {CITY: date(2025, 6, 30)})
    found = recusals_of(former, [Stake(1, 101, CITY)], Facts(UNITS))[1]
    assert (found.outcome, found.forbidden) == (RecusalOutcome.ASK, False)
    assert [one.rule for one in found.asks] == [RecusalRule.FORMER_UNIT]
    assert "离任时间" in found.asks[0].question
    near = recusals_of(Judge(2, 71, frozenset({OTHER_COUNTY})), [Stake(1, 101, COUNTY)], Facts(UNITS))[1]
    assert (near.outcome, near.findings[0].rule) == (RecusalOutcome.NOTE, RecusalRule.SAME_CITY)
    assert not near.asks


@pytest.mark.parametrize(
    ("own", "lead", "partner", "noted"),
    [
        (OTHER_COUNTY, OTHER_CITY, COUNTY, RecusalRule.SAME_CITY),
        (DIVISION, CANTEEN, None, RecusalRule.SAME_HOUSE),
        (CANTEEN, CITY, DIVISION, RecusalRule.SAME_HOUSE),
        (CITY, CANTEEN, None, None),
        (CANTEEN, OTHER_CITY, None, None),
        (UNIVERSITY, CANTEEN, CITY, None),
    ],
)
def test_nearness_to_lead_or_partner_is_noted(
    own: int, lead: int, partner: int | None, noted: RecusalRule | None
) -> None:
    stake = Stake(1, 101, lead, frozenset() if partner is None else frozenset({partner}))
    found = recusals_of(Judge(1, PERSON, frozenset({own})), [stake], Facts(UNITS))[1]
    assert [one.rule for one in found.findings] == ([] if noted is None else [noted])
    assert not found.forbidden
    if noted == RecusalRule.SAME_HOUSE:
        assert found.findings[0].params["house"] == "省局"


def test_a_decision_counts_for_its_item_or_for_all() -> None:
    one = Finding(RecusalRule.BIDDER, RecusalOutcome.FORBID, {"reason": "有合作"}, date(2026, 3, 1))
    every = Finding(RecusalRule.OFFICE, RecusalOutcome.ASK, {"reason": "曾任顾问"}, date(2026, 3, 2))
    facts = Facts(UNITS, decided={(1, 101): (one,), (1, None): (every,)})
    found = recusals_of(
        Judge(1, PERSON, frozenset({UNIVERSITY})), [Stake(1, 101, CITY), Stake(2, 102, CITY)], facts
    )
    assert found[1].findings == (one, every)
    assert found[2].findings == (every,)
    assert whole(found.values()).findings == (one, every)
    other = recusals_of(Judge(2, PERSON, frozenset({UNIVERSITY})), [Stake(1, 101, CITY)], facts)
    assert other[1].findings == ()


def test_the_strictest_reason_stands_first() -> None:
    facts = Facts(
        UNITS, decided={(1, None): (Finding(RecusalRule.OFFICE, RecusalOutcome.NOTE, {"reason": "x"}),)}
    )
    found = recusals_of(Judge(1, PERSON, frozenset({CITY})), [Stake(1, 101, CITY)], facts)[1]
    assert [one.outcome for one in found.findings] == [RecusalOutcome.FORBID, RecusalOutcome.NOTE]
    assert [one.rule for one in found.remarks] == [RecusalRule.OFFICE]


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
    from marketplace.experts.models import Expert

    topic_id, _ = topic_with_bids(sqlite_world)
    with sqlite_world.uow() as uow:
        expert = uow.session.query(Expert).filter_by(person_id=sqlite_world.people["expert1"]).one()
        expert.term_to = date(2026, 3, 1)
    assert "expert1" not in rules_of(sqlite_world, convene(sqlite_world, topic_id))


def build_project(uow: UnitOfWork, bid: Bid, **values: Any) -> None:
    """A running project of the bid and its partners."""
    project = Project(
        number=f"XM-{bid.id}", topic_id=bid.topic_id, bid_id=bid.id, lead_id=bid.lead_id, title="示例项目",
        opened_at=uow.now, due_on=date(2026, 12, 31), indicators=[], **values,
    )  # fmt: skip
    uow.session.add(project)
    uow.session.flush()
    partners = [one.organisation_id for one in bid.partners]
    uow.session.add_all(ProjectPartner(project_id=project.id, organisation_id=one) for one in partners)


def test_units_that_shared_a_project_do_not_judge_each_other(world: World) -> None:
    """P-U1 was Hangzhou's partner in a project that still runs; and in one that ended more than three years ago."""
    with world.uow() as uow:
        topic = build_topic(uow)
        bid = build_bid(uow, topic, "330100", partners=("P-U1",))
        old = build_bid(uow, build_topic(uow), "330200", partners=("P-I1",))
        build_project(uow, bid)
        build_project(uow, old, decided_at=uow.now - timedelta(days=3 * 366))
    topic_id, _ = topic_with_bids(world, ["330100", "330200"])
    found = rules_of(world, convene(world, topic_id))
    assert found["expert1"] == found["expert6"] == RecusalRule.JOINT_PROJECT
    assert found["expert3"] is None
