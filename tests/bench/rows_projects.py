"""Rows of projects and their milestones."""

from collections.abc import Iterator

from marketplace.core.clock import end_of_day
from tests.bench.data import Plan, Row, days
from tests.bench.rows_topics import title

MILESTONES = 4
QUEUES = {"reported": 0, "pending": 1, "passed": 2}


def project_rows(plan: Plan) -> Iterator[Row]:
    """A running project for each awarded topic."""
    for topic in plan.awarded:
        yield {
            "id": topic, "version": 1, "number": f"BENCH-P-{topic}", "topic_id": topic, "bid_id": plan.bids(topic)[0],
            "lead_id": plan.lead(topic, 0), "title": title(topic), "state": "running",
            "opened_at": plan.now - days(30 + topic % 200), "due_on": (plan.now + days(330)).date(),
            "budget_fen": 25_000_000, "progress": 25, "is_sample": True,
            "indicators": [{"name": "标准文本", "target": "一套", "proof": "文本"}],
        }  # fmt: skip


def state_of(topic: int, place: int) -> str:
    """One milestone passed; one reported in each project that the reporting unit does not lead; the others to come."""
    if place == 0:
        return "passed"
    return "reported" if place == 1 and topic % 3 == 1 else "pending"


def milestone_rows(plan: Plan) -> Iterator[Row]:
    """Four milestones a project."""
    for topic in plan.awarded:
        for place in range(MILESTONES):
            day = (plan.now + days(90 * place - 60 + topic % 50)).date()
            state = state_of(topic, place)
            yield {
                "id": topic * 10 + place, "version": 1, "project_id": topic, "position": place + 1,
                "name": f"第{place + 1}阶段", "deliverables": "标准草案和验证记录",
                "evidence": ["会议纪要", "阶段报告"], "weight": 25, "due_on": day, "due_at": end_of_day(day),
                "state": state, "queue": QUEUES[state],
                "reported_at": None if state == "pending" else plan.now - days(3),
                "passed_at": plan.now - days(2) if state == "passed" else None, "draft": {},
            }  # fmt: skip


def report_rows(plan: Plan) -> Iterator[Row]:
    """The report of every milestone that has been handed in."""
    for topic in plan.awarded:
        for place in range(MILESTONES):
            state = state_of(topic, place)
            if state == "pending":
                continue
            yield {
                "id": topic * 10 + place, "milestone_id": topic * 10 + place, "number": 1,
                "summary": "按计划完成。" * 20,
                "state": "passed" if state == "passed" else "submitted", "on_time": True, "files": [],
                "no_evidence_reason": "", "submitted_by": plan.people["anji_clerk"],
                "submitted_at": plan.now - days(3),
            }  # fmt: skip
