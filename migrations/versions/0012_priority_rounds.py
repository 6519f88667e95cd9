"""Priority rounds: kinds and states, declarations, marked areas, and where points and places were used."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _rounds()
    _declarations()
    op.create_table(
        "area_mark",
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("marked_by", BIG, nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_area_mark_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["marked_by"], ["person.id"], name=op.f("fk_area_mark_marked_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_mark")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_area_mark_organisation_id")),
    )
    _uses()


def _rounds() -> None:
    with op.batch_alter_table("priority_list") as batch:
        batch.add_column(sa.Column("declare_until", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("rules_sha256", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("pseudonyms", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("judgements", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("correction_reason", sa.Text(), nullable=True))
        batch.add_column(sa.Column("correction_by", BIG, nullable=True))
        batch.create_foreign_key(
            op.f("fk_priority_list_correction_by_person"), "person", ["correction_by"], ["id"]
        )
        batch.drop_constraint(op.f("ck_priority_list_kind_listed"), type_="check")
        batch.drop_constraint(op.f("ck_priority_list_state_listed"), type_="check")
        batch.create_check_constraint(
            op.f("ck_priority_list_kind_listed"), "kind IN ('pilot', 'national', 'funding')"
        )
        batch.create_check_constraint(
            op.f("ck_priority_list_state_listed"),
            "state IN ('draft', 'announced', 'published', 'correcting')",
        )
    with op.batch_alter_table("priority_list") as batch:
        batch.alter_column("pseudonyms", server_default=None)
        batch.alter_column("judgements", server_default=None)


def _declarations() -> None:
    op.create_table(
        "declaration",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("candidate", sa.String(length=32), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", BIG, nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'accepted', 'refused')",
            name=op.f("ck_declaration_state_listed"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["priority_list.id"], name=op.f("fk_declaration_list_id_priority_list")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_declaration_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["person.id"], name=op.f("fk_declaration_submitted_by_person")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_declaration_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint(
            "list_id", "candidate", "criterion", name=op.f("uq_declaration_list_id_candidate_criterion")
        ),
    )
    op.create_index("ix_declaration_unit", "declaration", ["organisation_id", "state"])
    op.create_index("ix_declaration_state", "declaration", ["state", "list_id"])


def _uses() -> None:
    op.create_table(
        "ledger_use",
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("snapshot_id", BIG, nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_use_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_ledger_use_snapshot_id_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_use")),
        sa.UniqueConstraint("entry_id", "snapshot_id", name=op.f("uq_ledger_use_entry_id_snapshot_id")),
    )
    op.create_index("ix_ledger_use_snapshot_id", "ledger_use", ["snapshot_id"])
    op.create_table(
        "placement",
        sa.Column("snapshot_id", BIG, nullable=False),
        sa.Column("candidate", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_placement_snapshot_id_snapshot")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_placement_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("snapshot_id", "candidate", name=op.f("uq_placement_snapshot_id_candidate")),
    )
    op.create_index("ix_placement_candidate", "placement", ["candidate"])
