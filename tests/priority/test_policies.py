"""Lists and ledger: role by state."""

from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.core.actor import Actor, Role
from marketplace.priority import policy
from marketplace.priority.workflow import PriorityState

ACTORS = {
    "clerk": Actor(1, "", 7, "", "municipal", frozenset({Role.CLERK})),
    "head": Actor(2, "", 7, "", "municipal", frozenset({Role.HEAD})),
    "expert": Actor(3, "", 7, "", "university", frozenset({Role.EXPERT})),
    "officer": Actor(4, "", 1, "", "province", frozenset({Role.OFFICER})),
    "approver": Actor(5, "", 1, "", "province", frozenset({Role.APPROVER})),
    "both": Actor(6, "", 1, "", "province", frozenset({Role.OFFICER, Role.APPROVER})),
    "auditor": Actor(8, "", 1, "", "province", frozenset({Role.AUDITOR})),
    "secadmin": Actor(9, "", 1, "", "province", frozenset({Role.SECURITY_ADMIN})),
}


def who(verb: Any, *rest: Any) -> set[str]:
    verdicts = {key: verb(actor, *rest) for key, actor in ACTORS.items()}
    assert all(verdict.allowed or verdict.reason for verdict in verdicts.values())
    return {key for key, verdict in verdicts.items() if verdict.allowed}


@pytest.mark.parametrize("state", list(PriorityState))
def test_lists(state: str) -> None:
    plist = SimpleNamespace(state=state, created_by=6)
    draft = state == "draft"
    province = {"officer", "approver", "both", "auditor"}
    assert who(policy.may_draft) == {"officer", "both"}
    assert who(policy.may_read_list, plist) == (province if draft else province | {"clerk", "head"})
    assert who(policy.may_revise, plist) == ({"officer", "both"} if draft else set())
    assert who(policy.may_publish, plist) == ({"approver"} if draft else set())
    assert who(policy.may_correct, plist) == (set() if draft else {"approver", "both"})


def test_a_unit_reads_its_own_points_only() -> None:
    assert who(policy.may_read_ledger, 7) == {"clerk", "head", "officer", "approver", "both", "auditor"}
    assert who(policy.may_read_ledger, 99) == {"officer", "approver", "both", "auditor"}
