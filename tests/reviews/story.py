"""Steps that several tests begin with: a panel convened, released, scored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from marketplace.bids.models import Bid
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.experts.models import Expert
from marketplace.organisations.models import Organisation
from marketplace.reviews import operations
from marketplace.reviews.heads import head_of
from marketplace.reviews.models import Panel, PanelItem, Seat
from marketplace.reviews.policy import ACTIVE_SEATS
from marketplace.reviews.queries.own import place_for, seat_for
from marketplace.reviews.queries.panels import seats_of
from marketplace.reviews.scoring import MarkInput
from marketplace.reviews.subjects import Subject
from marketplace.topics.models import Topic
from marketplace.topics.rules import BID_RUBRIC, DEFAULT_RULES
from tests.support.builders import build_bid, build_topic
from tests.support.staging import staged
from tests.support.world import World

CODES = [criterion.code for criterion in BID_RUBRIC.criteria]
FIVE = ("expert1", "expert2", "expert3", "expert4", "expert5")
NEVER = replace(DEFAULT_RULES, disagreement=None)
"""Rules by which no extra expert is ever called: for tests of everything else."""
LEADS = ("330100", "330200", "330300")


@staged
def topic_with_bids(world: World, leads: Sequence[str] = LEADS, **topic: Any) -> tuple[int, list[int]]:
    """A topic in review with one opened bid of each unit: topic id, bid ids."""
    with world.uow() as uow:
        made = build_topic(uow, **topic)
        return made.id, [build_bid(uow, made, lead).id for lead in leads]


def subjects(uow: UnitOfWork, topic_id: int) -> tuple[Subject, ...]:
    """The bids of a topic as a panel needs them."""
    bids = uow.session.execute(
        select(Bid.id, Organisation.name, Bid.lead_id)
        .join(Organisation, Organisation.id == Bid.lead_id)
        .where(Bid.topic_id == topic_id)
        .order_by(Organisation.order_key)
    )
    partners = {
        bid.id: [partner.organisation_id for partner in bid.partners]
        for bid in uow.session.scalars(select(Bid).where(Bid.topic_id == topic_id))
    }
    return tuple(Subject(key, name, lead, tuple(partners[key])) for key, name, lead in bids)


@staged
def convene(world: World, topic_id: int) -> int:
    """A draft panel on the bids of a topic."""
    with world.uow("officer") as uow:
        topic = uow.session.get_one(Topic, topic_id)
        return operations.convene_panel(uow, topic, "bid", subjects(uow, topic_id)).id


def expert_id(uow: UnitOfWork, world: World, key: str) -> int:
    """The pool number of a member of the cast."""
    return uow.session.scalars(select(Expert.id).where(Expert.person_id == world.people[key])).one()


@staged
def seat(world: World, panel_id: int, *keys: str) -> None:
    """Chooses these experts."""
    with world.uow("officer") as uow:
        ids = [expert_id(uow, world, key) for key in keys]
        operations.add_members(uow, uow.session.get_one(Panel, panel_id), ids)


@staged
def name_head(world: World, panel_id: int, key: str | None = None) -> None:
    """Names this expert, or (without one) the third of the members, as the panel's head."""
    chosen = None if key is None else seat_id(world, panel_id, key)
    with world.uow("officer") as uow:
        if chosen is None:
            sitting = [one for one in seats_of(uow.session, panel_id) if one.state in ACTIVE_SEATS]
            chosen = sitting[:3][-1].id
        operations.name_head(uow, uow.session.get_one(Panel, panel_id), chosen)


def head_key(world: World, panel_id: int) -> str:
    """The member of the cast who heads the panel."""
    with world.reading() as session:
        head = head_of(session, panel_id)
        assert head is not None
        return next(key for key, person in world.people.items() if person == head.expert.person_id)


@staged
def release(world: World, panel_id: int) -> None:
    """Names a head where there is none, and begins the scoring, a week's time."""
    with world.reading() as session:
        sitting = any(one.state in ACTIVE_SEATS for one in seats_of(session, panel_id))
        headless = head_of(session, panel_id) is None
    if headless and sitting:
        name_head(world, panel_id)
    world.do("officer", operations.release_panel, (Panel, panel_id), world.clock() + timedelta(days=7))


def seat_id(world: World, panel_id: int, key: str) -> int:
    """The seat of a member of the cast on a panel."""
    with world.reading() as session:
        query = select(Seat.id).join(Expert, Expert.id == Seat.expert_id)
        return session.scalars(
            query.where(Seat.panel_id == panel_id, Expert.person_id == world.people[key])
        ).one()


def item_ids(world: World, panel_id: int) -> list[int]:
    """The items of a panel in their order."""
    with world.reading() as session:
        query = select(PanelItem.id).where(PanelItem.panel_id == panel_id).order_by(PanelItem.position)
        return list(session.scalars(query))


@staged
def confirm(world: World, panel_id: int, *keys: str) -> None:
    """These experts declare that they have no conflict."""
    for key in keys:
        mine = seat_id(world, panel_id, key)
        with world.uow(key) as uow:
            operations.confirm_seat(uow, seat_for(uow.session, uow.actor, mine))


def marks(value: int | str, **others: int | str | None) -> dict[str, MarkInput]:
    """The same mark everywhere, except where named; None means 无法判断."""
    given: Mapping[str, int | str | None] = {**dict.fromkeys(CODES, value), **others}
    return {
        code: MarkInput(None, True, "材料不足")
        if one is None
        else MarkInput(Decimal(str(one)), False, "依据不足" if Decimal(str(one)) < 60 else "")
        for code, one in given.items()
    }


@staged
def score(
    world: World, panel_id: int, key: str, by_item: Sequence[dict[str, MarkInput]], submit: bool = True
) -> None:
    """One expert scores all items, and submits."""
    mine, items = seat_id(world, panel_id, key), item_ids(world, panel_id)
    with world.uow(key) as uow:
        for item, given in zip(items, by_item, strict=True):
            place = place_for(uow.session, uow.actor, mine, item)
            operations.save_sheet(uow, place, given, f"{key}的意见")
        if submit:
            operations.submit_sheets(uow, seat_for(uow.session, uow.actor, mine))


@staged
def scoring_panel(
    world: World, keys: Sequence[str] = FIVE, leads: Sequence[str] = LEADS, **topic: Any
) -> int:
    """A panel on which these experts have confirmed and may score."""
    topic_id, _ = topic_with_bids(world, leads, **topic)
    panel_id = convene(world, topic_id)
    seat(world, panel_id, *keys)
    release(world, panel_id)
    confirm(world, panel_id, *keys)
    return panel_id


@staged
def scored_panel(
    world: World,
    table: Sequence[Sequence[dict[str, MarkInput]]],
    keys: Sequence[str] = FIVE,
    leads: Sequence[str] = LEADS,
    conclude: bool = True,
    **topic: Any,
) -> int:
    """A panel scored by a table: one row for each expert, one column for each item."""
    panel_id = scoring_panel(world, keys, leads, **{"rules": NEVER, **topic})
    for key, row in zip(keys, table, strict=True):
        score(world, panel_id, key, row)
    if conclude:
        world.do("officer", operations.conclude_panel, (Panel, panel_id))
    return panel_id
