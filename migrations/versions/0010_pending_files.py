"""Files chosen in a refused form wait for the next try."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pending_file",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("owner_kind", sa.String(length=32), nullable=False),
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pending_file_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_file")),
        sa.UniqueConstraint(
            "person_id", "owner_kind", "owner_id", "sha256", "name",
            name=op.f("uq_pending_file_person_id_owner_kind_owner_id_sha256_name"),
        ),
    )  # fmt: skip
    op.create_index("ix_pending_file_expires_at", "pending_file", ["expires_at"])
    op.create_index(op.f("ix_pending_file_sha256"), "pending_file", ["sha256"])


def downgrade() -> None:
    op.drop_table("pending_file")
