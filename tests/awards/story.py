"""A topic whose panel has concluded: the ranking is Hangzhou 90, Ningbo 80, Wenzhou 55."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.bids import award
from marketplace.bids.models import AwardDecision, Bid
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.reviews import operations
from marketplace.reviews.models import Panel
from marketplace.topics.models import Topic
from tests.reviews.story import FIVE, LEADS, confirm, convene, marks, release, score, seat, topic_with_bids
from tests.support.staging import staged
from tests.support.world import World

REASON = "按评审排名确定。"
LONG_REASON = "排名第一的单位目前承担同类任务较多，为保证质量和进度，经研究确定由排名第二的单位承担。"


@staged
def ranked_topic(
    world: World, scores: Sequence[int] = (90, 80, 55), conclude: bool = True, **topic: object
) -> int:
    """A topic with scored bids, one for each of the first leads."""
    topic_id, _ = topic_with_bids(world, LEADS[: len(scores)], **topic)
    panel_id = convene(world, topic_id)
    seat(world, panel_id, *FIVE)
    release(world, panel_id)
    confirm(world, panel_id, *FIVE)
    for key in FIVE:
        score(world, panel_id, key, [marks(value) for value in scores])
    if conclude:
        world.do("officer", operations.conclude_panel, (Panel, panel_id))
    return topic_id


def bids_by_lead(uow: UnitOfWork, topic_id: int) -> list[Bid]:
    """The bids in the order of their leads' codes: Hangzhou, Ningbo, Wenzhou."""
    return list(uow.session.scalars(select(Bid).where(Bid.topic_id == topic_id).order_by(Bid.lead_id)))


@staged
def propose(
    world: World, topic_id: int, chosen: Sequence[int] = (0,), reason: str = REASON, key: str = "officer"
) -> int:
    """Proposes the bids at these places of ``bids_by_lead``; answers the decision's id."""
    with world.uow(key) as uow:
        bids = bids_by_lead(uow, topic_id)
        topic = uow.session.get_one(Topic, topic_id)
        return award.propose_award(uow, topic, [bids[n] for n in chosen], reason).id


@staged
def confirm_award(world: World, decision_id: int, key: str = "approver") -> None:
    """Confirms as this approver."""
    world.do(key, award.confirm_award, (AwardDecision, decision_id))
