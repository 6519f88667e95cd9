"""Experts are reminded of their sheets, each rung once."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sheet_reminder",
        sa.Column("seat_id", BIG, nullable=False),
        sa.Column("rung", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_sheet_reminder_seat_id_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_reminder")),
        sa.UniqueConstraint("seat_id", "due_at", name=op.f("uq_sheet_reminder_seat_id_due_at")),
    )


def downgrade() -> None:
    op.drop_table("sheet_reminder")
