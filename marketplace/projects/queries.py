"""Finding projects, milestones and outcomes: each within what the actor may see (404 for the rest)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Select,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, selectinload

from marketplace.core.actor import BUREAU_ROLES, Actor
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.files.access import DENIED, Access
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.projects.models import (
    Milestone,
    MilestoneReport,
    Outcome,
    Project,
    ProjectPartner,
    Queue,
    ReminderSent,
)
from marketplace.projects.policy import sees_all
from marketplace.projects.workflow import FINISHED, ProjectState
from marketplace.reviews.queries.own import may_read_subject
from marketplace.reviews.workflow import SubjectKind
from marketplace.search.finders import mentions
from marketplace.topics.models import Topic

SOON = timedelta(days=30)
MOST_BOARD = 2000
"""The board counts no further: whoever looks for more narrows it down."""


@dataclass(frozen=True, slots=True)
class ProjectFilters:
    """项目筛选; empty means all. ``city`` is the code of a municipal bureau: it and its counties."""

    words: str = ""
    state: str = ""
    city: str = ""
    grade: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class BoardFilters:
    """里程碑看板筛选; ``view``: "" (all, what needs work first), to_check, overdue, soon, passed."""

    view: str = ""
    city: str = ""
    words: str = ""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """省局和监督人员: all; 牵头和参与单位: their own; nobody else any."""
    if sees_all(actor):
        return true()
    if not actor.has(*BUREAU_ROLES) or actor.organisation_id is None:
        return false()
    return _takes_part(actor.organisation_id)


def _takes_part(unit: Any) -> ColumnElement[bool]:
    partner = exists().where(ProjectPartner.project_id == Project.id, ProjectPartner.organisation_id == unit)
    return or_(Project.lead_id == unit, partner)


def project_for(session: Session, actor: Actor, project_id: int) -> Project:
    """One project with all its page shows, in three statements whatever its size."""
    query = (
        select(Project)
        .where(Project.id == project_id, visible_to(actor))
        .options(
            joinedload(Project.topic, innerjoin=True).joinedload(Topic.list, innerjoin=True),
            joinedload(Project.lead, innerjoin=True),
            selectinload(Project.partners).joinedload(ProjectPartner.organisation, innerjoin=True),
            selectinload(Project.milestones).selectinload(Milestone.reports),
        )
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def projects_by_words(session: Session, actor: Actor, words: Sequence[str], most: int) -> Sequence[Any]:
    """Projects that the actor may see whose title, number or lead unit matches: id, number, state, title, unit."""
    if not sees_all(actor) and not actor.has(*BUREAU_ROLES):
        return ()
    query = (
        select(Project.id, Project.number, Project.state, Project.title, Organisation.name.label("unit"))
        .join(Project.lead)
        .where(visible_to(actor), *mentions(words, Project.title, Project.number, Organisation.name))
        .order_by(Project.opened_at.desc(), Project.id)
        .limit(most)
    )
    return session.execute(query).all()


def milestone_for(session: Session, actor: Actor, milestone_id: int) -> Milestone:
    """One milestone with its project."""
    asked = {"milestone": milestone_id, "unit": actor.organisation_id}
    known = sees_all(actor) or actor.has(*BUREAU_ROLES)
    found = session.scalar(_milestone(bool(sees_all(actor))), asked) if known else None
    if found is None:
        raise NotFound
    return found


@cache
def _milestone(of_all: bool) -> Select[Milestone]:
    """Of any project, or of one in which ``unit`` takes part."""
    query = (
        select(Milestone)
        .join(Milestone.project)
        .where(Milestone.id == bindparam("milestone"))
        .options(contains_eager(Milestone.project).joinedload(Project.lead, innerjoin=True))
    )
    return query if of_all else query.where(_takes_part(bindparam("unit", type_=Integer)))


def outcome_for(session: Session, actor: Actor, project_id: int) -> Outcome:
    """The outcome of a project; other units than the lead learn of it once it is delivered."""
    query = (
        select(Outcome)
        .join(Outcome.project)
        .where(Project.id == project_id, visible_to(actor))
        .options(
            contains_eager(Outcome.project).options(
                joinedload(Project.lead, innerjoin=True),
                joinedload(Project.topic, innerjoin=True).joinedload(Topic.list, innerjoin=True),
                selectinload(Project.milestones),
                selectinload(Project.partners).joinedload(ProjectPartner.organisation, innerjoin=True),
            )
        )
    )
    outcome = session.scalar(query)
    if outcome is None or outcome.delivered_at is None and not _own(actor, outcome.project):
        raise NotFound
    return outcome


def _own(actor: Actor, project: Project) -> bool:
    return actor.has(*BUREAU_ROLES) and actor.organisation_id == project.lead_id


def _in_city(code: str) -> ColumnElement[bool]:
    return Organisation.code.startswith(code[:4], autoescape=True)


def _overdue(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        Milestone.project_id == Project.id, Milestone.queue == Queue.OPEN, Milestone.due_at <= now
    )


def projects(actor: Actor, filters: ProjectFilters, now: datetime) -> Any:
    """The list: (project, lead name, next due date of an open milestone); the newest first."""
    coming = (
        select(func.min(Milestone.due_on))
        .where(Milestone.project_id == Project.id, Milestone.queue == Queue.OPEN)
        .scalar_subquery()
    )
    query = (
        select(Project, Organisation.name, coming)
        .options(defer(Project.indicators))
        .join(Organisation, Organisation.id == Project.lead_id)
        .where(visible_to(actor), *_project_conditions(filters, now))
    )
    return query.order_by(Project.opened_at.desc(), Project.id.desc())


def _project_conditions(filters: ProjectFilters, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.state:
        found.append(Project.state == filters.state)
    if filters.grade:
        found.append(Project.grade == filters.grade)
    if filters.city:
        found.append(_in_city(filters.city))
    if filters.overdue:
        found.append(_overdue(now))
    for word in filters.words.split()[:5]:
        found.append(
            Project.title.contains(word, autoescape=True) | Project.number.contains(word, autoescape=True)
        )
    return found


MOST_WORDS = 5
ESCAPE = "/"
VIEWS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "": (),
    "to_check": (Milestone.queue == Queue.TO_CHECK,),
    "overdue": (Milestone.queue == Queue.OPEN, Milestone.due_at <= bindparam("now")),
    "soon": (
        Milestone.queue == Queue.OPEN, Milestone.due_at > bindparam("now"), Milestone.due_at <= bindparam("then"),
    ),
    "passed": (Milestone.queue == Queue.DONE,),
}  # fmt: skip
"""What each view of the board shows."""


def board(session: Session, filters: BoardFilters, now: datetime, limit: int, offset: int) -> Sequence[Any]:
    """里程碑看板: to be checked first, then what is due, the longest overdue first, then what has passed. Reads the
    order of one index; no row carries its texts."""
    asked = {**_asked(filters, now), "most": limit, "skipped": offset}
    return session.execute(_board(*_shape(filters)), asked).all()


def board_size(session: Session, filters: BoardFilters, now: datetime) -> int:
    """How many milestones the filters leave, counted up to ``MOST_BOARD``."""
    return session.scalar(_board_size(*_shape(filters)), _asked(filters, now)) or 0


def _shape(filters: BoardFilters) -> tuple[str, bool, int]:
    """What the statement looks like; the rest of the filters are its values."""
    view = filters.view if filters.view in VIEWS else ""
    return view, bool(filters.city), len(filters.words.split()[:MOST_WORDS])


def _asked(filters: BoardFilters, now: datetime) -> dict[str, Any]:
    words = enumerate(filters.words.split()[:MOST_WORDS])
    patterns = {f"word{number}": f"%{_escaped(word)}%" for number, word in words}
    return {**patterns, "now": now, "then": now + SOON, "city": f"{_escaped(filters.city[:4])}%"}


def _escaped(text: str) -> str:
    """Signs that ``LIKE`` would take for something else."""
    return "".join(f"{ESCAPE}{sign}" if sign in f"%_{ESCAPE}" else sign for sign in text)


@cache
def _board(view: str, in_city: bool, words: int) -> Executable:
    query = (
        select(
            Milestone.id, Milestone.name, Milestone.weight, Milestone.due_on, Milestone.due_at, Milestone.state,
            Milestone.reported_at, Milestone.queue, Project.id.label("project_id"), Project.number, Project.title,
            Project.is_sample, Organisation.name.label("unit"),
        )
        .join(Project, Project.id == Milestone.project_id)
        .join(Organisation, Organisation.id == Project.lead_id)
        .where(*_board_conditions(view, in_city, words))
    )  # fmt: skip
    ordered = query.order_by(Milestone.queue, Milestone.due_at, Milestone.id)
    return ordered.limit(bindparam("most")).offset(bindparam("skipped"))


@cache
def _board_size(view: str, in_city: bool, words: int) -> Select[int]:
    query = select(Milestone.id)
    if in_city or words:
        query = query.join(Project, Project.id == Milestone.project_id).join(
            Organisation, Organisation.id == Project.lead_id
        )
    rows = query.where(*_board_conditions(view, in_city, words)).limit(MOST_BOARD).subquery()
    return select(func.count()).select_from(rows)


def _board_conditions(view: str, in_city: bool, words: int) -> list[ColumnElement[bool]]:
    found = list(VIEWS[view])
    if in_city:
        found.append(Organisation.code.like(bindparam("city"), escape=ESCAPE))
    for number in range(words):
        texts = (Project.title, Project.number, Milestone.name)
        found.append(or_(*(text.like(bindparam(f"word{number}"), escape=ESCAPE) for text in texts)))
    return found


def cities(session: Session) -> Sequence[tuple[str, str]]:
    """(code, name) of the municipal bureaus in official order, for the filters."""
    return [(code, name) for code, name in session.execute(_cities())]


@cache
def _cities() -> Executable:
    return (
        select(Organisation.code, Organisation.name)
        .where(Organisation.kind == OrganisationKind.MUNICIPAL)
        .order_by(Organisation.order_key)
    )


def reminders_of(session: Session, project_id: int) -> Sequence[Any]:
    """(milestone name, reminder) sent for a project, the latest first."""
    query = (
        select(Milestone.name, ReminderSent)
        .join(ReminderSent, ReminderSent.milestone_id == Milestone.id)
        .where(Milestone.project_id == project_id)
        .order_by(ReminderSent.due_at.desc(), ReminderSent.id.desc())
        .limit(100)
    )
    return session.execute(query).all()


def punctuality(session: Session, project_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """按期情况: project → (milestones first reported on time, milestones reported)."""
    query = (
        select(Milestone.project_id, MilestoneReport.on_time)
        .join(MilestoneReport, MilestoneReport.milestone_id == Milestone.id)
        .where(Milestone.project_id.in_(list(project_ids)), MilestoneReport.number == 1)
    )
    found = dict.fromkeys(project_ids, (0, 0))
    for project_id, on_time in session.execute(query):
        good, total = found[project_id]
        found[project_id] = (good + bool(on_time), total + 1)
    return found


def milestone_file_access(session: Session, actor: Actor, milestone_id: int, _now: datetime) -> Access:
    """佐证材料: as open as its project, once reported; a draft's files are the lead unit's own."""
    try:
        milestone = milestone_for(session, actor, milestone_id)
    except NotFound:
        return DENIED
    return Access(_own(actor, milestone.project) or bool(milestone.reports))


def outcome_file_access(session: Session, actor: Actor, outcome_id: int, _now: datetime) -> Access:
    """成果材料: as open as the outcome; the experts of its panel read them while they score."""
    if may_read_subject(session, actor, SubjectKind.OUTCOME, outcome_id):
        return Access(True)
    outcome = session.get(Outcome, outcome_id)
    try:
        outcome_for(session, actor, outcome.project_id if outcome else 0)
    except NotFound:
        return DENIED
    return Access(True)


UNFINISHED = (ProjectState.RUNNING, ProjectState.DELIVERED, ProjectState.IN_ACCEPTANCE)


def outcome_of(session: Session, project_id: int) -> Outcome | None:
    """The outcome of a project that has passed the door."""
    return session.scalar(select(Outcome).where(Outcome.project_id == project_id))


def finished_bids() -> Select[int]:
    """The bids whose projects have been accepted or have failed: they count no more against a unit's limit."""
    return select(Project.bid_id).where(Project.state.in_(FINISHED))
