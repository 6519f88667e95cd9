"""Who may do what with lists and topics, and why not."""

from datetime import datetime

from marketplace.core.actor import PROVINCE_ROLES, Actor, Role
from marketplace.core.clock import before_deadline
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.workflow import CHALLENGE_LIST, TOPIC, ListState, TopicState

UNPUBLISHED = (TopicState.DRAFT, TopicState.IN_APPROVAL, TopicState.SCHEDULED)
"""States in which only the province knows of a topic."""


def may_desk(actor: Actor) -> Verdict:
    """查看榜单与榜题草稿: the province's officers and approvers; the auditor reads with them."""
    return YES if actor.has(*PROVINCE_ROLES, Role.AUDITOR) else no(N_("只有省局经办、审定和监督人员可以查看"))


def may_draft(actor: Actor) -> Verdict:
    """起草."""
    return YES if actor.has(Role.OFFICER) else no(N_("由省局经办办理"))


def _approver(actor: Actor) -> Verdict:
    return YES if actor.has(Role.APPROVER) else no(N_("由省局审定办理"))


def _list_move(challenge_list: ChallengeList, action: str) -> Verdict:
    if CHALLENGE_LIST.allows(challenge_list.state, action):
        return YES
    return no(N_("榜单已发布，规则已冻结"))


def may_change_rules(actor: Actor, challenge_list: ChallengeList) -> Verdict:
    """修改规则: only before publication."""
    frozen = no(N_("榜单已发布，规则已冻结")) if challenge_list.state != ListState.DRAFT else YES
    return first_refusal(may_draft(actor), frozen)


def may_publish_list(actor: Actor, challenge_list: ChallengeList) -> Verdict:
    """发布榜单."""
    return first_refusal(_approver(actor), _list_move(challenge_list, "publish"))


def may_draft_topic(actor: Actor, challenge_list: ChallengeList) -> Verdict:
    """在榜单中起草榜题."""
    closed = no(N_("榜单已结束")) if challenge_list.state == ListState.CLOSED else YES
    return first_refusal(may_draft(actor), closed)


def may_edit(actor: Actor, topic: Topic) -> Verdict:
    """编辑榜题草稿."""
    state = YES if topic.state == TopicState.DRAFT else no(N_("只有草稿可以编辑"))
    return first_refusal(may_draft(actor), state)


def may_submit(actor: Actor, topic: Topic) -> Verdict:
    """提交审定."""
    state = YES if TOPIC.allows(topic.state, "submit") else no(N_("只有草稿可以提交审定"))
    return first_refusal(may_draft(actor), state)


def _in_approval(topic: Topic) -> Verdict:
    return YES if topic.state == TopicState.IN_APPROVAL else no(N_("榜题不在审定中"))


def may_approve(actor: Actor, topic: Topic) -> Verdict:
    """批准发榜: another person than the one who submitted it, under a published list."""
    same = actor.person_id is not None and actor.person_id == topic.submitted_by
    return first_refusal(
        _approver(actor),
        _in_approval(topic),
        no(N_("提交人不能审定自己提交的榜题，请由另一人审定")) if same else YES,
        YES if topic.list.state == ListState.PUBLISHED else no(N_("所属榜单尚未发布，请先发布榜单")),
    )


def may_return(actor: Actor, topic: Topic) -> Verdict:
    """退回修改."""
    state = YES if TOPIC.allows(topic.state, "return") else no(N_("榜题不在审定中"))
    return first_refusal(_approver(actor), state)


def may_amend(actor: Actor, topic: Topic, now: datetime) -> Verdict:
    """公布修改: while bureaus can still answer to it."""
    return first_refusal(
        _approver(actor),
        YES if topic.state == TopicState.OPEN else no(N_("只有揭榜中的榜题可以公布修改")),
        YES if topic.deadline is not None and before_deadline(now, topic.deadline) else no(N_("揭榜已截止")),
    )


def may_withdraw(actor: Actor, topic: Topic, now: datetime) -> Verdict:
    """撤榜: before the deadline; afterwards the topic ends with a decision."""
    over = topic.state == TopicState.OPEN and not (topic.deadline and before_deadline(now, topic.deadline))
    return first_refusal(
        _approver(actor),
        YES if TOPIC.allows(topic.state, "withdraw") else no(N_("只有待发榜或揭榜中的榜题可以撤榜")),
        no(N_("揭榜已截止")) if over else YES,
    )
