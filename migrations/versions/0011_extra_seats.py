"""Seats of experts who were called for single items only."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    with op.batch_alter_table("seat") as batch:
        batch.add_column(sa.Column("extra", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("seat") as batch:
        batch.alter_column("extra", server_default=None)
