"""The pure rules: ladder, plan, progress, grade."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.bids.content import BidContent, Indicator, PlannedMilestone
from marketplace.core.clock import end_of_day
from marketplace.projects.planning import last_day, project_number, promises_of, steps_of
from marketplace.projects.progress import all_passed, grade_of, progress_of
from marketplace.projects.reminders import LADDER, MOMENTS, Audience, due_rungs, next_reminder
from marketplace.topics.rules import DEFAULT_RULES

DUE = end_of_day(date(2026, 6, 30))
CODES = [rung.code for rung in LADDER]


def test_the_ladder_climbs_from_the_owner_to_the_province() -> None:
    assert list(MOMENTS) == CODES
    assert CODES == ["T-30", "T-7", "T-1", "T", "T+3", "T+7", "T+14"]
    assert [rung.audience for rung in LADDER[3:]] == [
        Audience.OWNER, Audience.HEAD, Audience.SUPERIOR, Audience.PROVINCE,
    ]  # fmt: skip
    assert [rung.code for rung in LADDER if rung.is_escalation] == ["T+3", "T+7", "T+14"]


def test_a_rung_is_due_when_its_day_begins_in_beijing() -> None:
    days = {rung.code: rung.due_at(DUE) for rung in LADDER}
    assert days["T"] == datetime(2026, 6, 29, 16, tzinfo=UTC)
    assert days["T-30"] == datetime(2026, 5, 30, 16, tzinfo=UTC)
    assert days["T+14"] == datetime(2026, 7, 13, 16, tzinfo=UTC)


def test_what_lies_before_the_opening_is_never_due() -> None:
    opened = DUE - timedelta(days=10)
    assert next_reminder(DUE, opened) == LADDER[1].due_at(DUE)
    assert [rung.code for rung in due_rungs(DUE, opened, DUE)] == ["T-7", "T-1", "T"]


def test_the_ladder_ends() -> None:
    assert next_reminder(DUE, DUE + timedelta(days=14)) is None


@given(st.integers(0, 90 * 24), st.lists(st.integers(0, 30 * 24), max_size=12))
def test_each_rung_is_climbed_once_in_order_whatever_the_pauses(start: int, pauses: list[int]) -> None:
    """Walking the ladder with any gaps between looks gives the same rungs as one look at the end."""
    opened = now = DUE - timedelta(hours=start)
    since = next_reminder(DUE, opened)
    climbed: list[str] = []
    for pause in pauses:
        now += timedelta(hours=pause)
        if since is not None and since <= now:
            climbed += [rung.code for rung in due_rungs(DUE, since, now)]
            since = next_reminder(DUE, now, climbed)
    wanted = [rung.code for rung in LADDER if opened <= rung.due_at(DUE) <= now] if pauses else []
    assert climbed == wanted


def test_milestones_are_due_months_after_the_award_in_the_order_of_time() -> None:
    content = BidContent(
        milestones=(PlannedMilestone("乙", 6), PlannedMilestone("甲", 1), PlannedMilestone("丙", 12))
    )
    steps = steps_of(content, date(2026, 1, 31))
    assert [(step.position, step.name, step.due_on) for step in steps] == [
        (1, "甲", date(2026, 2, 28)), (2, "乙", date(2026, 7, 31)), (3, "丙", date(2027, 1, 31)),
    ]  # fmt: skip
    assert sum(step.weight for step in steps) == 100
    assert last_day(content, date(2026, 1, 31), 6) == date(2027, 1, 31)
    assert last_day(content, date(2026, 1, 31), 18) == date(2027, 7, 31)


def test_promises_name_their_deliverable() -> None:
    content = BidContent(indicators=(Indicator("d1", "条款数", "0", "30条", "标准文本"),))
    assert promises_of(content, [{"key": "d1", "name": "标准草案"}]) == [
        {"deliverable": "标准草案", "name": "条款数", "present": "0", "target": "30条", "proof": "标准文本"}
    ]
    assert project_number("JB-2026-007", 2) == "XM-JB-2026-007-2"


@given(
    st.lists(st.tuples(st.integers(1, 100), st.sampled_from(["pending", "reported", "passed", "returned"])))
)
def test_progress_is_the_sum_of_passed_weights(rows: list[tuple[int, str]]) -> None:
    milestones = [SimpleNamespace(weight=weight, state=state) for weight, state in rows]
    progress = progress_of(milestones)
    assert progress + sum(m.weight for m in milestones if m.state != "passed") == sum(
        m.weight for m in milestones
    )
    assert all_passed(milestones) == (progress == sum(m.weight for m in milestones))


@pytest.mark.parametrize(
    ("score", "code", "accepted"),
    [("100", "excellent", True), ("90", "excellent", True), ("89.99", "good", True), ("80", "good", True),
     ("79.99", "pass", True), ("60", "pass", True), ("59.99", "fail", False), ("0", "fail", False)],
)  # fmt: skip
def test_grades_by_the_lines(score: str, code: str, accepted: bool) -> None:
    line, passed = grade_of(DEFAULT_RULES, Decimal(score))
    assert (line.code, passed) == (code, accepted)
