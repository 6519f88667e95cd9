"""The opinion of a panel, final and fingerprinted."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "panel_opinion",
        sa.Column("panel_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("finalised_by", BIG, nullable=True),
        sa.Column("finalised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("earlier", sa.JSON(), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'final')", name=op.f("ck_panel_opinion_state_listed")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_opinion_panel_id_panel")),
        sa.ForeignKeyConstraint(
            ["finalised_by"], ["person.id"], name=op.f("fk_panel_opinion_finalised_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_opinion")),
        sa.UniqueConstraint("panel_id", name=op.f("uq_panel_opinion_panel_id")),
    )
