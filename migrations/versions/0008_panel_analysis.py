"""The analysis of a panel's sheets, and what its meeting wrote down."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "panel_analysis",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("panel_id", BIG, nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("announced_sha256", sa.String(length=64), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_analysis_panel_id_panel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_analysis")),
        sa.UniqueConstraint(
            "panel_id", "inputs_sha256", name=op.f("uq_panel_analysis_panel_id_inputs_sha256")
        ),
    )
    op.create_table(
        "panel_note",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("panel_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", BIG, nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('discussion', 'dissent', 'conclusion')", name=op.f("ck_panel_note_kind_listed")
        ),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_note_panel_id_panel")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["panel_item.id"], name=op.f("fk_panel_note_item_id_panel_item")
        ),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_panel_note_written_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_note")),
    )
    op.create_index("ix_panel_note_panel", "panel_note", ["panel_id", "id"])
