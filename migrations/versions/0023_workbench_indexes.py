"""A topic knows when its panel was convened, and lists of the first few end in the order of their index."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

WAITING = sa.text("state = 'in_review' AND convened_at IS NULL")
ORDERED = {
    "ix_topic_state_deadline": ("topic", "state", "deadline"),
    "ix_panel_state": ("panel", "state", "convened_at"),
    "ix_panel_concluded_at": ("panel", "state", "concluded_at"),
    "ix_project_state_due": ("project", "state", "due_on"),
}


def upgrade() -> None:
    op.add_column("topic", sa.Column("convened_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE topic SET convened_at = (SELECT min(convened_at) FROM panel WHERE panel.topic_id = topic.id "
        "AND panel.subject_kind = 'bid')"
    )
    columns = ["state", "deadline", "id"]
    op.create_index(
        "ix_topic_without_panel", "topic", columns, sqlite_where=WAITING, postgresql_where=WAITING
    )
    for name, (table, *columns) in ORDERED.items():
        op.drop_index(name, table)
        op.create_index(name, table, [*columns, "id"])


def downgrade() -> None:
    for name, (table, *columns) in ORDERED.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns)
    op.drop_index("ix_topic_without_panel", "topic")
    op.drop_column("topic", "convened_at")
