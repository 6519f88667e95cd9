"""Experts say which items they would score, and declare conflicts before the items are given out."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("panel") as batch:
        batch.add_column(sa.Column("preferences_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("seat") as batch:
        batch.add_column(sa.Column("preferred_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("recusal_entry") as batch:
        batch.drop_constraint(op.f("ck_recusal_entry_rule_listed"), type_="check")
        batch.create_check_constraint(
            op.f("ck_recusal_entry_rule_listed"), "rule IN ('bidder', 'office', 'declared')"
        )
    op.create_table(
        "item_preference",
        sa.Column("seat_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "level IN ('eager', 'can', 'unwilling')", name=op.f("ck_item_preference_level_listed")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_item_preference_seat_id_seat")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["panel_item.id"], name=op.f("fk_item_preference_item_id_panel_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_preference")),
        sa.UniqueConstraint("seat_id", "item_id", name=op.f("uq_item_preference_seat_id_item_id")),
    )
    op.create_index(op.f("ix_item_preference_item_id"), "item_preference", ["item_id"])
