"""A score sheet knows the offline workbook it was last taken from."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("score_sheet", sa.Column("workbook", sa.String(length=16), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("score_sheet") as batch:
        batch.drop_column("workbook")
