"""What of the unit's bids waits for whom (待办), and what runs."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.bids import presentation
from marketplace.bids.models import Bid
from marketplace.bids.queries import live_own_bids
from marketplace.bids.workflow import BidState
from marketplace.core.actor import BUREAU_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """待办: drafts to fill in, bids for the head to submit, others' bids to join or not — while the topic is open."""
    if not actor.has(*BUREAU_ROLES):
        return []
    bids = live_own_bids(session, actor)
    return [item for bid in bids if presentation.is_running(bid, now) and (item := _todo(actor, bid))]


def _todo(actor: Actor, bid: Bid) -> WorkItem | None:
    if bid.lead_id != actor.organisation_id:
        asked = actor.has(Role.HEAD) and bid.state != BidState.SUBMITTED
        return _item(bid, N_("确认是否参与联合揭榜"), "bids.consent") if asked else None
    if bid.state == BidState.WITH_HEAD:
        return _item(bid, N_("审核并提交揭榜申请"), "bids.check") if actor.has(Role.HEAD) else None
    if bid.state == BidState.WITHDRAWN:
        return _item(bid, N_("已撤回，需要时重新提交"), "bids.show")
    if bid.state == BidState.DRAFT:
        what = N_("按退回意见修改揭榜申请") if bid.returned_reason else N_("填写揭榜申请")
        return _item(bid, what, "bids.show")
    return None


def ongoing_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """进行中: submitted and sealed, or opened and under review; for the clerk also what lies with the head."""
    if not actor.has(*BUREAU_ROLES):
        return []
    return [item for bid in live_own_bids(session, actor) if (item := _ongoing(actor, bid))]


def _ongoing(actor: Actor, bid: Bid) -> WorkItem | None:
    if bid.lead_id != actor.organisation_id:
        return None if actor.has(Role.HEAD) else _item(bid, N_("待单位负责人确认参与"), "bids.consent")
    if bid.state == BidState.WITH_HEAD and not actor.has(Role.HEAD):
        return _item(bid, N_("待单位负责人提交"), "bids.show")
    if bid.state == BidState.SUBMITTED:
        return _item(bid, N_("已提交，等待截止启封"), "bids.show")
    if bid.state == BidState.OPENED:
        return _item(bid, N_("已启封，评审中"), "bids.show", due=False)
    return None


def _item(bid: Bid, what: str, endpoint: str, due: bool = True) -> WorkItem:
    return WorkItem(
        what, bid.topic.title, endpoint, {"bid_id": bid.id}, due_at=bid.topic.deadline if due else None,
        since=bid.saved_at, is_sample=bid.is_sample,
    )  # fmt: skip
