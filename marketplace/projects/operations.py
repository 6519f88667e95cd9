"""The verbs of milestones (里程碑办理). Outcomes have theirs in ``outcomes``."""

from collections.abc import Iterable, Sequence
from dataclasses import field

from sqlalchemy import func, select

from marketplace.core.clock import before_deadline
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.files.models import Attachment
from marketplace.files.operations import Upload, change_files
from marketplace.files.queries import attachments_of
from marketplace.projects import policy
from marketplace.projects.events import (
    MilestonePassed,
    MilestoneReported,
    MilestoneReturned,
)
from marketplace.projects.models import (
    MILESTONE_FILES,
    Milestone,
    MilestoneReport,
    Outcome,
    Project,
    ReminderSent,
)
from marketplace.projects.progress import all_passed, progress_of
from marketplace.projects.reminders import next_reminder
from marketplace.projects.workflow import MILESTONE, ReportState

LONGEST = 4000
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """里程碑报告内容: what was done, and why there is no evidence where none is attached. ``uploads`` come, ``drop``
    (file ids) go."""

    summary: str
    no_evidence_reason: str = ""
    uploads: Sequence[Upload] = field(default_factory=tuple)
    drop: Iterable[int] = field(default_factory=tuple)


def save_report_draft(
    uow: UnitOfWork, milestone: Milestone, draft: ReportDraft, version: int | None = None
) -> None:
    """暂存里程碑报告: no rule but the bounds; nobody else is told."""
    require(policy.may_report(uow.actor, milestone))
    _require_same(milestone, draft, version)
    _refuse(_too_long(draft))
    _keep(uow, milestone, draft)


def report_milestone(
    uow: UnitOfWork, milestone: Milestone, draft: ReportDraft, version: int | None = None
) -> MilestoneReport:
    """提交里程碑报告: with evidence, or with the reason why there is none. On time iff before the due moment."""
    require(policy.may_report(uow.actor, milestone))
    _require_same(milestone, draft, version)
    _refuse(_too_long(draft))
    change_files(
        uow, owner_kind=MILESTONE_FILES, owner_id=milestone.id, uploads=draft.uploads, drop=draft.drop
    )
    files = attachments_of(uow.session, MILESTONE_FILES, [milestone.id])[milestone.id]
    _refuse(_missing(draft, files))
    MILESTONE.advance(milestone, "report")
    milestone.reported_at, milestone.next_reminder_at, milestone.draft = uow.now, None, {}
    report = _report(uow, milestone, draft, files)
    uow.emit(
        MilestoneReported(
            project_id=milestone.project_id,
            milestone_id=milestone.id,
            report_id=report.id,
            on_time=report.on_time,
        )
    )
    return report


def pass_milestone(
    uow: UnitOfWork, milestone: Milestone, opinion: str = "", version: int | None = None
) -> None:
    """里程碑通过: its weight joins the project's progress in the same transaction."""
    project = _decide(uow, milestone, opinion, version, "pass", ReportState.PASSED)
    milestone.passed_at = uow.now
    uow.session.flush()
    uow.session.refresh(project, ["milestones"])
    project.progress = progress_of(project.milestones)
    if all_passed(project.milestones):
        _begin_outcome(uow, project)
    uow.emit(MilestonePassed(project_id=project.id, milestone_id=milestone.id, opinion=opinion))


def return_milestone(uow: UnitOfWork, milestone: Milestone, reason: str, version: int | None = None) -> None:
    """里程碑退回: with the reason; the ladder of reminders goes on from here."""
    require(policy.may_decide(uow.actor, milestone))
    if not reason:
        raise Invalid({"opinion": N_("请填写退回理由")})
    project = _decide(uow, milestone, reason, version, "return", ReportState.RETURNED)
    climbed = uow.session.scalars(select(ReminderSent.rung).where(ReminderSent.milestone_id == milestone.id))
    milestone.next_reminder_at = next_reminder(milestone.due_at, uow.now, climbed.all())
    report = _latest(milestone)
    milestone.draft = {"summary": report.summary, "no_evidence_reason": report.no_evidence_reason}
    uow.emit(MilestoneReturned(project_id=project.id, milestone_id=milestone.id, opinion=reason))


def _decide(
    uow: UnitOfWork, milestone: Milestone, opinion: str, version: int | None, action: str, state: ReportState
) -> Project:
    require(policy.may_decide(uow.actor, milestone))
    require_version(milestone, version)
    if len(opinion) > LONGEST_REASON:
        raise Invalid({"opinion": (N_("不能超过%(most)s字"), {"most": LONGEST_REASON})})
    project = milestone.project
    uow.session.refresh(project, with_for_update={"of": Project})
    MILESTONE.advance(milestone, action)
    report = _latest(milestone)
    report.state, report.decision_reason = state, opinion
    report.decided_by, report.decided_at = uow.actor.person_id, uow.now
    return project


def _latest(milestone: Milestone) -> MilestoneReport:
    return milestone.reports[-1]


def _require_same(milestone: Milestone, draft: ReportDraft, version: int | None) -> None:
    label = N_("工作完成情况")
    theirs = {label: milestone.draft.get("summary", "")}
    require_version(milestone, version, theirs=theirs, yours={label: draft.summary})


def _too_long(draft: ReportDraft) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    if len(draft.summary) > LONGEST:
        problems["summary"] = (N_("不能超过%(most)s字"), {"most": LONGEST})
    if len(draft.no_evidence_reason) > LONGEST_REASON:
        problems["no_evidence_reason"] = (N_("不能超过%(most)s字"), {"most": LONGEST_REASON})
    return problems


def _missing(draft: ReportDraft, files: Sequence[Attachment]) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    if not draft.summary:
        problems["summary"] = N_("请填写工作完成情况")
    if not files and not draft.no_evidence_reason:
        problems["files"] = N_("请上传至少一份佐证材料，或者填写没有佐证材料的理由")
    return problems


def _refuse(problems: dict[str, Problem]) -> None:
    if problems:
        raise Invalid(problems)


def _keep(uow: UnitOfWork, milestone: Milestone, draft: ReportDraft) -> None:
    milestone.draft = {
        "summary": draft.summary,
        "no_evidence_reason": draft.no_evidence_reason,
        "saved_at": uow.now.isoformat(),
    }
    change_files(
        uow, owner_kind=MILESTONE_FILES, owner_id=milestone.id, uploads=draft.uploads, drop=draft.drop
    )


def _report(
    uow: UnitOfWork, milestone: Milestone, draft: ReportDraft, files: Sequence[Attachment]
) -> MilestoneReport:
    earlier = select(func.count()).where(MilestoneReport.milestone_id == milestone.id)
    report = MilestoneReport(
        milestone_id=milestone.id, number=earlier.scalar_subquery() + 1, summary=draft.summary,
        no_evidence_reason="" if files else draft.no_evidence_reason,
        files=[{"id": f.id, "name": f.name, "size": f.size, "sha256": f.sha256} for f in files],
        on_time=before_deadline(uow.now, milestone.due_at), submitted_by=uow.actor.person_id, submitted_at=uow.now,
    )  # fmt: skip
    uow.session.add(report)
    uow.session.flush()
    uow.session.expire(milestone, ["reports"])
    return report


def _begin_outcome(uow: UnitOfWork, project: Project) -> None:
    """The last milestone has passed: the outcome's form stands ready with the promises filled in."""
    rows = [
        {"indicator": row["name"], "promised": row["target"], "achieved": "", "proof": ""}
        for row in project.indicators
    ]
    uow.session.add(Outcome(project_id=project.id, delivered=rows, saved_at=uow.now))
