"""What the meeting decided names the meeting and its day; opinions of before name none."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

NAMED_AND_DATED = "(meeting_name IS NULL) = (meeting_on IS NULL)"


def upgrade() -> None:
    for table in ("meeting_decision", "funding_deviation"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("meeting_name", sa.String(length=100), nullable=True))
            batch.add_column(sa.Column("meeting_on", sa.Date(), nullable=True))
            batch.create_check_constraint(op.f(f"ck_{table}_meeting_named_and_dated"), NAMED_AND_DATED)
