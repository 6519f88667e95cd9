"""Who scores what: until now every member of a panel scored every item, and that is what the old panels get."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AS_IT_WAS = """
INSERT INTO duty (panel_id, seat_id, item_id, origin, state, lifted_because, given_at)
SELECT seat.panel_id, seat.id, panel_item.id, 'whole',
       CASE WHEN seat.state IN ('invited', 'confirmed') THEN 'live' ELSE 'lifted' END, seat.reason,
       COALESCE(panel.released_at, panel.convened_at)
FROM seat
JOIN panel ON panel.id = seat.panel_id
JOIN panel_item ON panel_item.panel_id = seat.panel_id
WHERE panel.state <> 'draft'
"""


def upgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("panel_id", BIG, nullable=False),
        sa.Column("seat_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("because", sa.JSON(), nullable=True),
        sa.Column("lifted_because", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "origin IN ('whole', 'assigned', 'extra', 'anchor')", name=op.f("ck_duty_origin_listed")
        ),
        sa.CheckConstraint("state IN ('live', 'lifted')", name=op.f("ck_duty_state_listed")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_duty_panel_id_panel")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_duty_seat_id_seat")),
        sa.ForeignKeyConstraint(["item_id"], ["panel_item.id"], name=op.f("fk_duty_item_id_panel_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("seat_id", "item_id", name=op.f("uq_duty_seat_id_item_id")),
    )
    op.create_index("ix_duty_panel", "duty", ["panel_id", "state", "seat_id"])
    op.create_index("ix_duty_item", "duty", ["item_id", "state"])
    op.execute(AS_IT_WAS)
