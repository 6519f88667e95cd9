"""What may become of a project, a milestone and an outcome."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow


class ProjectState(StrEnum):
    """项目状态."""

    RUNNING = "running"
    DELIVERED = "delivered"
    IN_ACCEPTANCE = "in_acceptance"
    ACCEPTED = "accepted"
    FAILED = "failed"


FINISHED = (ProjectState.ACCEPTED, ProjectState.FAILED)
"""Nothing more can happen to it."""


class MilestoneState(StrEnum):
    """里程碑状态."""

    PENDING = "pending"
    REPORTED = "reported"
    PASSED = "passed"
    RETURNED = "returned"


class ReportState(StrEnum):
    """里程碑报告状态."""

    SUBMITTED = "submitted"
    PASSED = "passed"
    RETURNED = "returned"


PROJECT = Workflow(
    N_("项目"),
    ProjectState,
    {
        ProjectState.RUNNING: N_("实施中"),
        ProjectState.DELIVERED: N_("待验收"),
        ProjectState.IN_ACCEPTANCE: N_("验收中"),
        ProjectState.ACCEPTED: N_("已验收"),
        ProjectState.FAILED: N_("验收不合格"),
    },
    (
        Move(ProjectState.RUNNING, "deliver", ProjectState.DELIVERED, N_("提交成果"), N_("牵头单位")),
        Move(ProjectState.DELIVERED, "return", ProjectState.RUNNING, N_("退回补充"), N_("省局经办")),
        Move(ProjectState.DELIVERED, "convene", ProjectState.IN_ACCEPTANCE, N_("组织验收"), N_("省局经办")),
        Move(ProjectState.IN_ACCEPTANCE, "accept", ProjectState.ACCEPTED, N_("通过验收"), N_("评审组")),
        Move(ProjectState.IN_ACCEPTANCE, "fail", ProjectState.FAILED, N_("验收不合格"), N_("评审组")),
    ),
)

MILESTONE = Workflow(
    N_("里程碑"),
    MilestoneState,
    {
        MilestoneState.PENDING: N_("待提交"),
        MilestoneState.REPORTED: N_("已提交"),
        MilestoneState.PASSED: N_("通过"),
        MilestoneState.RETURNED: N_("退回"),
    },
    (
        Move(MilestoneState.PENDING, "report", MilestoneState.REPORTED, N_("提交里程碑报告"), N_("牵头单位")),
        Move(
            MilestoneState.RETURNED,
            "report",
            MilestoneState.REPORTED,
            N_("重新提交里程碑报告"),
            N_("牵头单位"),
        ),
        Move(MilestoneState.REPORTED, "pass", MilestoneState.PASSED, N_("审核通过"), N_("省局经办")),
        Move(MilestoneState.REPORTED, "return", MilestoneState.RETURNED, N_("退回整改"), N_("省局经办")),
    ),
)
