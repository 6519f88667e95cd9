"""The public notice of an accepted outcome (验收结果公告)."""

from marketplace.core.text import quoted
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.i18n import translations
from marketplace.notices.models import NoticeKind
from marketplace.notices.operations import announce
from marketplace.projects.events import OutcomeAccepted
from marketplace.projects.models import Project
from marketplace.topics.rules import rules_from_dict


def announce_outcome(uow: UnitOfWork, event: OutcomeAccepted) -> None:
    """Only what was accepted is announced: topic, leading and joining units, score and grade."""
    project = uow.session.get_one(Project, event.project_id)
    label = next(
        line.label for line in rules_from_dict(project.topic.list.rules).grades if line.code == event.grade
    )
    grade_en = translations("en").gettext(label)
    partners = [partner.organisation for partner in project.partners]
    units = "、".join([project.lead.name, *(unit.name for unit in partners)])
    units_en = ", ".join(unit.name_en or unit.name for unit in (project.lead, *partners))
    announce(
        uow,
        kind=NoticeKind.OUTCOME,
        dedupe_key=f"outcome-accepted:{event.outcome_id}",
        topic_id=project.topic_id,
        title=f"关于{quoted(project.title)}成果通过验收的公告",
        title_en=f"Outcome accepted: {project.number}",
        body=f"项目 {project.number} 的成果已通过验收。\n\n承担单位：{units}\n\n"
        f"验收得分：{event.score}，等级：{label}。",
        body_en=f"The outcome of project {project.number} has been accepted.\n\nUnits: {units_en}\n\n"
        f"Score: {event.score}, grade: {grade_en}.",
    )
