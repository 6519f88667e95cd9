"""A topic knows when its panel came to a result, so that the workbench need not look through all panels."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("topic", sa.Column("result_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_topic_result_at", "topic", ["state", "result_at"])
    op.execute(
        "UPDATE topic SET result_at = (SELECT max(concluded_at) FROM panel WHERE panel.topic_id = topic.id "
        "AND panel.subject_kind = 'bid' AND panel.state = 'concluded')"
    )


def downgrade() -> None:
    op.drop_index("ix_topic_result_at", "topic")
    op.drop_column("topic", "result_at")
