"""Which units have worked together (合作项目): for the rules of recusal."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.core.clock import beijing_date, start_of_day
from marketplace.projects.models import Project, ProjectPartner


def joint_work(
    session: Session, units: Collection[int], since: date, today: date
) -> dict[int, dict[int, date]]:
    """Unit → the units with which it shared a project that ended after ``since`` or still runs → the last day (today
    while it runs). One statement."""
    joined = select(ProjectPartner.project_id).where(ProjectPartner.organisation_id.in_(list(units)))
    query = (
        select(Project.id, Project.lead_id, Project.decided_at, ProjectPartner.organisation_id)
        .outerjoin(ProjectPartner, ProjectPartner.project_id == Project.id)
        .where(
            or_(Project.decided_at.is_(None), Project.decided_at >= start_of_day(since)),
            or_(Project.lead_id.in_(list(units)), Project.id.in_(joined)),
        )
    )
    members: defaultdict[int, set[int]] = defaultdict(set)
    ends: dict[int, date] = {}
    for project, lead, decided_at, partner in session.execute(query):
        members[project] |= {lead} if partner is None else {lead, partner}
        ends[project] = today if decided_at is None else beijing_date(decided_at)
    return _by_unit(members, ends, set(units))


def _by_unit(
    members: dict[int, set[int]], ends: dict[int, date], wanted: set[int]
) -> dict[int, dict[int, date]]:
    found: defaultdict[int, dict[int, date]] = defaultdict(dict)
    for project, together in members.items():
        for unit in together & wanted:
            for other in together - {unit}:
                found[unit][other] = max(found[unit].get(other, date.min), ends[project])
    return found
