"""Letters go to all who hold a role: they are found without looking through everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

CURRENT = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_appointment_role", "appointment", ["role"], sqlite_where=CURRENT, postgresql_where=CURRENT
    )


def downgrade() -> None:
    op.drop_index("ix_appointment_role", "appointment")
