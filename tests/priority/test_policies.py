"""Lists and ledger: role by state."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.core.actor import Actor, Role
from marketplace.priority import policy
from marketplace.priority.workflow import DeclarationState, PriorityState

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
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


PROVINCE = {"officer", "approver", "both", "auditor"}
UNIT = {"clerk", "head"}
ROUNDS: dict[str, dict[str, set[str]]] = {
    "draft": {
        "may_read_list": PROVINCE, "may_read_rows": PROVINCE, "may_revise": {"officer", "both"},
        "may_announce": {"approver"},
    },
    "announced": {
        "may_read_list": PROVINCE | UNIT, "may_read_rows": PROVINCE, "may_compute": {"officer", "approver", "both"},
        "may_publish": {"approver"},
    },
    "published": {
        "may_read_list": PROVINCE | UNIT, "may_read_rows": PROVINCE | UNIT, "may_propose": {"officer", "both"},
    },
    "correcting": {
        "may_read_list": PROVINCE | UNIT, "may_read_rows": PROVINCE | UNIT,
        "may_compute": {"officer", "approver", "both"}, "may_correct": {"approver", "both"},
    },
}  # fmt: skip
VERBS = (
    "may_read_list", "may_read_rows", "may_revise", "may_announce", "may_compute", "may_publish", "may_propose",
    "may_correct",
)  # fmt: skip


@pytest.mark.parametrize("state", list(PriorityState))
@pytest.mark.parametrize("verb", VERBS)
def test_rounds(state: str, verb: str) -> None:
    plist = SimpleNamespace(state=state, created_by=6, correction_by=4)
    assert who(getattr(policy, verb), plist) == ROUNDS[state].get(verb, set())


def test_only_officers_draft() -> None:
    assert who(policy.may_draft) == {"officer", "both"}


@pytest.mark.parametrize("state", list(PriorityState))
@pytest.mark.parametrize("late", [False, True])
def test_units_declare_between_announcement_and_deadline(state: str, late: bool) -> None:
    until = NOW - timedelta(seconds=1) if late else NOW + timedelta(days=1)
    plist = SimpleNamespace(state=state, declare_until=until)
    open_ = state == "announced" and not late
    assert who(policy.may_declare, plist, 7, NOW) == (UNIT if open_ else set())
    assert who(policy.may_declare, plist, 99, NOW) == set()
    assert who(policy.may_declare, SimpleNamespace(state=state, declare_until=None), 7, NOW) == set()


DECLARATIONS: dict[str, tuple[set[str], set[str], set[str], set[str]]] = {
    "draft": (UNIT, {"head"}, set(), UNIT),
    "submitted": (set(), set(), {"officer", "both"}, UNIT | PROVINCE),
    "accepted": (set(), set(), set(), UNIT | PROVINCE),
    "refused": (UNIT, set(), set(), UNIT | PROVINCE),
}
"""State → who may save, submit, decide, read."""


@pytest.mark.parametrize("state", list(DeclarationState))
def test_declarations(state: str) -> None:
    one = SimpleNamespace(state=state, organisation_id=7)
    plist = SimpleNamespace(state="announced", declare_until=NOW + timedelta(days=1))
    save, submit, decide, read = DECLARATIONS[state]
    assert who(policy.may_save, one, plist, NOW) == save
    assert who(policy.may_submit, one, plist, NOW) == submit
    assert who(policy.may_decide, one, plist) == decide
    assert who(policy.may_read_declaration, one) == read
    assert who(policy.may_decide, one, SimpleNamespace(state="published")) == set()


def test_a_unit_reads_its_own_points_only() -> None:
    assert who(policy.may_read_ledger, 7) == {"clerk", "head", "officer", "approver", "both", "auditor"}
    assert who(policy.may_read_ledger, 99) == {"officer", "approver", "both", "auditor"}
