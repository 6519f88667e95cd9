"""What happens to projects, milestones and outcomes."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEvent(Event):
    """Something about a project."""

    project_id: int
    subject_kind: ClassVar[str] = "project"

    @property
    def subject_id(self) -> int:
        return self.project_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOpened(ProjectEvent):
    topic_id: int
    organisation_id: int
    audit_label: ClassVar[str] = N_("项目立项")


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneReported(ProjectEvent):
    milestone_id: int
    report_id: int
    on_time: bool
    audit_label: ClassVar[str] = N_("提交里程碑报告")


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestonePassed(ProjectEvent):
    milestone_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("里程碑通过")


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneReturned(ProjectEvent):
    milestone_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("里程碑退回")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRaised(ProjectEvent):
    milestone_id: int
    rung: str
    audit_label: ClassVar[str] = N_("里程碑提醒")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDelivered(ProjectEvent):
    outcome_id: int
    audit_label: ClassVar[str] = N_("提交成果")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReturned(ProjectEvent):
    outcome_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("成果退回补充")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAccepted(ProjectEvent):
    """The panel's result makes the outcome accepted (优秀、良好、合格)."""

    outcome_id: int
    score: str
    grade: str
    audit_label: ClassVar[str] = N_("成果通过验收")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeFailed(ProjectEvent):
    outcome_id: int
    score: str
    grade: str
    audit_label: ClassVar[str] = N_("成果验收不合格")
