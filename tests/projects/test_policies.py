"""Who may do what in which state, and the reason: the whole table."""

from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.core.actor import Actor, Role
from marketplace.core.verdict import Verdict
from marketplace.projects import policy
from marketplace.projects.workflow import MilestoneState, ProjectState

LEAD, OTHER = 7, 8
ACTORS = {
    "lead_clerk": Actor(1, "", LEAD, "", "municipal", frozenset({Role.CLERK})),
    "lead_head": Actor(2, "", LEAD, "", "municipal", frozenset({Role.HEAD})),
    "lead_expert": Actor(3, "", LEAD, "", "municipal", frozenset({Role.EXPERT})),
    "other_head": Actor(4, "", OTHER, "", "municipal", frozenset({Role.HEAD})),
    "officer": Actor(5, "", 1, "", "province", frozenset({Role.OFFICER})),
    "approver": Actor(6, "", 1, "", "province", frozenset({Role.APPROVER})),
    "auditor": Actor(9, "", 1, "", "province", frozenset({Role.AUDITOR})),
    "sysadmin": Actor(10, "", 1, "", "province", frozenset({Role.SYSTEM_ADMIN})),
}
UNIT = {"lead_clerk", "lead_head"}


def project(state: str, *milestones: str) -> Any:
    made = SimpleNamespace(lead_id=LEAD, state=state, milestones=[])
    made.milestones = [SimpleNamespace(state=m, weight=50, project=made) for m in milestones]
    return made


def allowed(verdicts: dict[str, Verdict]) -> set[str]:
    """Who may; everybody else is told why not."""
    assert all(verdict.allowed or verdict.reason for verdict in verdicts.values())
    return {key for key, verdict in verdicts.items() if verdict.allowed}


@pytest.mark.parametrize("state", list(MilestoneState))
@pytest.mark.parametrize("project_state", list(ProjectState))
def test_reporting_and_deciding(state: str, project_state: str) -> None:
    milestone = project(project_state, state).milestones[0]
    open_ = state in ("pending", "returned") and project_state == "running"
    assert allowed({key: policy.may_report(actor, milestone) for key, actor in ACTORS.items()}) == (
        UNIT if open_ else set()
    )
    assert allowed({key: policy.may_decide(actor, milestone) for key, actor in ACTORS.items()}) == (
        {"officer"} if state == "reported" else set()
    )


@pytest.mark.parametrize("state", list(ProjectState))
@pytest.mark.parametrize("last", list(MilestoneState))
def test_outcomes(state: str, last: str) -> None:
    one = project(state, "passed", last)
    ready = state == "running" and last == "passed"
    assert allowed({k: policy.may_edit_outcome(a, one) for k, a in ACTORS.items()}) == (
        UNIT if ready else set()
    )
    assert allowed({k: policy.may_deliver(a, one) for k, a in ACTORS.items()}) == (
        {"lead_head"} if ready else set()
    )
    officer = {"officer"} if state == "delivered" else set()
    assert allowed({k: policy.may_return_outcome(a, one) for k, a in ACTORS.items()}) == officer
    assert allowed({k: policy.may_convene(a, one) for k, a in ACTORS.items()}) == officer
    decided = state in ("accepted", "failed")
    assert all(policy.may_read_opinions(actor, one).allowed == decided for actor in ACTORS.values())


def test_the_reason_names_what_is_missing() -> None:
    head = ACTORS["lead_head"]
    assert policy.may_deliver(head, project("running", "passed", "reported")).reason == "还有里程碑未通过审核"
    assert policy.may_deliver(head, project("delivered", "passed")).reason == "成果已经提交"
    assert (
        policy.may_deliver(ACTORS["lead_clerk"], project("running", "passed")).reason
        == "由牵头单位负责人（审核）办理"
    )
    assert "等待省局审核" in policy.may_report(head, project("running", "reported").milestones[0]).reason


def test_the_board_is_for_the_province_and_the_auditor() -> None:
    assert allowed({key: policy.may_see_board(actor) for key, actor in ACTORS.items()}) == {
        "officer", "approver", "auditor",
    }  # fmt: skip
