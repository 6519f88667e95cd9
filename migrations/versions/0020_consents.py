"""Partners of a joint bid say themselves that they take part; bids submitted before stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "'unasked', 'asked', 'given', 'refused', 'by_agreement', 'historic'"
NOT_SUBMITTED = (
    "UPDATE bid_partner SET state = 'unasked' "
    "WHERE bid_id IN (SELECT id FROM bid WHERE state IN ('draft', 'with_head', 'withdrawn'))"
)


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("bid_partner") as batch:
        batch.add_column(sa.Column("share_fen", BIG, nullable=False, server_default="0"))
        batch.add_column(sa.Column("state", sa.String(length=16), nullable=False, server_default="historic"))
        batch.add_column(sa.Column("asked_at", moment, nullable=True))
        batch.add_column(sa.Column("answered_at", moment, nullable=True))
        batch.add_column(sa.Column("answered_by", BIG, nullable=True))
        batch.add_column(sa.Column("refusal", sa.Text(), nullable=True))
        batch.add_column(sa.Column("terms_sha256", sa.String(length=64), nullable=True))
    op.execute(NOT_SUBMITTED)
    with op.batch_alter_table("bid_partner") as batch:
        batch.alter_column("share_fen", server_default=None)
        batch.alter_column("state", server_default=None)
        batch.create_check_constraint(op.f("ck_bid_partner_state_listed"), f"state IN ({STATES})")
        batch.create_check_constraint(op.f("ck_bid_partner_share"), "share_fen >= 0")
        batch.create_foreign_key(op.f("fk_bid_partner_answered_by_person"), "person", ["answered_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("bid_partner") as batch:
        batch.drop_constraint(op.f("fk_bid_partner_answered_by_person"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_bid_partner_share"), type_="check")
        batch.drop_constraint(op.f("ck_bid_partner_state_listed"), type_="check")
        for name in (
            "terms_sha256",
            "refusal",
            "answered_by",
            "answered_at",
            "asked_at",
            "state",
            "share_fen",
        ):
            batch.drop_column(name)
