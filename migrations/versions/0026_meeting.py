"""What the meeting decides about candidates whose figures leave it open."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _decisions()
    _agendas()


def _decisions() -> None:
    op.create_table(
        "meeting_decision",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("figures_sha256", sa.String(length=64), nullable=False),
        sa.Column("candidate", sa.String(length=32), nullable=False),
        sa.Column("selected", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused')", name=op.f("ck_meeting_decision_state_listed")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by <> proposed_by", name=op.f("ck_meeting_decision_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["priority_list.id"], name=op.f("fk_meeting_decision_list_id_priority_list")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.id"], name=op.f("fk_meeting_decision_proposed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_meeting_decision_decided_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_decision")),
    )
    op.create_index("ix_meeting_decision_list", "meeting_decision", ["list_id", "figures_sha256"])


def _agendas() -> None:
    op.create_table(
        "meeting_agenda",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("figures_sha256", sa.String(length=64), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("computed_at", MOMENT, nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["priority_list.id"], name=op.f("fk_meeting_agenda_list_id_priority_list")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_agenda")),
        sa.UniqueConstraint("list_id", name=op.f("uq_meeting_agenda_list_id")),
    )


def downgrade() -> None:
    op.drop_table("meeting_agenda")
    op.drop_table("meeting_decision")
