"""One of a panel's experts heads it and confirms the panel's opinion."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

ONE_HEAD = "heads AND state IN ('invited', 'confirmed')"


def upgrade() -> None:
    with op.batch_alter_table("seat") as batch:
        batch.add_column(sa.Column("heads", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("seat") as batch:
        batch.alter_column("heads", server_default=None)
    op.create_index(
        "uq_seat_head", "seat", ["panel_id"], unique=True, sqlite_where=sa.text(ONE_HEAD),
        postgresql_where=sa.text(ONE_HEAD),
    )  # fmt: skip
    with op.batch_alter_table("panel_opinion") as batch:
        batch.add_column(sa.Column("confirmation", sa.JSON(), nullable=True))
