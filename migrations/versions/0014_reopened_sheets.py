"""What stood on a score sheet before it was reopened."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("score_sheet") as batch:
        batch.add_column(sa.Column("earlier", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("score_sheet") as batch:
        batch.alter_column("earlier", server_default=None)
