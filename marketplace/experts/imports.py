"""Importing experts (批量导入专家): every row is checked, then all join the pool or none."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import TypeVar

from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.experts import policy
from marketplace.experts.labels import KIND_LABELS, LANGUAGE_LABELS
from marketplace.experts.models import Expert, ExpertKind
from marketplace.experts.operations import enrol_expert
from marketplace.experts.profiles import ExpertProfile, profile_problems, split_fields
from marketplace.experts.spreadsheet import COLUMNS
from marketplace.files.tables import Fault, Line
from marketplace.organisations.models import Appointment, Person, PersonState
from marketplace.organisations.newcomers import clean_email

Chosen = TypeVar("Chosen")
NAME, EMAIL, KIND, FIELDS, TITLE, LANGUAGES, TECHNICAL, LIMIT, TERM_FROM, TERM_TO = range(10)
REQUIRED = (NAME, EMAIL, KIND, FIELDS, TERM_FROM)
KINDS = {label: kind for kind, label in KIND_LABELS.items()}
LANGUAGES_BY_LABEL = {label: code for code, label in LANGUAGE_LABELS.items()}
YES_NO = {"": True, "是": True, "否": False}
COLUMN_OF = {
    "fields_text": FIELDS,
    "title": TITLE,
    "languages": LANGUAGES,
    "workload_limit": LIMIT,
    "kind": KIND,
    "term_to": TERM_TO,
}


@dataclass(slots=True)
class Checked:
    """A trial run: who would join, and what stands against it."""

    joining: list[tuple[Person, ExpertProfile]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Desk:
    """What the rows are compared with."""

    people: Mapping[str, Person]
    roles: Mapping[int, set[str]]
    enrolled: set[int]
    seen: set[int] = field(default_factory=set)


def check(uow: UnitOfWork, lines: Sequence[Line]) -> Checked:
    """试导入: looks at every row and writes nothing."""
    require(policy.may_manage_experts(uow.actor))
    desk, checked = _desk(uow, lines), Checked()
    for line in lines:
        read = _Row(line.cells)
        problems = {**read.problems, **_person_problems(desk, read)}
        if problems:
            faults = (Fault(line.number, COLUMNS[one], why) for one, why in sorted(problems.items()))
            checked.faults.extend(faults)
        elif read.profile is not None:
            person = desk.people[read.email]
            desk.seen.add(person.id)
            checked.joining.append((person, read.profile))
    return checked


def _desk(uow: UnitOfWork, lines: Sequence[Line]) -> _Desk:
    """Three statements."""
    emails = [clean_email(line.cells[EMAIL]) for line in lines]
    people = {one.email: one for one in uow.session.scalars(select(Person).where(Person.email.in_(emails)))}
    ids = [person.id for person in people.values()]
    roles: dict[int, set[str]] = {}
    posts = select(Appointment.person_id, Appointment.role).where(
        Appointment.person_id.in_(ids), Appointment.ended_at.is_(None)
    )
    for person, role in uow.session.execute(posts):
        roles.setdefault(person, set()).add(role)
    enrolled = set(uow.session.scalars(select(Expert.person_id).where(Expert.person_id.in_(ids))))
    return _Desk(people, roles, enrolled)


def _person_problems(desk: _Desk, row: "_Row") -> dict[int, Problem]:
    person = desk.people.get(row.email)
    if not row.email:
        return {}
    if person is None or person.state == PersonState.DEACTIVATED:
        return {EMAIL: N_("没有这个账号，请先由安全管理员邀请")}
    if person.id in desk.enrolled:
        return {EMAIL: N_("该人员已在专家库")}
    if person.id in desk.seen:
        return {EMAIL: N_("与前面的一行重复")}
    if row.cells[NAME] and person.name != row.cells[NAME]:
        return {NAME: N_("与账号登记的姓名不一致")}
    return _post_problems(desk.roles.get(person.id, set()), KINDS.get(row.cells[KIND]))


def _post_problems(roles: set[str], kind: str | None) -> dict[int, Problem]:
    if kind == ExpertKind.EXPERT and Role.EXPERT not in roles:
        return {KIND: N_("该人员还没有专家角色，请先由系统管理员授予")}
    return {} if roles else {EMAIL: N_("该人员没有任职单位")}


class _Row:
    """One row as a profile, or what is wrong in which column."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = cells
        self.email = clean_email(cells[EMAIL])
        self.problems: dict[int, Problem] = {
            column: (N_("请填写%(what)s"), {"what": COLUMNS[column]})
            for column in REQUIRED
            if not cells[column]
        }
        self.profile = self._profile()
        if self.profile is not None:
            for name, problem in profile_problems(self.profile).items():
                self.problems.setdefault(COLUMN_OF[name], problem)

    def _profile(self) -> ExpertProfile | None:
        begins, ends = self._day(TERM_FROM), self._day(TERM_TO)
        technical, kind = self._one_of(TECHNICAL, YES_NO), self._one_of(KIND, KINDS)
        limit, languages = self._limit(), self._languages()
        if self.problems or begins is None or kind is None:
            return None
        fields, title = split_fields(self.cells[FIELDS]), self.cells[TITLE]
        return ExpertProfile(fields, title, bool(technical), begins, ends, languages, limit, kind)

    def _one_of(self, column: int, known: Mapping[str, Chosen]) -> Chosen | None:
        cell = self.cells[column]
        if cell not in known and column not in self.problems:
            self.problems[column] = (
                N_("只能填%(choices)s"),
                {"choices": "、".join(one for one in known if one)},
            )
        return known.get(cell)

    def _day(self, column: int) -> date | None:
        cell = self.cells[column].replace("/", "-").replace(".", "-")
        if not cell:
            return None
        try:
            return date.fromisoformat(cell[:10])
        except ValueError:
            self.problems[column] = N_("请把日期写成 2026-01-31 的样子")
            return None

    def _limit(self) -> int | None:
        cell = self.cells[LIMIT]
        if cell and not (cell.isascii() and cell.isdigit() and len(cell) < 5):
            self.problems[LIMIT] = N_("请填写整数")
            return None
        return int(cell) if cell else None

    def _languages(self) -> tuple[str, ...]:
        named = split_fields(self.cells[LANGUAGES]) or ("中文",)
        unknown = [one for one in named if one not in LANGUAGES_BY_LABEL]
        if unknown:
            self.problems[LANGUAGES] = (N_("没有这种工作语言：%(name)s"), {"name": unknown[0]})
        return tuple(LANGUAGES_BY_LABEL[one] for one in named if one in LANGUAGES_BY_LABEL)


def import_experts(uow: UnitOfWork, lines: Sequence[Line]) -> int:
    """批量导入: checks again and lets everybody join; one fault and nobody does. Answers how many."""
    checked = check(uow, lines)
    if checked.faults:
        raise Invalid({"file": N_("数据刚刚有变化，请重新检查后再导入")})
    for person, profile in checked.joining:
        enrol_expert(uow, person, profile)
    return len(checked.joining)
