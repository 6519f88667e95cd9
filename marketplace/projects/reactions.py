"""What awards and concluded panels mean for projects (立项、验收结果)."""

from decimal import Decimal

from sqlalchemy import select

from marketplace.bids.content import content_from_dict
from marketplace.bids.events import AwardConfirmed
from marketplace.bids.models import AwardDecision, AwardKind, Bid
from marketplace.core.clock import beijing_date, end_of_day
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.projects.events import OutcomeAccepted, OutcomeFailed, ProjectOpened
from marketplace.projects.models import Milestone, Outcome, Project, ProjectPartner
from marketplace.projects.planning import Step, last_day, project_number, promises_of, steps_of
from marketplace.projects.progress import grade_of
from marketplace.projects.reminders import next_reminder
from marketplace.projects.workflow import FINISHED, PROJECT
from marketplace.reviews.events import PanelConcluded
from marketplace.reviews.models import PanelItem
from marketplace.reviews.workflow import SubjectKind
from marketplace.topics.events import TopicCompleted
from marketplace.topics.models import Topic
from marketplace.topics.rules import rules_from_dict
from marketplace.topics.workflow import TOPIC


def open_project(uow: UnitOfWork, event: AwardConfirmed) -> None:
    """立项: each awarded bid becomes a project with the bid's milestones, promises and partners."""
    decision = uow.session.get_one(AwardDecision, event.decision_id)
    if decision.kind != AwardKind.AWARD:
        return
    for position, bid_id in enumerate(decision.bid_ids, 1):
        bid = uow.session.get_one(Bid, bid_id)
        project = _project(uow, bid, position)
        uow.session.add(project)
        uow.session.flush()
        uow.emit(ProjectOpened(project_id=project.id, topic_id=bid.topic_id, organisation_id=bid.lead_id))


def _project(uow: UnitOfWork, bid: Bid, position: int) -> Project:
    content, today = content_from_dict(bid.content), beijing_date(uow.now)
    return Project(
        number=project_number(bid.topic.code, position), topic_id=bid.topic_id, bid_id=bid.id, lead_id=bid.lead_id,
        title=bid.topic.title, opened_at=uow.now, due_on=last_day(content, today, bid.topic.duration_months),
        budget_fen=bid.budget_fen, indicators=promises_of(content, bid.topic.deliverables),
        is_sample=bid.is_sample,
        milestones=[_milestone(uow, step) for step in steps_of(content, today)],
        partners=[
            ProjectPartner(organisation_id=partner.organisation_id, task=partner.task) for partner in bid.partners
        ],
    )  # fmt: skip


def _milestone(uow: UnitOfWork, step: Step) -> Milestone:
    due_at = end_of_day(step.due_on)
    return Milestone(
        position=step.position, name=step.name, deliverables=step.deliverables, evidence=list(step.evidence),
        weight=step.weight, due_on=step.due_on, due_at=due_at, next_reminder_at=next_reminder(due_at, uow.now),
    )  # fmt: skip


def record_result(uow: UnitOfWork, event: PanelConcluded) -> None:
    """验收结果: score and grade by the list's frozen lines, then accepted or failed. The last one ends the topic."""
    if event.kind != SubjectKind.OUTCOME:
        return
    items = uow.session.scalars(select(PanelItem).where(PanelItem.panel_id == event.panel_id))
    for item in items.all():
        if item.total is not None:
            _conclude(uow, uow.session.get_one(Outcome, item.subject_id), item.total)


def _conclude(uow: UnitOfWork, outcome: Outcome, score: Decimal) -> None:
    project = outcome.project
    line, accepted = grade_of(rules_from_dict(project.topic.list.rules), score)
    PROJECT.advance(project, "accept" if accepted else "fail")
    project.score, project.grade, project.decided_at = score, line.code, uow.now
    happened = OutcomeAccepted if accepted else OutcomeFailed
    uow.emit(happened(project_id=project.id, outcome_id=outcome.id, score=f"{score:.2f}", grade=line.code))
    _complete_topic(uow, project.topic)


def _complete_topic(uow: UnitOfWork, topic: Topic) -> None:
    """榜题办结: when none of its projects is under way any more."""
    uow.session.flush()
    uow.session.refresh(topic, with_for_update={"of": Topic})
    left = select(Project.id).where(Project.topic_id == topic.id, Project.state.not_in(FINISHED)).limit(1)
    if uow.session.scalar(left) is None and TOPIC.allows(topic.state, "complete"):
        TOPIC.advance(topic, "complete")
        uow.emit(TopicCompleted(topic_id=topic.id))
