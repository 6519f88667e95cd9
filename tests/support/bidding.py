"""Bids ready made for tests: complete content, drafted, submitted, opened — by running the operations."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.bids.content import (
    BidContent,
    BudgetLine,
    Indicator,
    Member,
    PlannedMilestone,
    Source,
    content_from_dict,
)
from marketplace.bids.models import Bid, BidPartner, Receipt
from marketplace.bids.opening import open_due_topics
from marketplace.bids.operations import (
    change_bid_files,
    first_draft,
    save_bid,
    start_bid,
    submit_bid,
)
from marketplace.bids.partners import PartnerTerms, ask_partners, give_consent, set_partners
from marketplace.bids.queries import AGREEMENT
from marketplace.bids.workflow import ConsentState
from marketplace.core.actor import Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.operations import GivenFile
from marketplace.organisations.models import Appointment
from marketplace.topics.models import Topic
from tests.support.samples import pdf
from tests.support.staging import staged
from tests.support.world import World


def complete_bid(topic: Topic, word: str = "示例", **changes: Any) -> BidContent:
    """A form that lacks nothing for this topic; ``word`` stands in each text."""
    draft = first_draft(topic)
    return replace(
        BidContent(
            leader_name=f"{word}负责人",
            leader_title="处长",
            leader_phone="0571-00000000",
            understanding=f"{word}：对榜题的理解",
            indicators=tuple(
                Indicator(line.deliverable_key, f"{word}指标", "无", "一项", "专家审查")
                for line in draft.indicators
            ),
            approach=f"{word}：工作方案",
            milestones=tuple(
                PlannedMilestone(line.name, line.month, f"{word}交付物", line.evidence, word)
                for line in draft.milestones
            ),
            team=(Member(f"{word}成员", f"{word}单位", "工程师", "标准化", "起草", 6),),
            basis=f"{word}：工作基础",
            budget=(BudgetLine(Source.OWN, "调研", 5_000_000),),
            organisation=f"{word}：组织保障",
            replication=f"{word}：推广价值",
            risks=f"{word}：风险",
            pledged=True,
        ),
        **changes,
    )


@staged
def draft_bid(
    world: World, topic_id: int, unit: str = "hangzhou", word: str = "示例", file: tuple[str, bytes] | None = None,
    partners: tuple[int, ...] = (), **changes: Any,
) -> int:  # fmt: skip
    """A complete draft of a unit."""

    def draft(uow: UnitOfWork) -> int:
        bid = start_bid(uow, uow.session.get_one(Topic, topic_id))
        save_bid(uow, bid, complete_bid(bid.topic, word, **changes))
        if partners:
            set_partners(uow, bid, [PartnerTerms(key, f"{word}协作") for key in partners])
        if file:
            change_bid_files(uow, bid, [GivenFile(file[0], io.BytesIO(file[1]))])
        return bid.id

    made: int = world.do(f"{unit}_clerk", draft)
    return made


def partners_agree(world: World, bid_id: int, unit: str = "hangzhou") -> None:
    """The partners' word: by their heads where they have one, else by the uploaded agreement."""
    world.do(f"{unit}_head", ask_partners, (Bid, bid_id))
    with world.reading() as session:
        partners = session.scalars(select(BidPartner).where(BidPartner.bid_id == bid_id)).all()
    for partner in partners:
        if partner.state == ConsentState.ASKED:
            world.do(
                head_of(world, partner.organisation_id), give_consent, (Bid, bid_id), partner.terms_sha256
            )
    if any(partner.state != ConsentState.ASKED for partner in partners):
        agreement = GivenFile("联合体协议.pdf", io.BytesIO(pdf("agreement")))
        world.do(f"{unit}_clerk", change_bid_files, (Bid, bid_id), [agreement], (), AGREEMENT)


def head_of(world: World, organisation_id: int) -> str:
    """The member of the cast who heads this unit."""
    with world.reading() as session:
        heads = select(Appointment.person_id).where(
            Appointment.organisation_id == organisation_id, Appointment.role == Role.HEAD
        )
        people = set(session.scalars(heads))
    return next(key for key, person in world.people.items() if person in people)


def submit(world: World, bid_id: int, unit: str = "hangzhou") -> Receipt:
    """The unit's head submits."""
    receipt: Receipt = world.do(f"{unit}_head", submit_bid, (Bid, bid_id))
    return receipt


@staged
def submitted_bid(world: World, topic_id: int, unit: str = "hangzhou", **more: Any) -> int:
    """A bid under seal."""
    bid_id = draft_bid(world, topic_id, unit, **more)
    if more.get("partners"):
        partners_agree(world, bid_id, unit)
    submit(world, bid_id, unit)
    return bid_id


@staged
def pass_deadline(world: World, topic_id: int, **later: float) -> None:
    """The clock passes the topic's deadline and the worker opens what is due."""
    with world.reading() as session:
        deadline = session.get_one(Topic, topic_id).deadline
    assert deadline is not None
    world.clock.now = deadline + timedelta(**later)
    with world.uow() as uow:
        open_due_topics(uow)


def bid_of(world: World, bid_id: int) -> Bid:
    """The bid's row as it stands."""
    with world.reading() as session:
        return session.get_one(Bid, bid_id)


def content_of_bid(world: World, bid_id: int) -> BidContent:
    """What the form holds now."""
    return content_from_dict(bid_of(world, bid_id).content)
