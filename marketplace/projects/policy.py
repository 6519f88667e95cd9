"""Who may do what with projects, milestones and outcomes, and why not."""

from marketplace.core.actor import BUREAU_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.projects.models import Milestone, Project
from marketplace.projects.progress import all_passed
from marketplace.projects.workflow import MILESTONE, PROJECT, MilestoneState, ProjectState

READERS = (*PROVINCE_ROLES, Role.AUDITOR)
"""Who sees every project."""


def sees_all(actor: Actor) -> bool:
    """True for the province and the auditor."""
    return actor.has(*READERS)


def may_see_board(actor: Actor) -> Verdict:
    """里程碑看板."""
    return YES if sees_all(actor) else no(N_("由省局经办、审定和监督人员查看"))


def acts_for_lead(actor: Actor, project: Project) -> bool:
    """True when the actor is clerk or head of the leading unit."""
    return actor.has(*BUREAU_ROLES) and actor.organisation_id == project.lead_id


def _lead(actor: Actor, project: Project) -> Verdict:
    return YES if acts_for_lead(actor, project) else no(N_("由牵头单位填报人或负责人办理"))


def _head(actor: Actor, project: Project) -> Verdict:
    head = acts_for_lead(actor, project) and actor.has(Role.HEAD)
    return YES if head else no(N_("由牵头单位负责人（审核）办理"))


def _officer(actor: Actor) -> Verdict:
    return YES if actor.has(Role.OFFICER) else no(N_("由省局经办办理"))


def _running(project: Project) -> Verdict:
    return YES if project.state == ProjectState.RUNNING else no(N_("项目不在实施中"))


def may_report(actor: Actor, milestone: Milestone) -> Verdict:
    """提交里程碑报告: by clerk or head of the lead unit, also when it is late."""
    reasons = {
        MilestoneState.REPORTED: N_("报告已提交，正在等待省局审核"),
        MilestoneState.PASSED: N_("里程碑已经通过"),
    }
    state = (
        YES if MILESTONE.allows(milestone.state, "report") else no(reasons[MilestoneState(milestone.state)])
    )
    return first_refusal(_lead(actor, milestone.project), _running(milestone.project), state)


def may_decide(actor: Actor, milestone: Milestone) -> Verdict:
    """审核里程碑: pass or return."""
    reported = milestone.state == MilestoneState.REPORTED
    return first_refusal(_officer(actor), YES if reported else no(N_("没有等待审核的报告")))


def _outcome_open(project: Project) -> Verdict:
    if project.state != ProjectState.RUNNING:
        return no(N_("成果已经提交"))
    return YES if all_passed(project.milestones) else no(N_("还有里程碑未通过审核"))


def may_edit_outcome(actor: Actor, project: Project) -> Verdict:
    """填写成果: once every milestone has passed."""
    return first_refusal(_lead(actor, project), _outcome_open(project))


def may_deliver(actor: Actor, project: Project) -> Verdict:
    """提交成果: by the head."""
    return first_refusal(_head(actor, project), _outcome_open(project))


def _delivered(project: Project, action: str) -> Verdict:
    return YES if PROJECT.allows(project.state, action) else no(N_("没有等待验收的成果"))


def may_return_outcome(actor: Actor, project: Project) -> Verdict:
    """退回成果补充: before the panel has been convened."""
    return first_refusal(_officer(actor), _delivered(project, "return"))


def may_convene(actor: Actor, project: Project) -> Verdict:
    """组织验收."""
    return first_refusal(_officer(actor), _delivered(project, "convene"))


def may_request_recusal(actor: Actor, project: Project) -> Verdict:
    """申请专家回避: by the lead unit, from the delivery of its outcome until the result."""
    waiting = project.state in (ProjectState.DELIVERED, ProjectState.IN_ACCEPTANCE)
    return first_refusal(_lead(actor, project), YES if waiting else no(N_("没有等待验收的成果")))


def may_read_opinions(actor: Actor, project: Project) -> Verdict:
    """查看验收得分与意见: after the decision, by the lead unit, its partners, the province and the auditor."""
    decided = project.state in (ProjectState.ACCEPTED, ProjectState.FAILED)
    return YES if decided else no(N_("形成验收结果后可以查看得分和意见"))
