"""Who may do what, role by state, and the reason told to everybody else."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.core.actor import Actor, Role
from marketplace.topics import policy
from marketplace.topics.workflow import CHALLENGE_LIST, TOPIC, ListState, TopicState

NOW = datetime(2031, 1, 1, tzinfo=UTC)
ALL = tuple(Role)


def actor(*roles: Role, person_id: int = 7) -> Actor:
    return Actor(person_id, "某人", 1, "某单位", "province", frozenset(roles))


def topic(state: TopicState, list_state: ListState = ListState.PUBLISHED, **more: Any) -> Any:
    defaults = {"submitted_by": 1, "deadline": NOW + timedelta(days=1), "published_at": NOW}
    return SimpleNamespace(state=state, list=SimpleNamespace(state=list_state), **{**defaults, **more})


VERBS = {
    "edit": (lambda a, t: policy.may_edit(a, t), Role.OFFICER, {TopicState.DRAFT}),
    "submit": (lambda a, t: policy.may_submit(a, t), Role.OFFICER, {TopicState.DRAFT}),
    "approve": (lambda a, t: policy.may_approve(a, t), Role.APPROVER, {TopicState.IN_APPROVAL}),
    "return": (
        lambda a, t: policy.may_return(a, t), Role.APPROVER, {TopicState.IN_APPROVAL, TopicState.SCHEDULED}
    ),
    "amend": (lambda a, t: policy.may_amend(a, t, NOW), Role.APPROVER, {TopicState.OPEN}),
    "withdraw": (
        lambda a, t: policy.may_withdraw(a, t, NOW), Role.APPROVER, {TopicState.OPEN, TopicState.SCHEDULED}
    ),
}  # fmt: skip


@pytest.mark.parametrize("role", ALL)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_by_role_and_state(verb: str, role: Role) -> None:
    ask, wanted_role, states = VERBS[verb]
    for state in TopicState:
        verdict = ask(actor(role), topic(state))
        assert bool(verdict) == (role == wanted_role and state in states), state
        assert bool(verdict.reason) != verdict.allowed, state


def test_nobody_approves_her_own_topic() -> None:
    both = actor(Role.OFFICER, Role.APPROVER, person_id=1)
    verdict = policy.may_approve(both, topic(TopicState.IN_APPROVAL, submitted_by=1))
    assert "另一人" in verdict.reason
    assert policy.may_approve(both, topic(TopicState.IN_APPROVAL, submitted_by=2))


def test_a_topic_waits_for_its_list() -> None:
    verdict = policy.may_approve(actor(Role.APPROVER), topic(TopicState.IN_APPROVAL, ListState.DRAFT))
    assert "榜单尚未发布" in verdict.reason


@pytest.mark.parametrize("milliseconds", [-1, 0, 1])
def test_the_deadline_ends_amendment_and_withdrawal(milliseconds: int) -> None:
    found = topic(TopicState.OPEN, deadline=NOW - timedelta(milliseconds=milliseconds))
    allowed = milliseconds < 0
    assert bool(policy.may_amend(actor(Role.APPROVER), found, NOW)) == allowed
    assert bool(policy.may_withdraw(actor(Role.APPROVER), found, NOW)) == allowed


@pytest.mark.parametrize("state", ListState)
@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.CLERK, Role.SYSTEM_ADMIN])
def test_lists_by_role_and_state(role: Role, state: ListState) -> None:
    found: Any = SimpleNamespace(state=state)
    draft = state == ListState.DRAFT
    assert bool(policy.may_change_rules(actor(role), found)) == (role == Role.OFFICER and draft)
    assert bool(policy.may_publish_list(actor(role), found)) == (role == Role.APPROVER and draft)
    assert bool(policy.may_draft_topic(actor(role), found)) == (
        role == Role.OFFICER and state != ListState.CLOSED
    )
    assert bool(policy.may_desk(actor(role))) == (role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR))


def test_the_workflows_hold_exactly_these_moves() -> None:
    moves = {
        (state, action)
        for state in TopicState
        for action in {move.action for move in TOPIC.moves}
        if TOPIC.allows(state, action)
    }
    assert moves == {
        ("draft", "submit"), ("in_approval", "return"), ("in_approval", "schedule"), ("in_approval", "publish"),
        ("scheduled", "publish"), ("scheduled", "return"), ("scheduled", "withdraw"), ("open", "open_bids"),
        ("open", "open_without_bids"), ("open", "withdraw"), ("in_review", "award"), ("in_review", "award_none"),
        ("awarded", "complete"),
    }  # fmt: skip
    assert [(m.state, m.action) for m in CHALLENGE_LIST.moves] == [
        ("draft", "publish"),
        ("published", "close"),
    ]
