"""Writes docs/workflows.md from the workflow tables: ``python -m marketplace.workflow_document``."""

from importlib import import_module

from marketplace.config import ROOT
from marketplace.core.workflow import Workflow

TARGET = ROOT / "docs" / "workflows.md"
STEPS = (
    "organisations",
    "topics",
    "reviews",
    "bids",
    "projects",
    "priority",
    "priority.funding",
    "computations",
)


def workflows() -> list[Workflow]:
    """All workflows in the order of the story."""
    modules = [import_module(f"marketplace.{step}.workflow") for step in STEPS]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Workflow)]


def document() -> str:
    """The document as it should stand."""
    head = (
        "# Workflows (流程表)\n\nGenerated from the tables in `marketplace/*/workflow.py`; a test fails when the two "
        "differ. Write it anew with `python -m marketplace.workflow_document`.\n"
    )
    return head + "".join(_table(flow) for flow in workflows())


def _table(flow: Workflow) -> str:
    lines = [
        f"\n## {flow.name}\n",
        "| 状态 state | 办理 action | 下一状态 next | 办理人 who |",
        "|---|---|---|---|",
    ]
    for move in flow.moves:
        here, there = flow.label(move.state), flow.label(move.next)
        lines.append(
            f"| {here} `{move.state}` | {move.label} `{move.action}` | {there} `{move.next}` | {move.who} |"
        )
    ends = [f"{flow.label(state)} `{state}`" for state in map(str, flow.states) if not flow.actions(state)]
    if ends:
        lines.append(f"\nEnd states: {', '.join(ends)}.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
