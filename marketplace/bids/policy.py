"""Who may do what with a bid, and why not. Everything before the opening belongs to the lead unit alone."""

from datetime import datetime

from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.workflow import CONSENT, OPENED_STATES, BidState
from marketplace.core.actor import BUREAU_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.clock import before_deadline
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.organisations.models import LEAD_KINDS
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState


def acts_for(actor: Actor, organisation_id: int) -> bool:
    """True when the actor works for this unit as clerk or head."""
    return actor.has(*BUREAU_ROLES) and actor.organisation_id == organisation_id


def may_start(actor: Actor, topic: Topic, now: datetime) -> Verdict:
    """可否揭榜."""
    return first_refusal(
        _yes_if(actor.has(*BUREAU_ROLES), N_("由单位填报人或负责人办理")),
        _yes_if(actor.organisation_kind in LEAD_KINDS, N_("参与单位可以加入联合揭榜，但不能牵头")),
        _yes_if(actor.organisation_kind in topic.eligible_levels, N_("本榜题不面向您单位的层级")),
        _yes_if(actor.organisation_id != topic.setter_id, N_("出题单位不能揭自己的榜")),
        _still_open(topic, now),
    )


def may_edit(actor: Actor, bid: Bid, now: datetime) -> Verdict:
    """可否填写."""
    return first_refusal(
        _own(actor, bid),
        _still_open(bid.topic, now),
        _yes_if(bid.state != BidState.WITH_HEAD, N_("申请在单位负责人处；要修改，请负责人退回")),
        _in(bid, BidState.DRAFT, N_("只有草稿可以填写")),
    )


def may_send_to_head(actor: Actor, bid: Bid, now: datetime) -> Verdict:
    """可否送单位审核."""
    return first_refusal(
        _own(actor, bid), _still_open(bid.topic, now), _in(bid, BidState.DRAFT, N_("已经送审或提交"))
    )


def may_return(actor: Actor, bid: Bid, now: datetime) -> Verdict:
    """可否退回修改."""
    return first_refusal(
        _head(actor, bid), _still_open(bid.topic, now), _in(bid, BidState.WITH_HEAD, N_("申请不在单位审核中"))
    )


def may_submit(
    actor: Actor, bid: Bid, now: datetime, running: int = 0, limit: int | None = None, partners: Verdict = YES
) -> Verdict:
    """可否提交: by the head, before the deadline, within the limit of running projects, with its partners' word."""
    return first_refusal(
        _head(actor, bid),
        _still_open(bid.topic, now),
        _in_any(bid, (BidState.DRAFT, BidState.WITH_HEAD), N_("申请已经提交或撤回")),
        YES
        if limit is None or running < limit
        else no(N_("本单位在研项目已达上限%(limit)s项，暂不能提交"), limit=limit),
        partners,
    )


def may_withdraw(actor: Actor, bid: Bid, now: datetime) -> Verdict:
    """可否撤回: until the deadline."""
    return first_refusal(
        _head(actor, bid),
        _still_open(bid.topic, now),
        _in(bid, BidState.SUBMITTED, N_("只有已提交的申请可以撤回")),
    )


def may_revise(actor: Actor, bid: Bid, now: datetime) -> Verdict:
    """可否在撤回后重新编辑."""
    return first_refusal(
        _own(actor, bid),
        _still_open(bid.topic, now),
        _in(bid, BidState.WITHDRAWN, N_("只有已撤回的申请可以重新编辑")),
    )


def may_ask_partners(actor: Actor, bid: Bid, now: datetime) -> Verdict:
    """可否请参与单位确认: while the lead unit works on the bid."""
    return first_refusal(
        _own(actor, bid),
        _still_open(bid.topic, now),
        _in_any(bid, (BidState.DRAFT, BidState.WITH_HEAD), N_("申请已经提交或撤回")),
    )


def may_drop_partner(actor: Actor, bid: Bid, now: datetime) -> Verdict:
    """可否移除参与单位: by whoever has the bid in hand, clerk or head."""
    verdict = may_ask_partners(actor, bid, now)
    in_hand = bid.state == BidState.DRAFT or actor.has(Role.HEAD)
    return first_refusal(verdict, _yes_if(in_hand, N_("申请在单位负责人处，由负责人办理")))


def may_give_consent(actor: Actor, bid: Bid, partner: BidPartner, now: datetime) -> Verdict:
    """可否同意参与."""
    return _may_answer(actor, bid, partner, now, "give", N_("牵头单位没有征询，或者条款已经变动"))


def may_refuse_consent(actor: Actor, bid: Bid, partner: BidPartner, now: datetime) -> Verdict:
    """可否不同意参与，或收回同意."""
    return _may_answer(actor, bid, partner, now, "refuse", N_("没有待答复的征询"))


def _may_answer(
    actor: Actor, bid: Bid, partner: BidPartner, now: datetime, action: str, otherwise: str
) -> Verdict:
    own_head = acts_for(actor, partner.organisation_id) and actor.has(Role.HEAD)
    unsubmitted = (BidState.DRAFT, BidState.WITH_HEAD, BidState.WITHDRAWN)
    return first_refusal(
        _yes_if(own_head, N_("由参与单位负责人（审核）办理")),
        _still_open(bid.topic, now),
        _in_any(bid, unsubmitted, N_("牵头单位已经提交申请，答复不能再改")),
        _yes_if(CONSENT.allows(partner.state, action), otherwise),
    )


def may_disqualify(actor: Actor, bid: Bid) -> Verdict:
    """可否不予受理: after the opening, while the topic is under review."""
    return first_refusal(
        _yes_if(actor.has(Role.OFFICER), N_("由省局经办人办理")),
        _in(bid, BidState.OPENED, N_("申请不在待评审状态")),
        _yes_if(bid.topic.state == TopicState.IN_REVIEW, N_("榜题不在评审中")),
    )


def may_request_recusal(actor: Actor, bid: Bid) -> Verdict:
    """可否申请专家回避: by the lead unit, while its bid is under review."""
    return first_refusal(
        _own(actor, bid),
        _in(bid, BidState.OPENED, N_("申请不在待评审状态")),
        _yes_if(bid.topic.state == TopicState.IN_REVIEW, N_("榜题不在评审中")),
    )


def may_open_desk(actor: Actor) -> bool:
    """True for those who look at all opened bids of a topic: the province and the auditor."""
    return actor.has(*PROVINCE_ROLES, Role.AUDITOR)


def may_open(topic: Topic, now: datetime) -> Verdict:
    """可否启封: once, not before the deadline."""
    due = topic.deadline is not None and not before_deadline(now, topic.deadline)
    return first_refusal(
        _yes_if(topic.state == TopicState.OPEN, N_("榜题不在揭榜中")), _yes_if(due, N_("尚未到截止时间"))
    )


def is_opened(bid: Bid) -> bool:
    """True for states that only the opening can bring about."""
    return bid.state in OPENED_STATES


def _yes_if(condition: bool, reason: str) -> Verdict:
    return YES if condition else no(reason)


def _own(actor: Actor, bid: Bid) -> Verdict:
    return _yes_if(acts_for(actor, bid.lead_id), N_("由牵头单位办理"))


def _head(actor: Actor, bid: Bid) -> Verdict:
    return _yes_if(acts_for(actor, bid.lead_id) and actor.has(Role.HEAD), N_("由牵头单位负责人（审核）办理"))


def _still_open(topic: Topic, now: datetime) -> Verdict:
    if topic.state == TopicState.WITHDRAWN:
        return no(N_("榜题已撤榜"))
    if topic.state != TopicState.OPEN or topic.deadline is None:
        return no(N_("榜题不在揭榜中"))
    return _yes_if(before_deadline(now, topic.deadline), N_("已过揭榜截止时间"))


def _in(bid: Bid, state: BidState, reason: str) -> Verdict:
    return _yes_if(bid.state == state, reason)


def _in_any(bid: Bid, states: tuple[BidState, ...], reason: str) -> Verdict:
    return _yes_if(bid.state in states, reason)
