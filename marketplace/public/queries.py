"""Figures and places for the front page."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.projects.models import Project
from marketplace.projects.workflow import ProjectState
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState


@dataclass(frozen=True, slots=True)
class Figures:
    """How much there is; only of what everybody may know."""

    open_topics: int
    topics: int
    projects: int
    accepted: int


@dataclass(frozen=True, slots=True)
class City:
    """One city for the map: how many projects its bureaus lead."""

    name: str
    short: str
    value: int
    url: str


def figures(session: Session) -> Figures:
    """All figures of the front page in one statement."""
    public = select(func.count()).select_from(Topic).where(Topic.published_at.is_not(None))
    projects = select(func.count()).select_from(Project)
    row = session.execute(
        select(
            public.where(Topic.state == TopicState.OPEN).scalar_subquery(),
            public.scalar_subquery(),
            projects.scalar_subquery(),
            projects.where(Project.state == ProjectState.ACCEPTED).scalar_subquery(),
        )
    ).one()
    return Figures(*row)


def projects_by_city(session: Session, url: str, english: bool) -> dict[str, City]:
    """市域分布: for each of the cities the projects led by its own bureau and those of its counties."""
    prefix = func.substr(Organisation.division_code, 1, 4)
    rows = session.execute(
        select(prefix, func.count(Project.id))
        .join(Project, Project.lead_id == Organisation.id)
        .where(Organisation.division_code.is_not(None))
        .group_by(prefix)
    )
    led: dict[str, int] = {code: count for code, count in rows}
    cities = session.execute(
        select(Organisation.code, Organisation.short_name, Organisation.name_en)
        .where(Organisation.kind == OrganisationKind.MUNICIPAL)
        .order_by(Organisation.order_key)
    )
    found = {code: (name_en.split()[0] if english and name_en else short) for code, short, name_en in cities}
    return {code: City(name, name, led.get(code[:4], 0), url) for code, name in found.items()}
