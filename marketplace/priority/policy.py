"""Who may read the ledger and the lists, and who may draft, publish and correct them."""

from marketplace.core.actor import BUREAU_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.priority.models import PriorityList
from marketplace.priority.workflow import PRIORITY_LIST, PriorityState

READERS = (*PROVINCE_ROLES, Role.AUDITOR)
"""Who reads every unit's points and every draft."""
VIEWERS = frozenset({*READERS, *BUREAU_ROLES})


def reads_all(actor: Actor) -> bool:
    """True for the province and the auditor."""
    return actor.has(*READERS)


def may_read_ledger(actor: Actor, organisation_id: int) -> Verdict:
    """查看成效积分: a unit its own, the province and the auditor all."""
    own = actor.has(*BUREAU_ROLES) and actor.organisation_id == organisation_id
    return YES if own or reads_all(actor) else no(N_("只能查看本单位的成效积分"))


def may_read_list(actor: Actor, plist: PriorityList) -> Verdict:
    """查看名单: once published everybody who has to do with projects, before that the province and the auditor."""
    published = plist.state == PriorityState.PUBLISHED and actor.has(*BUREAU_ROLES)
    return YES if published or reads_all(actor) else no(N_("名单发布后可以查看"))


def may_draft(actor: Actor) -> Verdict:
    """拟定名单."""
    return YES if actor.has(Role.OFFICER) else no(N_("由省局经办办理"))


def may_revise(actor: Actor, plist: PriorityList) -> Verdict:
    """修改名单草稿."""
    draft = plist.state == PriorityState.DRAFT
    return first_refusal(may_draft(actor), YES if draft else no(N_("名单已发布，不能再修改")))


def may_publish(actor: Actor, plist: PriorityList) -> Verdict:
    """冻结并发布: by an approver who has not drafted it."""
    same = actor.person_id is not None and actor.person_id == plist.created_by
    return first_refusal(
        _approver(actor),
        YES if PRIORITY_LIST.allows(plist.state, "publish") else no(N_("名单已经发布")),
        no(N_("拟定人不能发布自己拟定的名单，请由另一人办理")) if same else YES,
    )


def may_correct(actor: Actor, plist: PriorityList) -> Verdict:
    """更正: only as a new snapshot."""
    published = PRIORITY_LIST.allows(plist.state, "correct")
    return first_refusal(_approver(actor), YES if published else no(N_("名单尚未发布，请直接修改草稿")))


def _approver(actor: Actor) -> Verdict:
    return YES if actor.has(Role.APPROVER) else no(N_("由省局审定办理"))
