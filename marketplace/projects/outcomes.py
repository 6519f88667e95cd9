"""The verbs of outcomes (成果办理): drafted, delivered, returned, put before an acceptance panel."""

from collections.abc import Iterable, Sequence
from dataclasses import field

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.files.operations import Upload, change_files
from marketplace.files.queries import count_of
from marketplace.projects import policy
from marketplace.projects.events import OutcomeDelivered, OutcomeReturned
from marketplace.projects.models import OUTCOME_FILES, Outcome
from marketplace.projects.subjects import subjects
from marketplace.projects.workflow import PROJECT
from marketplace.reviews.models import Panel
from marketplace.reviews.operations import convene_panel
from marketplace.reviews.workflow import SubjectKind

LONGEST = 4000
LONGEST_CELL = 500
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Achievement:
    """一项指标的完成情况: what was reached, and where the proof is."""

    achieved: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeDraft:
    """成果内容: one achievement for each promised indicator, in their order."""

    summary: str
    replication: str
    achievements: Sequence[Achievement] = ()
    uploads: Sequence[Upload] = field(default_factory=tuple)
    drop: Iterable[int] = field(default_factory=tuple)


def save_outcome(uow: UnitOfWork, outcome: Outcome, draft: OutcomeDraft, version: int | None = None) -> None:
    """暂存成果: the promises cannot be changed, only answered."""
    require(policy.may_edit_outcome(uow.actor, outcome.project))
    theirs = {N_("成果概述"): outcome.summary, N_("可复制推广条件"): outcome.replication}
    yours = {N_("成果概述"): draft.summary, N_("可复制推广条件"): draft.replication}
    require_version(outcome, version, theirs=theirs, yours=yours)
    _refuse(_too_long(draft))
    outcome.summary, outcome.replication = draft.summary, draft.replication
    outcome.delivered = _answered(outcome, draft.achievements)
    outcome.saved_at = uow.now
    change_files(uow, owner_kind=OUTCOME_FILES, owner_id=outcome.id, uploads=draft.uploads, drop=draft.drop)


def outcome_problems(outcome: Outcome, files: int) -> dict[str, Problem]:
    """提交前检查: what the outcome still lacks."""
    problems: dict[str, Problem] = {}
    if not outcome.summary:
        problems["summary"] = N_("请填写成果概述")
    if not outcome.replication:
        problems["replication"] = N_("请填写可复制推广条件")
    for number, row in enumerate(outcome.delivered):
        if not row["achieved"]:
            problems[f"achievements.{number}.achieved"] = (
                N_("第%(row)s项指标没有填写完成情况"), {"row": number + 1},
            )  # fmt: skip
        elif not row["proof"]:
            problems[f"achievements.{number}.proof"] = (
                N_("第%(row)s项指标没有填写佐证"), {"row": number + 1},
            )  # fmt: skip
    if not files:
        problems["files"] = N_("请上传至少一份成果材料")
    return problems


def deliver_outcome(uow: UnitOfWork, outcome: Outcome, version: int | None = None) -> None:
    """提交成果: by the head, complete; from then on it stands as it is."""
    project = outcome.project
    require(policy.may_deliver(uow.actor, project))
    require_version(outcome, version)
    _refuse(outcome_problems(outcome, count_of(uow.session, OUTCOME_FILES, outcome.id)))
    PROJECT.advance(project, "deliver")
    outcome.delivered_at, outcome.delivered_by = uow.now, uow.actor.person_id
    outcome.returned_reason = None
    uow.emit(OutcomeDelivered(project_id=project.id, outcome_id=outcome.id))


def return_outcome(uow: UnitOfWork, outcome: Outcome, reason: str) -> None:
    """退回成果补充, with the reason."""
    project = outcome.project
    require(policy.may_return_outcome(uow.actor, project))
    if not reason:
        raise Invalid({"opinion": N_("请填写退回理由")})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"opinion": (N_("不能超过%(most)s字"), {"most": LONGEST_REASON})})
    PROJECT.advance(project, "return")
    outcome.delivered_at, outcome.delivered_by, outcome.returned_reason = None, None, reason
    uow.emit(OutcomeReturned(project_id=project.id, outcome_id=outcome.id, opinion=reason))


def convene_acceptance(uow: UnitOfWork, outcome: Outcome) -> Panel:
    """组织验收: the outcome goes before an acceptance panel with the list's rubric; the choice of experts follows."""
    project = outcome.project
    require(policy.may_convene(uow.actor, project))
    PROJECT.advance(project, "convene")
    return convene_panel(uow, project.topic, SubjectKind.OUTCOME, subjects(uow.session, outcome.id))


def _answered(outcome: Outcome, achievements: Sequence[Achievement]) -> list[dict[str, str]]:
    given = dict(enumerate(achievements))
    return [
        {**row, "achieved": one.achieved, "proof": one.proof}
        for number, row in enumerate(outcome.delivered)
        for one in [given.get(number, Achievement(row["achieved"], row["proof"]))]
    ]


def _too_long(draft: OutcomeDraft) -> dict[str, Problem]:
    problems: dict[str, Problem] = {
        name: (N_("不能超过%(most)s字"), {"most": LONGEST})
        for name in ("summary", "replication")
        if len(getattr(draft, name)) > LONGEST
    }
    for number, row in enumerate(draft.achievements):
        for name in ("achieved", "proof"):
            if len(getattr(row, name)) > LONGEST_CELL:
                problems[f"achievements.{number}.{name}"] = (N_("不能超过%(most)s字"), {"most": LONGEST_CELL})
    return problems


def _refuse(problems: dict[str, Problem]) -> None:
    if problems:
        raise Invalid(problems)
