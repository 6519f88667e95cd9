"""Rows for tests of later steps, written directly: a topic or a bid in the state a test begins with."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from marketplace.audit.seals import bid_seal, open_seal, topic_seal
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.workflow import OPENED_STATES, BidState, ConsentState
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations.models import Organisation
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.rules import DEFAULT_RULES, ListRules
from marketplace.topics.workflow import ListState, TopicState

SETTER = "330000-D1"


def unit_id(uow: UnitOfWork, code: str) -> int:
    """The id of the organisation with this code."""
    return uow.session.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def build_list(uow: UnitOfWork, code: str = "BD-2026-01", rules: ListRules = DEFAULT_RULES) -> ChallengeList:
    """A published list, made once for each code."""
    known = uow.session.scalar(select(ChallengeList).where(ChallengeList.code == code))
    if known is not None:
        return known
    made = ChallengeList(
        code=code, title="2026年第一批榜单（示例）", year=2026, state=ListState.PUBLISHED, rules=rules.to_dict(),
        rules_sha256="0" * 64, published_at=uow.now, is_sample=True,
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    return made


def build_topic(
    uow: UnitOfWork, state: str = TopicState.IN_REVIEW, rules: ListRules = DEFAULT_RULES, **values: Any
) -> Topic:
    """A topic in a state, with a deadline that fits it; opened seal once it is in review or later."""
    number = (uow.session.scalar(select(func.count()).select_from(Topic)) or 0) + 1
    opened = state in (TopicState.IN_REVIEW, TopicState.AWARDED, TopicState.COMPLETED, TopicState.NO_AWARD)
    chosen: dict[str, Any] = {
        "list": build_list(uow, rules=rules), "code": f"BT-2026-{number:03d}", "setter_id": unit_id(uow, SETTER),
        "title": f"示例榜题{number}", "category": "标准制定", "field": "公物仓", "objectives": ["形成省级标准草案"],
        "deliverables": [{"key": "d1", "name": "标准草案", "kind": "standard", "acceptance": ["通过专家审查"]}],
        "milestones": [{"name": "中期", "month": 6, "evidence": ["草案"]}],
        "eligible_levels": ["municipal", "county", "direct_unit"], "state": state, "created_on": date(2026, 1, 5),
        "deadline": uow.now + timedelta(days=-1 if opened else 20), "published_at": uow.now - timedelta(days=31),
        "published_version": 1, "opened_at": uow.now if opened else None, "is_sample": True,
    }  # fmt: skip
    topic = Topic(**{**chosen, **values})
    uow.session.add(topic)
    uow.session.flush()
    if opened:
        open_seal(uow.session, topic_seal(topic.id), uow.now)
    return topic


def build_bid(
    uow: UnitOfWork,
    topic: Topic,
    lead: str,
    state: str = BidState.OPENED,
    partners: tuple[str, ...] = (),
    **values: Any,
) -> Bid:
    """A bid of the unit with this code, complete enough to be reviewed."""
    bid = Bid(
        topic_id=topic.id, lead_id=unit_id(uow, lead), state=state, drafted_at=uow.now, saved_at=uow.now,
        submitted_at=uow.now - timedelta(days=2), number=f"JB-{topic.code}-{lead}", budget_fen=100_000_00,
        content={"summary": f"{lead}的实施方案（示例）"}, is_sample=True, **values,
    )  # fmt: skip
    uow.session.add(bid)
    uow.session.flush()
    for position, code in enumerate(partners, 1):
        uow.session.add(
            BidPartner(
                bid_id=bid.id,
                organisation_id=unit_id(uow, code),
                position=position,
                task="参与",
                state=ConsentState.HISTORIC if state in OPENED_STATES else ConsentState.UNASKED,
            )
        )
    uow.session.flush()
    if state in OPENED_STATES:
        open_seal(uow.session, bid_seal(bid.id), uow.now)
    return bid
