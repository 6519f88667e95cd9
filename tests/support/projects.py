"""Projects for tests, opened the way the program opens them: an awarded bid, the award's event, its reactions."""

import io
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from sqlalchemy import select

from marketplace.bids.content import BidContent, Indicator, PlannedMilestone
from marketplace.bids.events import AwardConfirmed
from marketplace.bids.models import AwardDecision, AwardKind
from marketplace.bids.workflow import AwardState, BidState
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.operations import GivenFile
from marketplace.projects.models import Milestone, Outcome, Project
from marketplace.projects.operations import ReportDraft, pass_milestone, report_milestone
from marketplace.projects.outcomes import Achievement, OutcomeDraft, deliver_outcome, save_outcome
from marketplace.projects.workflow import PROJECT
from marketplace.reviews.events import PanelConcluded
from marketplace.reviews.models import Panel, PanelItem
from marketplace.reviews.workflow import PanelState, SubjectKind
from marketplace.topics.rules import OUTCOME_RUBRIC
from marketplace.topics.workflow import TopicState
from tests.support.builders import build_bid, build_topic
from tests.support.samples import pdf
from tests.support.staging import staged
from tests.support.world import World

UNITS = {
    "hangzhou": "330100", "ningbo": "330200", "wenzhou": "330300", "huzhou": "330500", "anji": "330523",
    "deqing": "330521", "yiwu": "330782", "canteen": "330000-U1", "vehicles": "330000-U2",
}  # fmt: skip


def planned(months: Sequence[int], weights: Sequence[int] | None = None) -> BidContent:
    """A bid's form as far as projects read it."""
    shares: Sequence[int | None] = weights or [None] * len(months)
    return BidContent(
        indicators=(
            Indicator("d1", "标准草案（示例）", "无", "1项", "审查纪要"),
            Indicator("d1", "试用单位（示例）", "0家", "3家", "试用报告"),
        ),
        milestones=tuple(
            PlannedMilestone(f"第{n}阶段（示例）", month, "阶段报告", ("报告", "纪要"), "标准化处", weight)
            for n, (month, weight) in enumerate(zip(months, shares, strict=True), 1)
        ),
    )


def award(
    uow: UnitOfWork, leads: Sequence[str], content: BidContent, partners: tuple[str, ...] = ()
) -> list[int]:
    """A topic awarded to these units; answers the bids' ids in order."""
    topic = build_topic(uow, TopicState.AWARDED, award_mode="race", max_awardees=5, duration_months=12)
    bids = [
        build_bid(uow, topic, UNITS[lead], BidState.AWARDED, tuple(UNITS[p] for p in partners))
        for lead in leads
    ]
    for bid in bids:
        bid.content = content.to_dict()
    decision = AwardDecision(
        topic_id=topic.id, kind=AwardKind.AWARD, bid_ids=[bid.id for bid in bids], reason="示例",
        state=AwardState.CONFIRMED, proposed_by=uow.actor.person_id, proposed_at=uow.now,
    )  # fmt: skip
    uow.session.add(decision)
    uow.session.flush()
    uow.emit(AwardConfirmed(topic_id=topic.id, decision_id=decision.id, kind=AwardKind.AWARD))
    return [bid.id for bid in bids]


@staged
def opened_project(
    world: World, lead: str = "hangzhou", months: Sequence[int] = (3, 6), weights: Sequence[int] | None = None,
    partners: tuple[str, ...] = (),
) -> int:  # fmt: skip
    """A running project of this unit; answers its id."""
    with world.uow("approver") as uow:
        (bid_id,) = award(uow, [lead], planned(months, weights), partners)
    with world.reading() as session:
        return session.scalars(select(Project.id).where(Project.bid_id == bid_id)).one()


def milestone_ids(world: World, project_id: int) -> list[int]:
    """In the order of the plan."""
    with world.reading() as session:
        query = select(Milestone.id).where(Milestone.project_id == project_id).order_by(Milestone.position)
        return list(session.scalars(query))


def evidence(name: str = "佐证.pdf", text: str = "sample") -> GivenFile:
    """A small real file."""
    return GivenFile(name, io.BytesIO(pdf(text)))


def report(world: World, milestone_id: int, unit: str = "hangzhou", who: str = "clerk") -> None:
    """A complete report of the unit."""
    draft = ReportDraft("按计划完成（示例）", uploads=[evidence()])
    world.do(f"{unit}_{who}", report_milestone, (Milestone, milestone_id), draft)


@staged
def finish_milestones(world: World, project_id: int, unit: str = "hangzhou") -> None:
    """Every milestone reported and passed."""
    for milestone_id in milestone_ids(world, project_id):
        report(world, milestone_id, unit)
        world.do("officer", pass_milestone, (Milestone, milestone_id), "符合要求（示例）")


def outcome_id(world: World, project_id: int) -> int:
    """The outcome begun when the last milestone passed."""
    with world.reading() as session:
        return session.scalars(select(Outcome.id).where(Outcome.project_id == project_id)).one()


def complete_outcome() -> OutcomeDraft:
    """An outcome that lacks nothing."""
    rows = [Achievement("已完成（示例）", "审查纪要（示例）"), Achievement("5家（示例）", "试用报告（示例）")]
    return OutcomeDraft("成果概述（示例）", "可在全省复制（示例）", rows, [evidence("成果.pdf")])


@staged
def delivered_project(world: World, lead: str = "hangzhou", partners: tuple[str, ...] = ()) -> int:
    """A project whose outcome waits for its acceptance."""
    project_id = opened_project(world, lead, partners=partners)
    finish_milestones(world, project_id, lead)
    key = (Outcome, outcome_id(world, project_id))
    world.do(f"{lead}_clerk", save_outcome, key, complete_outcome())
    world.do(f"{lead}_head", deliver_outcome, key)
    return project_id


def conclude(world: World, project_id: int, score: str) -> None:
    """The acceptance panel's result, written directly, then what follows from it."""
    with world.uow("officer") as uow:
        outcome = uow.session.scalars(select(Outcome).where(Outcome.project_id == project_id)).one()
        if PROJECT.allows(outcome.project.state, "convene"):
            PROJECT.advance(outcome.project, "convene")
        panel = Panel(
            subject_kind=SubjectKind.OUTCOME, topic_id=outcome.project.topic_id,
            rubric=asdict(OUTCOME_RUBRIC), size=5, trim_from=5,
            reason_below=60, state=PanelState.CONCLUDED, convened_at=uow.now, concluded_at=uow.now,
        )  # fmt: skip
        uow.session.add(panel)
        uow.session.flush()
        lead = outcome.project.lead_id
        uow.session.add(
            PanelItem(
                panel_id=panel.id, position=1, subject_id=outcome.id, label="示例", organisation_id=lead,
                parties=[lead], total=Decimal(score), rank=1,
            )
        )  # fmt: skip
        uow.session.flush()
        uow.emit(PanelConcluded(panel_id=panel.id, kind=SubjectKind.OUTCOME, result_sha256="0" * 64))


@staged
def accepted_project(
    world: World, lead: str = "hangzhou", score: str = "88.50", partners: tuple[str, ...] = ()
) -> int:
    """A project whose outcome has been scored."""
    project_id = delivered_project(world, lead, partners)
    conclude(world, project_id, score)
    return project_id
