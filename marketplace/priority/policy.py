"""Who may read the ledger and the rounds, and who may draft, announce, publish and correct them."""

from datetime import datetime

from marketplace.core.actor import BUREAU_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.priority.models import Declaration, MeetingOpinion, PriorityList
from marketplace.priority.workflow import (
    DECLARATION,
    MEETING_OPINION,
    PRIORITY_LIST,
    DeclarationState,
    PriorityState,
)

READERS = (*PROVINCE_ROLES, Role.AUDITOR)
"""Who reads every unit's points and every draft."""
VIEWERS = frozenset({*READERS, *BUREAU_ROLES})
WITH_RESULT = (PriorityState.PUBLISHED, PriorityState.CORRECTING)
"""States in which a snapshot is in force."""
SETTLING = (PriorityState.ANNOUNCED, PriorityState.CORRECTING)
"""States in which the next snapshot is made, and the meeting decides."""


def reads_all(actor: Actor) -> bool:
    """True for the province and the auditor."""
    return actor.has(*READERS)


def may_read_ledger(actor: Actor, organisation_id: int) -> Verdict:
    """查看成效积分: a unit its own, the province and the auditor all."""
    own = actor.has(*BUREAU_ROLES) and actor.organisation_id == organisation_id
    return YES if own or reads_all(actor) else no(N_("只能查看本单位的成效积分"))


def may_read_list(actor: Actor, plist: PriorityList) -> Verdict:
    """查看轮次: once announced everybody who has to do with projects, before that the province and the auditor."""
    announced = plist.state != PriorityState.DRAFT and actor.has(*BUREAU_ROLES)
    return YES if announced or reads_all(actor) else no(N_("规则公布后可以查看"))


def may_read_rows(actor: Actor, plist: PriorityList) -> Verdict:
    """查看排序: once published; the province and the auditor see the preview too."""
    published = plist.state in WITH_RESULT and actor.has(*BUREAU_ROLES)
    return YES if published or reads_all(actor) else no(N_("名单发布后可以查看"))


def may_draft(actor: Actor) -> Verdict:
    """拟定轮次."""
    return YES if actor.has(Role.OFFICER) else no(N_("由省局经办办理"))


def may_revise(actor: Actor, plist: PriorityList) -> Verdict:
    """修改草稿: rules are frozen once announced."""
    draft = plist.state == PriorityState.DRAFT
    return first_refusal(may_draft(actor), YES if draft else no(N_("规则已公布，不能再修改")))


def may_announce(actor: Actor, plist: PriorityList) -> Verdict:
    """公布规则: by an approver who has not drafted them."""
    return first_refusal(
        _approver(actor),
        YES if PRIORITY_LIST.allows(plist.state, "announce") else no(N_("规则已经公布")),
        _another(actor, plist.created_by, N_("拟定人不能公布自己拟定的规则，请由另一人办理")),
    )


def may_compute(actor: Actor, plist: PriorityList) -> Verdict:
    """测算排序: between the announcement of the rules and the publication, and for a correction."""
    ready = plist.state in SETTLING
    return first_refusal(
        YES if actor.has(*PROVINCE_ROLES) else no(N_("由省局经办或审定办理")),
        YES if ready else no(N_("规则公布后、名单发布前可以测算")),
    )


def may_record(actor: Actor, plist: PriorityList) -> Verdict:
    """提出会议意见: what the meeting decided, typed by one person of the province."""
    return first_refusal(
        YES if actor.has(*PROVINCE_ROLES) else no(N_("由省局经办或审定办理")), settling(plist)
    )


def may_second(actor: Actor, plist: PriorityList, one: MeetingOpinion) -> Verdict:
    """确认会议意见: by an approver other than whoever typed it."""
    open_ = MEETING_OPINION.allows(one.state, "confirm")
    return first_refusal(
        _approver(actor),
        settling(plist),
        YES if open_ else no(N_("这条会议意见已经办理")),
        _another(actor, one.proposed_by, N_("提出人不能确认自己提出的会议意见，请由另一人办理")),
    )


def settling(plist: PriorityList) -> Verdict:
    """Between the announcement of the rules and the publication, and during a correction."""
    return YES if plist.state in SETTLING else no(N_("轮次规则公布后、名单发布前可以办理"))


def may_publish(actor: Actor, plist: PriorityList) -> Verdict:
    """冻结并发布: by an approver who has not drafted it."""
    return first_refusal(
        _approver(actor),
        YES if plist.state != PriorityState.DRAFT else no(N_("请先公布规则，再发布名单")),
        YES if PRIORITY_LIST.allows(plist.state, "publish") else no(N_("名单已经发布")),
        _another(actor, plist.created_by, N_("拟定人不能发布自己拟定的名单，请由另一人办理")),
    )


def may_propose(actor: Actor, plist: PriorityList) -> Verdict:
    """提出更正."""
    if plist.state == PriorityState.CORRECTING:
        return first_refusal(may_draft(actor), no(N_("已有更正待确认")))
    published = PRIORITY_LIST.allows(plist.state, "propose")
    return first_refusal(may_draft(actor), YES if published else no(N_("名单尚未发布，不需要更正")))


def may_correct(actor: Actor, plist: PriorityList) -> Verdict:
    """确认更正或不予更正: by an approver other than whoever proposed it; only as a new snapshot."""
    proposed = PRIORITY_LIST.allows(plist.state, "correct")
    return first_refusal(
        _approver(actor),
        YES if proposed else no(N_("没有待确认的更正")),
        _another(actor, plist.correction_by, N_("提出人不能确认自己提出的更正，请由另一人办理")),
    )


def may_declare(actor: Actor, plist: PriorityList, organisation_id: int, now: datetime) -> Verdict:
    """填报指标: the unit itself, after the announcement and before the last day has passed."""
    own = actor.has(*BUREAU_ROLES) and actor.organisation_id == organisation_id
    until = plist.declare_until
    return first_refusal(
        YES if own else no(N_("由候选单位的填报人办理")),
        YES if plist.state == PriorityState.ANNOUNCED else no(N_("不在申报阶段")),
        YES if until is not None and now < until else no(N_("申报已经截止")),
    )


def may_save(actor: Actor, one: Declaration, plist: PriorityList, now: datetime) -> Verdict:
    """修改申报: not while it is being decided or has been accepted."""
    changeable = one.state in (DeclarationState.DRAFT, DeclarationState.REFUSED)
    return first_refusal(
        may_declare(actor, plist, one.organisation_id, now),
        YES if changeable else no(N_("已提交的申报不能修改")),
    )


def may_submit(actor: Actor, one: Declaration, plist: PriorityList, now: datetime) -> Verdict:
    """提交申报: by the head of the unit."""
    return first_refusal(
        may_declare(actor, plist, one.organisation_id, now),
        YES if actor.has(Role.HEAD) else no(N_("由单位负责人提交")),
        YES if DECLARATION.allows(one.state, "submit") else no(N_("已经提交")),
    )


def may_decide(actor: Actor, one: Declaration, plist: PriorityList) -> Verdict:
    """核定申报: by an officer, until the list is published."""
    return first_refusal(
        may_draft(actor),
        YES if plist.state == PriorityState.ANNOUNCED else no(N_("名单已发布，不能再核定")),
        YES if DECLARATION.allows(one.state, "accept") else no(N_("申报已经核定或尚未提交")),
    )


def may_read_declaration(actor: Actor, one: Declaration) -> Verdict:
    """查看申报: the unit its own; the province and the auditor once it has been submitted."""
    own = actor.has(*BUREAU_ROLES) and actor.organisation_id == one.organisation_id
    shown = reads_all(actor) and one.state != DeclarationState.DRAFT
    return YES if own or shown else no(N_("只能查看本单位的申报"))


def _approver(actor: Actor) -> Verdict:
    return YES if actor.has(Role.APPROVER) else no(N_("由省局审定办理"))


def _another(actor: Actor, first: int | None, reason: str) -> Verdict:
    return no(reason) if actor.person_id is not None and actor.person_id == first else YES
