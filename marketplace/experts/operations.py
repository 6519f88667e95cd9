"""The expert pool (专家库): people join it with fields and a term, and leave it by the end of their term."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.experts import policy
from marketplace.experts.events import ExpertChanged, ExpertEnrolled
from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment, Person


@dataclass(frozen=True, slots=True)
class ExpertProfile:
    """专家信息: ``term_to`` is the last day of the term, empty for no end."""

    fields: Sequence[str]
    title: str
    technical: bool
    term_from: date
    term_to: date | None = None


def enrol_expert(uow: UnitOfWork, person: Person, profile: ExpertProfile) -> Expert:
    """专家入库: a person whom an administrator has given the expert's role."""
    require(policy.may_manage_experts(uow.actor))
    _check(profile)
    unit = uow.session.scalar(
        select(Appointment.organisation_id)
        .where(
            Appointment.person_id == person.id,
            Appointment.role == Role.EXPERT,
            Appointment.ended_at.is_(None),
        )
        .order_by(Appointment.id)
        .limit(1)
    )
    if unit is None:
        raise Invalid({"person_id": N_("该人员还没有专家角色，请先由系统管理员授予")})
    if uow.session.scalar(select(Expert.id).where(Expert.person_id == person.id)) is not None:
        raise Invalid({"person_id": N_("该人员已在专家库")})
    expert = Expert(person_id=person.id, organisation_id=unit, is_sample=person.is_demo)
    _fill(expert, profile)
    uow.session.add(expert)
    uow.session.flush()
    uow.emit(ExpertEnrolled(expert_id=expert.id))
    return expert


def change_expert(
    uow: UnitOfWork, expert: Expert, profile: ExpertProfile, version: int | None = None
) -> None:
    """修改专家信息: an ended term takes her out of every later choice; panels she sits on stay as they are."""
    require(policy.may_manage_experts(uow.actor))
    require_version(expert, version)
    _check(profile)
    _fill(expert, profile)
    term_to = "" if profile.term_to is None else profile.term_to.isoformat()
    uow.emit(ExpertChanged(expert_id=expert.id, term_to=term_to))


def _fill(expert: Expert, profile: ExpertProfile) -> None:
    expert.fields = list(dict.fromkeys(profile.fields))
    expert.title = profile.title
    expert.technical = profile.technical
    expert.term_from, expert.term_to = profile.term_from, profile.term_to


def _check(profile: ExpertProfile) -> None:
    problems: dict[str, Problem] = {}
    if not profile.fields:
        problems["fields"] = N_("请填写至少一个专业领域")
    elif any(len(one) > 40 for one in profile.fields) or len(profile.fields) > 12:
        problems["fields"] = N_("最多12个领域，每个不超过40字")
    if profile.term_to is not None and profile.term_to < profile.term_from:
        problems["term_to"] = N_("聘期结束日期不能早于开始日期")
    if problems:
        raise Invalid(problems)
