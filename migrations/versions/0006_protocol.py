"""The rules of each panel, frozen with a fingerprint at its release; panels from before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("panel") as batch:
        batch.add_column(sa.Column("protocol", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("protocol_sha256", sa.String(length=64), nullable=True))
