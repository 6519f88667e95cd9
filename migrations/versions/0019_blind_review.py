"""What a person decided about the items of a blind panel."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blind_mark",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("panel_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('harmless', 'hide', 'file')", name=op.f("ck_blind_mark_what_listed")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_blind_mark_panel_id_panel")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["panel_item.id"], name=op.f("fk_blind_mark_item_id_panel_item")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_blind_mark_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_mark")),
        sa.UniqueConstraint("item_id", "what", "text", name=op.f("uq_blind_mark_item_id_what_text")),
    )
    op.create_index("ix_blind_mark_panel", "blind_mark", ["panel_id", "item_id"])


def downgrade() -> None:
    op.drop_table("blind_mark")
