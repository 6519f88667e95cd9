"""The verbs of declarations (指标申报): begun and filled in by a unit, submitted by its head, decided by the office."""

from collections.abc import Iterable, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, NotFound, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.files.operations import Upload, change_files
from marketplace.files.queries import count_of
from marketplace.organisations.models import Organisation
from marketplace.priority import policy
from marketplace.priority.events import DeclarationDecided, DeclarationSaved, DeclarationSubmitted
from marketplace.priority.models import DECLARATION_FILES, Declaration, PriorityKind, PriorityList
from marketplace.priority.rules import Criterion, rules_from_dict
from marketplace.priority.workflow import DECLARATION, DeclarationState
from marketplace.projects.models import Project
from marketplace.projects.workflow import ProjectState

MOST_VALUE = Decimal(10_000_000)
LONGEST_NOTE = 2000
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Declared:
    """申报内容: the figure, how it comes about, and its evidence."""

    value: Decimal | None
    note: str
    uploads: Sequence[Upload] = field(default_factory=tuple)
    drop: Iterable[int] = field(default_factory=tuple)


def candidates_of(session: Session, plist: PriorityList, organisation_id: int) -> dict[str, str]:
    """A unit's candidates in a round: key → name. The unit itself for pilots, its accepted projects otherwise."""
    query = (
        select(Project.id, Project.title)
        .where(Project.lead_id == organisation_id, Project.state == ProjectState.ACCEPTED)
        .order_by(Project.number)
    )
    projects = {f"project:{project}": title for project, title in session.execute(query)}
    if plist.kind != PriorityKind.PILOT or not projects:
        return projects
    unit = session.get_one(Organisation, organisation_id)
    return {f"unit:{unit.id}": unit.name}


def criterion_of(plist: PriorityList, code: str) -> Criterion:
    """The declared criterion of this code. Raises NotFound."""
    found = next((one for one in rules_from_dict(plist.rules).declared if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def begin_declaration(uow: UnitOfWork, plist: PriorityList, candidate: str, code: str) -> Declaration:
    """开始填报: one for each candidate and criterion; what has been begun is the answer."""
    unit = uow.actor.organisation_id or 0
    require(policy.may_declare(uow.actor, plist, unit, uow.now))
    criterion = criterion_of(plist, code)
    if candidate not in candidates_of(uow.session, plist, unit):
        raise NotFound
    known = select(Declaration).where(
        Declaration.list_id == plist.id, Declaration.candidate == candidate, Declaration.criterion == code
    )
    if (found := uow.session.scalar(known)) is not None:
        return found
    made = Declaration(
        list_id=plist.id, candidate=candidate, criterion=criterion.code, organisation_id=unit, value=Decimal(0),
        saved_at=uow.now,
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    return made


def save_declaration(
    uow: UnitOfWork, one: Declaration, declared: Declared, version: int | None = None
) -> None:
    """填报: figure, explanation and evidence; one that was refused becomes a draft again."""
    require(policy.may_save(uow.actor, one, one.plist, uow.now))
    require_version(one, version)
    _refuse(_problems(declared))
    if one.state == DeclarationState.REFUSED:
        DECLARATION.advance(one, "revise")
        one.reason = ""
    one.value, one.note, one.saved_at = declared.value or Decimal(0), declared.note, uow.now
    change_files(
        uow, owner_kind=DECLARATION_FILES, owner_id=one.id, uploads=declared.uploads, drop=declared.drop
    )
    uow.emit(DeclarationSaved(**_about(one)))


def submit_declaration(uow: UnitOfWork, one: Declaration, version: int | None = None) -> None:
    """提交申报: by the head of the unit, with evidence, before the deadline."""
    require(policy.may_submit(uow.actor, one, one.plist, uow.now))
    require_version(one, version)
    problems: dict[str, Problem] = {}
    if one.value <= 0:
        problems["value"] = N_("请先填写申报数值")
    if not count_of(uow.session, DECLARATION_FILES, one.id):
        problems["files"] = N_("请上传至少一份佐证材料")
    _refuse(problems)
    DECLARATION.advance(one, "submit")
    one.submitted_by, one.submitted_at = uow.actor.person_id, uow.now
    uow.emit(DeclarationSubmitted(**_about(one)))


def decide_declaration(
    uow: UnitOfWork, one: Declaration, accepted: bool, reason: str, version: int | None = None
) -> None:
    """核定: accepted as declared, or refused with the reason."""
    require(policy.may_decide(uow.actor, one, one.plist))
    require_version(one, version)
    if not accepted and not reason:
        _refuse({"reason": N_("不予采信须说明理由")})
    if len(reason) > LONGEST_REASON:
        _refuse({"reason": (N_("不能超过%(most)s字"), {"most": LONGEST_REASON})})
    DECLARATION.advance(one, "accept" if accepted else "refuse")
    one.decided_by, one.decided_at, one.reason = uow.actor.person_id, uow.now, reason
    uow.emit(DeclarationDecided(accepted=accepted, opinion=reason, **_about(one)))


def _problems(declared: Declared) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    value = declared.value
    if (
        value is None
        or not value.is_finite()
        or not 0 <= value <= MOST_VALUE
        or value != value.quantize(Decimal("0.01"))
    ):
        problems["value"] = N_("请填写0以上的数值，最多两位小数")
    if len(declared.note) > LONGEST_NOTE:
        problems["note"] = (N_("不能超过%(most)s字"), {"most": LONGEST_NOTE})
    return problems


def _fits(value: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= MOST_VALUE and not (value * 100) % 1


def _refuse(problems: dict[str, Problem]) -> None:
    if problems:
        raise Invalid(problems)


def _about(one: Declaration) -> dict[str, Any]:
    return {
        "list_id": one.list_id, "declaration_id": one.id, "organisation_id": one.organisation_id,
        "criterion": one.criterion, "value": f"{one.value:.2f}",
    }  # fmt: skip
