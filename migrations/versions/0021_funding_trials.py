"""Terms that somebody tried on a funding round."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "funding_trial",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_by", BIG, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["priority_list.id"], name=op.f("fk_funding_trial_list_id_priority_list")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_funding_trial_asked_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_trial")),
        sa.UniqueConstraint("list_id", "sha256", name=op.f("uq_funding_trial_list_id_sha256")),
    )


def downgrade() -> None:
    op.drop_table("funding_trial")
