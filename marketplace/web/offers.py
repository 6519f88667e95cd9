"""What a page offers: actions with the reason why not, and the stage as a stepper."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.core.verdict import YES, Verdict
from marketplace.core.workflow import Workflow
from marketplace.web.i18n import reason_text, translate


def offer(
    label: str,
    endpoint: str,
    verdict: Verdict = YES,
    *,
    method: str = "post",
    tone: str = "primary",
    **values: Any,
) -> dict[str, Any]:
    """One action for the ``actions`` macro: the policy's verdict decides the button and gives the reason. ``label``
    is a msgid."""
    return {
        "label": translate(label),
        "url": url_for(endpoint, **values),
        "method": method,
        "enabled": verdict.allowed,
        "reason": reason_text(verdict),
        "tone": tone,
    }


def stepper(
    workflow: Workflow, path: Sequence[str], state: str, times: Mapping[str, datetime | None] | None = None
) -> list[dict[str, Any]]:
    """The main path of a workflow with the present state marked, for the ``stepper`` macro. A state off the path is
    appended as a side step."""
    states = [str(step) for step in path]
    at = dict(times or {})
    if state in states:
        here = states.index(state)
        marks = ["done" if i < here else "current" if i == here else "todo" for i in range(len(states))]
    else:
        states, marks = [*states, state], ["todo"] * len(states) + ["side"]
    return [
        {"label": translate(workflow.label(step)), "state": mark, "at": at.get(step)}
        for step, mark in zip(states, marks, strict=True)
    ]


def history_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Audit rows (``audit.queries.history_of``) for the ``history`` macro, newest first."""
    return [
        {
            "who": translate(row.person_name) if row.person_id is None else row.person_name,
            "unit": row.organisation_name,
            "when": row.at,
            "action": translate(row.label),
            "reason": row.reason,
        }
        for row in reversed(rows)
    ]
