"""The verbs of the expert pool (专家库): people join it, keep their profile, and leave it by the end of their term."""

from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.experts import policy
from marketplace.experts.events import ExpertChanged, ExpertEnrolled
from marketplace.experts.models import Expert, ExpertKind
from marketplace.experts.profiles import (
    ExpertProfile,
    OwnProfile,
    fill,
    fill_own,
    own_problems,
    profile_problems,
    snapshot,
    told_changes,
)
from marketplace.organisations.models import Appointment, Person


def enrol_expert(uow: UnitOfWork, person: Person, profile: ExpertProfile) -> Expert:
    """专家入库: a person whom an administrator has given the expert's role. 人才入库: anybody with a post."""
    require(policy.may_manage_experts(uow.actor))
    problems = profile_problems(profile)
    if problems:
        raise Invalid(problems)
    unit = _unit_of(uow, person, profile.kind)
    if uow.session.scalar(select(Expert.id).where(Expert.person_id == person.id)) is not None:
        raise Invalid({"person_id": N_("该人员已在专家库")})
    expert = Expert(person_id=person.id, organisation_id=unit, is_sample=person.is_demo)
    fill(expert, profile)
    uow.session.add(expert)
    uow.session.flush()
    uow.emit(ExpertEnrolled(expert_id=expert.id))
    return expert


def _unit_of(uow: UnitOfWork, person: Person, kind: str) -> int:
    query = select(Appointment.organisation_id).where(
        Appointment.person_id == person.id, Appointment.ended_at.is_(None)
    )
    if kind == ExpertKind.EXPERT:
        query = query.where(Appointment.role == Role.EXPERT)
    unit = uow.session.scalar(query.order_by(Appointment.id).limit(1))
    if unit is None:
        missing = N_("该人员还没有专家角色，请先由系统管理员授予")
        raise Invalid({"person_id": missing if kind == ExpertKind.EXPERT else N_("该人员没有任职单位")})
    return unit


def change_expert(
    uow: UnitOfWork, expert: Expert, profile: ExpertProfile, version: int | None = None
) -> None:
    """修改专家信息: an ended term takes her out of every later choice; panels she sits on stay as they are."""
    require(policy.may_manage_experts(uow.actor))
    require_version(expert, version)
    problems = profile_problems(profile)
    if problems:
        raise Invalid(problems)
    if profile.kind == ExpertKind.EXPERT and expert.kind != ExpertKind.EXPERT:
        expert.organisation_id = _unit_of(uow, expert.person, profile.kind)
    before = snapshot(expert)
    fill(expert, profile)
    _tell(uow, expert, before)


def change_own_profile(
    uow: UnitOfWork, expert: Expert, profile: OwnProfile, version: int | None = None
) -> None:
    """维护本人信息: fields, title, languages and how much at a time; the office sees the change in the history."""
    require(policy.may_change_own(uow.actor, expert))
    require_version(expert, version)
    problems = own_problems(profile)
    if problems:
        raise Invalid(problems)
    before = snapshot(expert)
    fill_own(expert, profile)
    _tell(uow, expert, before)


def _tell(uow: UnitOfWork, expert: Expert, before: dict[str, str]) -> None:
    after = snapshot(expert)
    if after != before:
        uow.emit(
            ExpertChanged(expert_id=expert.id, term_to=after["term_to"], opinion=told_changes(before, after))
        )
