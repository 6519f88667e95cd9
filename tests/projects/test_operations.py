"""From the award to the accepted outcome, on both databases."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.core.clock import end_of_day
from marketplace.core.errors import Invalid, MarketplaceError, Refused, StaleVersion
from marketplace.files.queries import attachments_of
from marketplace.notices.models import Notice
from marketplace.notifications.models import OutboxMail
from marketplace.projects.models import Milestone, MilestoneReport, Outcome, Project
from marketplace.projects.operations import (
    ReportDraft,
    pass_milestone,
    report_milestone,
    return_milestone,
    save_report_draft,
)
from marketplace.projects.outcomes import (
    Achievement,
    OutcomeDraft,
    convene_acceptance,
    deliver_outcome,
    return_outcome,
    save_outcome,
)
from marketplace.projects.queries import punctuality
from marketplace.reviews.models import Panel
from marketplace.topics.models import Topic
from tests.support.projects import (
    accepted_project,
    award,
    complete_outcome,
    conclude,
    delivered_project,
    evidence,
    finish_milestones,
    milestone_ids,
    opened_project,
    outcome_id,
    planned,
    report,
)
from tests.support.world import World


def mails(world: World, kind: str) -> list[OutboxMail]:
    with world.reading() as session:
        return list(
            session.scalars(select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.to_address))
        )


def project_of(world: World, project_id: int) -> Project:
    with world.reading() as session:
        return session.get_one(Project, project_id)


def milestone_of(world: World, milestone_id: int) -> Milestone:
    with world.reading() as session:
        return session.get_one(Milestone, milestone_id)


def actions(world: World, project_id: int) -> list[str]:
    with world.reading() as session:
        query = select(AuditRow.action).where(
            AuditRow.subject_kind == "project", AuditRow.subject_id == project_id
        )
        return list(session.scalars(query.order_by(AuditRow.id)))


def test_an_award_opens_a_project_with_the_bids_plan(world: World) -> None:
    project_id = opened_project(world, "anji", (4, 8, 12), partners=("huzhou", "canteen"))
    with world.reading() as session:
        project = session.get_one(Project, project_id)
        assert project.number == f"XM-{project.topic.code}-1"
        assert (project.state, project.progress, project.lead.code) == ("running", 0, "330523")
        assert [(m.weight, m.due_on, m.state) for m in project.milestones] == [
            (34, date(2026, 7, 2), "pending"), (33, date(2026, 11, 2), "pending"), (33, date(2027, 3, 2), "pending"),
        ]  # fmt: skip
        assert [m.due_at for m in project.milestones] == [end_of_day(m.due_on) for m in project.milestones]
        assert {p.organisation.code for p in project.partners} == {"330500", "330000-U1"}
        assert [row["target"] for row in project.indicators] == ["1项", "3家"]
    assert len(mails(world, "project_opened")) == 6
    assert actions(world, project_id) == ["ProjectOpened"]


def test_a_race_opens_one_project_for_each_awarded_bid(sqlite_world: World) -> None:
    world = sqlite_world
    with world.uow("approver") as uow:
        award(uow, ["hangzhou", "ningbo", "canteen"], planned((3, 6)))
    with world.reading() as session:
        numbers = session.scalars(select(Project.number).order_by(Project.number)).all()
    assert [number[-2:] for number in numbers] == ["-1", "-2", "-3"]


def test_a_report_needs_evidence_or_a_reason(sqlite_world: World) -> None:
    world = sqlite_world
    (first, second) = milestone_ids(world, opened_project(world))
    with pytest.raises(Invalid) as refused:
        world.do("hangzhou_clerk", report_milestone, (Milestone, first), ReportDraft(""))
    assert set(refused.value.problems) == {"summary", "files"}
    world.do("hangzhou_clerk", report_milestone, (Milestone, first), ReportDraft("完成", "尚无书面材料"))
    report(world, second, who="head")
    with world.reading() as session:
        reports = {r.milestone_id: r for r in session.scalars(select(MilestoneReport))}
    assert (reports[first].no_evidence_reason, reports[first].files) == ("尚无书面材料", [])
    assert [file["name"] for file in reports[second].files] == ["佐证.pdf"]
    assert len(mails(world, "milestone_reported")) == 4


def test_nothing_of_a_refused_report_stays(sqlite_world: World) -> None:
    world = sqlite_world
    (first, _) = milestone_ids(world, opened_project(world))
    with pytest.raises(Invalid):
        world.do(
            "hangzhou_clerk", report_milestone, (Milestone, first), ReportDraft("", uploads=[evidence()])
        )
    with world.reading() as session:
        assert attachments_of(session, "milestone", [first]) == {first: []}
    assert milestone_of(world, first).state == "pending"


def test_progress_grows_with_each_pass_and_the_outcome_begins_with_the_last(world: World) -> None:
    project_id = opened_project(world, months=(3, 6), weights=(40, 60))
    first, second = milestone_ids(world, project_id)
    report(world, first)
    world.do("officer", pass_milestone, (Milestone, first))
    assert project_of(world, project_id).progress == 40
    report(world, second)
    assert project_of(world, project_id).progress == 40
    world.do("officer2", pass_milestone, (Milestone, second), "同意")
    assert project_of(world, project_id).progress == 100
    with world.reading() as session:
        outcome = session.scalars(select(Outcome)).one()
        assert [row["promised"] for row in outcome.delivered] == ["1项", "3家"]
    assert len(mails(world, "milestone_decided")) == 4


def test_a_returned_milestone_keeps_text_and_files_for_the_next_report(world: World) -> None:
    (first, _) = milestone_ids(world, opened_project(world))
    report(world, first)
    with pytest.raises(Invalid):
        world.do("officer", return_milestone, (Milestone, first), "")
    world.do("officer", return_milestone, (Milestone, first), "缺少会议纪要")
    returned = milestone_of(world, first)
    assert (returned.state, returned.draft["summary"]) == ("returned", "按计划完成（示例）")
    draft = ReportDraft("已补充（示例）", uploads=[evidence("纪要.pdf", "minutes")])
    world.do("hangzhou_head", report_milestone, (Milestone, first), draft)
    with world.reading() as session:
        reports = session.scalars(select(MilestoneReport).order_by(MilestoneReport.number)).all()
    assert [(r.number, r.state, r.decision_reason) for r in reports] == [
        (1, "returned", "缺少会议纪要"), (2, "submitted", None),
    ]  # fmt: skip
    assert [file["name"] for file in reports[1].files] == ["佐证.pdf", "纪要.pdf"]


def test_on_time_until_the_last_moment(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world, months=(1, 1))
    first, second = milestone_ids(world, project_id)
    world.clock.now = milestone_of(world, first).due_at - timedelta(microseconds=1)
    report(world, first)
    world.clock.forward(microseconds=1)
    report(world, second)
    with world.reading() as session:
        reports = {r.milestone_id: r.on_time for r in session.scalars(select(MilestoneReport))}
        assert reports == {first: True, second: False}
        assert punctuality(session, [project_id]) == {project_id: (1, 2)}


def test_a_draft_is_kept_and_a_stale_one_refused_with_both_texts(world: World) -> None:
    (first, _) = milestone_ids(world, opened_project(world))
    opened_on = milestone_of(world, first).version
    world.do("hangzhou_clerk", save_report_draft, (Milestone, first), ReportDraft("甲写的"), opened_on)
    with pytest.raises(StaleVersion) as stale:
        world.do("hangzhou_head", save_report_draft, (Milestone, first), ReportDraft("乙写的"), opened_on)
    assert list(stale.value.theirs.values()) == ["甲写的"]
    assert list(stale.value.yours.values()) == ["乙写的"]


@pytest.mark.parametrize("draft", [ReportDraft("长" * 4001), ReportDraft("好", "长" * 1001)])
def test_over_long_texts_are_refused(sqlite_world: World, draft: ReportDraft) -> None:
    (first, _) = milestone_ids(sqlite_world, opened_project(sqlite_world))
    with pytest.raises(Invalid):
        sqlite_world.do("hangzhou_clerk", save_report_draft, (Milestone, first), draft)


def test_only_the_lead_unit_reports_and_only_officers_decide(sqlite_world: World) -> None:
    world = sqlite_world
    (first, _) = milestone_ids(world, opened_project(world, partners=("ningbo",)))
    for key in ("ningbo_head", "wenzhou_clerk", "officer", "auditor", "sysadmin"):
        with pytest.raises(Refused):
            world.do(key, report_milestone, (Milestone, first), ReportDraft("完成", "无"))
    report(world, first)
    for key in ("hangzhou_head", "approver", "auditor", "secadmin"):
        with pytest.raises(Refused):
            world.do(key, pass_milestone, (Milestone, first))


def test_an_outcome_is_delivered_complete_and_by_the_head(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world)
    finish_milestones(world, project_id)
    key = (Outcome, outcome_id(world, project_id))
    with pytest.raises(Invalid) as refused:
        world.do("hangzhou_head", deliver_outcome, key)
    assert set(refused.value.problems) == {
        "summary", "replication", "achievements.0.achieved", "achievements.1.achieved", "files",
    }  # fmt: skip
    world.do("hangzhou_clerk", save_outcome, key, complete_outcome())
    with pytest.raises(Refused):
        world.do("hangzhou_clerk", deliver_outcome, key)
    world.do("hangzhou_head", deliver_outcome, key)
    assert project_of(world, project_id).state == "delivered"
    assert len(mails(world, "outcome_delivered")) == 2
    with pytest.raises(Refused):
        world.do("hangzhou_clerk", save_outcome, key, complete_outcome())


def test_promises_cannot_be_rewritten(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world)
    finish_milestones(world, project_id)
    key = outcome_id(world, project_id)
    rows = [Achievement("完成", "证明")] * 5
    world.do("hangzhou_clerk", save_outcome, (Outcome, key), OutcomeDraft("概述", "条件", rows))
    with world.reading() as session:
        outcome = session.get_one(Outcome, key)
    assert [row["promised"] for row in outcome.delivered] == ["1项", "3家"]


def test_a_returned_outcome_is_mended_and_delivered_again(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = delivered_project(world)
    key = (Outcome, outcome_id(world, project_id))
    with pytest.raises(Invalid):
        world.do("officer", return_outcome, key, "")
    world.do("officer", return_outcome, key, "请补充试用报告")
    assert project_of(world, project_id).state == "running"
    assert len(mails(world, "outcome_returned")) == 2
    world.do("hangzhou_head", deliver_outcome, key)
    assert len(mails(world, "outcome_delivered")) == 4


def test_the_officer_convenes_the_acceptance_panel_once(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = delivered_project(world, partners=("ningbo",))
    key = (Outcome, outcome_id(world, project_id))
    panel = world.do("officer", convene_acceptance, key)
    with world.reading() as session:
        panel = session.get_one(Panel, panel.id)
        assert (panel.subject_kind, len(panel.items), len(panel.items[0].parties)) == ("outcome", 1, 2)
        assert panel.rubric["name"] == "成果验收"
    with pytest.raises(Refused):
        world.do("officer", convene_acceptance, key)


def test_the_panels_result_ends_project_and_topic(world: World) -> None:
    project_id = accepted_project(world, score="88.50")
    with world.reading() as session:
        project = session.get_one(Project, project_id)
        assert (project.state, project.score, project.grade) == ("accepted", Decimal("88.50"), "good")
        assert project.topic.state == "completed"
        assert session.scalars(select(Notice.title).where(Notice.kind == "outcome")).all() == [
            f"关于“{project.title}”成果通过验收的公告"
        ]
    assert actions(world, project_id)[-3:] == ["OutcomeDelivered", "OutcomeAccepted", "PointsCredited"]
    assert len(mails(world, "outcome_decided")) == 2


def test_a_weak_outcome_fails_and_is_not_announced(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = accepted_project(world, score="59.99")
    assert (project_of(world, project_id).state, project_of(world, project_id).grade) == ("failed", "fail")
    with world.reading() as session:
        assert session.scalars(select(Notice.id).where(Notice.kind == "outcome")).all() == []


def test_a_topic_ends_with_its_last_project(world: World) -> None:
    with world.uow("approver") as uow:
        award(uow, ["hangzhou", "ningbo"], planned((3, 6)))
    with world.reading() as session:
        rows = session.execute(select(Project.id, Project.topic_id).order_by(Project.number)).all()
    for (project_id, topic_id), unit, state in zip(
        rows, ("hangzhou", "ningbo"), ("awarded", "completed"), strict=True
    ):
        finish_milestones(world, project_id, unit)
        key = (Outcome, outcome_id(world, project_id))
        world.do(f"{unit}_clerk", save_outcome, key, complete_outcome())
        world.do(f"{unit}_head", deliver_outcome, key)
        conclude(world, project_id, "75")
        with world.reading() as session:
            assert session.get_one(Topic, topic_id).state == state


def test_every_forbidden_move_of_a_milestone_is_refused(sqlite_world: World) -> None:
    """Each (state, action) pair outside the table."""
    world = sqlite_world
    (first, _) = milestone_ids(world, opened_project(world))
    verbs: dict[str, Any] = {
        "report": ("hangzhou_head", report_milestone, ReportDraft("完成", "无")),
        "pass": ("officer", pass_milestone, "同意"),
        "return": ("officer", return_milestone, "不足"),
    }
    allowed = {("pending", "report"), ("returned", "report"), ("reported", "pass"), ("reported", "return")}
    seen = set()
    for step in ("", "report", "return", "report", "pass"):
        if step:
            world.do(verbs[step][0], verbs[step][1], (Milestone, first), verbs[step][2])
        state = milestone_of(world, first).state
        for name, (who, verb, payload) in verbs.items():
            seen.add((state, name))
            if (state, name) not in allowed:
                with pytest.raises(MarketplaceError):
                    world.do(who, verb, (Milestone, first), payload)
                assert milestone_of(world, first).state == state
    assert len(seen) == 12
