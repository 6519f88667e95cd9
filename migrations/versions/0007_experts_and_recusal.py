"""The expert pool's profile and ratings; recusal asked for and decided; invitations declined."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEATS = "state IN ('invited', 'confirmed', 'declined', 'recused', 'removed')"
FORMER_SEATS = "state IN ('invited', 'confirmed', 'recused', 'removed')"


def upgrade() -> None:
    _profile()
    _ratings()
    _recusal()
    former = sa.CheckConstraint(FORMER_SEATS, name=op.f("ck_seat_state_listed"))
    with op.batch_alter_table("seat", table_args=(former,)) as seat:
        seat.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="[]"))
        seat.drop_constraint(op.f("ck_seat_state_listed"), type_="check")
        seat.create_check_constraint(op.f("ck_seat_state_listed"), SEATS)
    op.create_index("ix_panel_concluded_at", "panel", ["state", "concluded_at"])


def _profile() -> None:
    with op.batch_alter_table("expert") as expert:
        expert.add_column(sa.Column("kind", sa.String(length=16), nullable=False, server_default="expert"))
        expert.add_column(sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"))
        expert.add_column(sa.Column("workload_limit", sa.Integer(), nullable=True))
        expert.create_check_constraint(op.f("ck_expert_kind_listed"), "kind IN ('expert', 'talent')")
        expert.create_check_constraint(
            "workload", "workload_limit IS NULL OR workload_limit BETWEEN 1 AND 50"
        )


def _ratings() -> None:
    op.create_table(
        "expert_rating",
        sa.Column("expert_id", KEY, nullable=False),
        sa.Column("seat_id", KEY, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rated_by", KEY, nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_expert_rating_score_range")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_expert_rating_expert_id_expert")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_expert_rating_seat_id_seat")),
        sa.ForeignKeyConstraint(["rated_by"], ["person.id"], name=op.f("fk_expert_rating_rated_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_rating")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_expert_rating_seat_id")),
    )
    op.create_index("ix_expert_rating_expert", "expert_rating", ["expert_id", "rated_at"])


def _recusal() -> None:
    op.create_table(
        "recusal_entry",
        sa.Column("topic_id", KEY, nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", KEY, nullable=True),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("expert_id", KEY, nullable=True),
        sa.Column("named", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", KEY, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('requested', 'granted', 'refused')", name=op.f("ck_recusal_entry_state_listed")
        ),
        sa.CheckConstraint(
            "subject_kind IN ('bid', 'outcome')", name=op.f("ck_recusal_entry_subject_kind_listed")
        ),
        sa.CheckConstraint("rule IN ('bidder', 'office')", name=op.f("ck_recusal_entry_rule_listed")),
        sa.CheckConstraint(
            "outcome IN ('forbid', 'ask', 'note')", name=op.f("ck_recusal_entry_outcome_listed")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_recusal_entry_topic_id_topic")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_recusal_entry_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_recusal_entry_expert_id_expert")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_recusal_entry_asked_by_person")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_recusal_entry_decided_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal_entry")),
    )
    op.create_index("ix_recusal_entry_topic", "recusal_entry", ["topic_id", "subject_kind"])
    op.create_index("ix_recusal_entry_state", "recusal_entry", ["state", "asked_at"])
