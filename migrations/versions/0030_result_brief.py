"""Keeps beside the result of a panel the few things that its page shows."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

PANEL = sa.table(
    "panel", sa.column("id", sa.BigInteger), sa.column("result", sa.Text), sa.column("result_brief", sa.JSON)
)


def upgrade() -> None:
    op.add_column("panel", sa.Column("result_brief", sa.JSON(), nullable=True))
    connection = op.get_bind()
    results = sa.select(PANEL.c.id, sa.cast(PANEL.c.result, sa.Text)).where(PANEL.c.result.is_not(None))
    for panel_id, text in connection.execute(results).all():
        result = json.loads(text)
        if result is not None:
            kept = sa.update(PANEL).where(PANEL.c.id == panel_id)
            connection.execute(kept.values(result_brief=brief_of(result)))


def brief_of(result: dict[str, Any]) -> dict[str, Any]:
    """As the program writes it at this version."""
    voted = [sorted(vote["order"]) for vote in result["votes"]]
    groups: dict[int, list[int]] = {}
    for place in result["places"]:
        if place["needs_vote"]:
            groups.setdefault(place["rank"], []).append(place["item"])
    return {
        "sha256": result["sha256"],
        "official": result.get("official", "announced"),
        "reasons": [vote["reason"] for vote in result["votes"]],
        "ties": [[rank, items] for rank, items in groups.items() if sorted(items) not in voted],
    }
