"""Funding of rounds: terms, requests, deviations."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _terms()
    _requests()
    _deviations()


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"))


def _round(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["list_id"], ["priority_list.id"], name=op.f(f"fk_{table}_list_id_priority_list")
    )


def _project(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["project_id"], ["project.id"], name=op.f(f"fk_{table}_project_id_project")
    )


def _terms() -> None:
    op.create_table(
        "funding_terms",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", BIG, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'in_force', 'replaced')", name=op.f("ck_funding_terms_state_listed")
        ),
        _round("funding_terms"),
        _person("funding_terms", "proposed_by"),
        _person("funding_terms", "confirmed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_terms")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_funding_terms_list_id_number")),
    )


def _requests() -> None:
    op.create_table(
        "funding_request",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("years", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("submitted_by", BIG, nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned')", name=op.f("ck_funding_request_state_listed")
        ),
        _round("funding_request"),
        _project("funding_request"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_funding_request_organisation_id_organisation"),
        ),
        _person("funding_request", "submitted_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_request")),
        sa.UniqueConstraint("list_id", "project_id", name=op.f("uq_funding_request_list_id_project_id")),
    )
    op.create_index("ix_funding_request_unit", "funding_request", ["organisation_id", "state"])


def _deviations() -> None:
    op.create_table(
        "funding_deviation",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("amounts", sa.JSON(), nullable=False),
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
            "state IN ('proposed', 'confirmed', 'refused')", name=op.f("ck_funding_deviation_state_listed")
        ),
        _round("funding_deviation"),
        _project("funding_deviation"),
        _person("funding_deviation", "proposed_by"),
        _person("funding_deviation", "decided_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_deviation")),
    )
    op.create_index("ix_funding_deviation_list", "funding_deviation", ["list_id", "state"])
