"""Importing people (批量导入): every row is checked, then all are invited or none."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_, has_forbidden_characters
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import first_refusal, require
from marketplace.files.tables import Fault, Line
from marketplace.organisations import policy
from marketplace.organisations.events import PeopleImported
from marketplace.organisations.labels import ROLE_LABELS
from marketplace.organisations.models import Organisation, Person
from marketplace.organisations.newcomers import (
    MOST_NAME,
    MOST_PHONE,
    MOST_TITLE,
    clean_email,
    email_problem,
    phone_problem,
)
from marketplace.organisations.operations.invitations import Newcomer, invite
from marketplace.organisations.queries import valid_on
from marketplace.organisations.spreadsheet import COLUMNS

ROLE_BY_LABEL = {label: role for role, label in ROLE_LABELS.items()}
NAME, EMAIL, UNIT, ROLE, TITLE, PHONE = range(6)
LENGTHS = {NAME: MOST_NAME, TITLE: MOST_TITLE, PHONE: MOST_PHONE}


@dataclass(slots=True)
class Checked:
    """A trial run: who would be invited, and what stands against it."""

    newcomers: list[Newcomer] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Desk:
    """What the rows are compared with."""

    units: Mapping[str, Organisation]
    known_emails: set[str]
    people: dict[str, Newcomer] = field(default_factory=dict)


def check(uow: UnitOfWork, lines: Sequence[Line]) -> Checked:
    """试导入: looks at every row and writes nothing."""
    require(policy.may_manage_people(uow.actor))
    desk = _desk(uow, lines)
    checked = Checked()
    for line in lines:
        faults = list(_faults(uow, desk, line))
        checked.faults.extend(faults)
        if not faults:
            _take(desk, line)
    checked.newcomers = list(desk.people.values())
    return checked


def _desk(uow: UnitOfWork, lines: Sequence[Line]) -> _Desk:
    units: dict[str, Organisation] = {}
    for unit in uow.session.scalars(select(Organisation).where(valid_on(beijing_date(uow.now)))):
        units[unit.name] = units[unit.code] = unit
    emails = [clean_email(line.cells[EMAIL]) for line in lines]
    known = set(uow.session.scalars(select(Person.email).where(Person.email.in_(emails))))
    return _Desk(units, known)


def _faults(uow: UnitOfWork, desk: _Desk, line: Line) -> list[Fault]:
    problems: dict[int, Problem] = {}
    for column, title in enumerate(COLUMNS):
        problem = _cell_problem(desk, column, line.cells[column])
        if problem:
            problems[column] = problem
        elif not line.cells[column] and column <= ROLE:
            problems[column] = (N_("请填写%(what)s"), {"what": title})
    if not problems:
        problems = _row_problems(uow, desk, line)
    return [Fault(line.number, COLUMNS[column], problem) for column, problem in sorted(problems.items())]


def _cell_problem(desk: _Desk, column: int, cell: str) -> Problem | None:
    if has_forbidden_characters(cell):
        return N_("含有不能保存的字符")
    if len(cell) > LENGTHS.get(column, 254):
        return (N_("最多%(limit)s字"), {"limit": LENGTHS.get(column, 254)})
    if column == EMAIL and cell:
        known = clean_email(cell) in desk.known_emails
        return N_("此邮箱已有账号") if known else email_problem(clean_email(cell))
    if column == UNIT and cell and cell not in desk.units:
        return N_("没有这个单位，请从下拉列表中选择")
    if column == ROLE and cell and cell not in ROLE_BY_LABEL:
        return N_("没有这个角色，请从下拉列表中选择")
    return phone_problem(cell) if column == PHONE else None


def _row_problems(uow: UnitOfWork, desk: _Desk, line: Line) -> dict[int, Problem]:
    unit, role = desk.units[line.cells[UNIT]], ROLE_BY_LABEL[line.cells[ROLE]]
    same = desk.people.get(clean_email(line.cells[EMAIL]))
    if same is not None and same.name != line.cells[NAME]:
        return {NAME: N_("同一邮箱前面写的是另一个姓名")}
    held = same.posts if same else ()
    if (unit.id, role) in held:
        return {ROLE: N_("与前面的一行重复")}
    verdict = first_refusal(
        policy.may_grant(uow.actor, unit.id, unit.kind, role),
        policy.roles_compatible([role for _, role in held], role),
    )
    return {} if verdict else {ROLE: (verdict.reason, verdict.params)}


def _take(desk: _Desk, line: Line) -> None:
    email = clean_email(line.cells[EMAIL])
    post: tuple[int, Role] = (desk.units[line.cells[UNIT]].id, ROLE_BY_LABEL[line.cells[ROLE]])
    before = desk.people.get(email)
    posts = (*before.posts, post) if before else (post,)
    name, title, phone = line.cells[NAME], line.cells[TITLE], line.cells[PHONE]
    desk.people[email] = Newcomer(name, email, posts, title, phone)


def import_people(uow: UnitOfWork, lines: Sequence[Line]) -> int:
    """批量导入: checks again and invites everybody; one fault and nobody is invited. Answers how many people."""
    checked = check(uow, lines)
    if checked.faults:
        raise Invalid({"file": N_("数据刚刚有变化，请重新检查后再导入")})
    for newcomer in checked.newcomers:
        invite(uow, newcomer)
    if uow.actor.organisation_id is not None:
        uow.emit(PeopleImported(organisation_id=uow.actor.organisation_id, count=len(checked.newcomers)))
    return len(checked.newcomers)
