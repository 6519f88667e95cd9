"""The audit trail becomes a chain: links, a daily anchor, and how far its inspection has come."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "trail_link",
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["row_id"], ["audit_row.id"], name=op.f("fk_trail_link_row_id_audit_row")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_trail_link")),
        sa.UniqueConstraint("row_id", name=op.f("uq_trail_link_row_id")),
    )
    op.create_index(op.f("ix_trail_link_digest"), "trail_link", ["digest"])
    op.create_table(
        "trail_anchor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_trail_anchor")),
    )
    op.create_table(
        "trail_inspection",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=16), nullable=True),
        sa.Column("faulty_row_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_inspection")),
    )
