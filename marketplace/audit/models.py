"""The append-only trail and the seals that hide parts of it until opening."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Connection, ForeignKey, Index, String, Table, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.database import Base, BigId, Numbered


class Seal(Base):
    """封存: while ``opened_at`` is empty, nothing that carries this key may be shown, counted or named."""

    __tablename__ = "seal"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    opened_at: Mapped[datetime | None]


class AuditRow(Numbered, Base):
    """审计记录: never changed, never deleted. Ids are not shown (a gap would tell of a sealed row)."""

    __tablename__ = "audit_row"
    __table_args__ = (
        Index("ix_audit_row_subject", "subject_kind", "subject_id"),
        Index("ix_audit_row_at", "at"),
        Index("ix_audit_row_person", "person_id", "at"),
    )

    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(120))
    outcome: Mapped[str] = mapped_column(String(16), default="done")
    person_id: Mapped[int | None]
    person_name: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int | None]
    organisation_name: Mapped[str] = mapped_column(String(120))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seal_key: Mapped[str | None] = mapped_column(String(64), index=True)
    request_id: Mapped[str] = mapped_column(String(32), default="")
    address: Mapped[str] = mapped_column(String(64), default="")


KEEPS_ROWS = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_row_keeps_{verb} BEFORE {verb} ON audit_row"
        " BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION audit_row_keeps() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE EXCEPTION ''audit rows are never changed''; END'",
        "CREATE TRIGGER audit_row_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_row"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_row_keeps()",
    ),
}
"""The database itself refuses to change the trail, whoever asks."""


def keep_rows(connection: Connection) -> None:
    """Puts the guard on the table; used by ``create_all`` and by the migration alike."""
    for statement in KEEPS_ROWS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


@event.listens_for(AuditRow.__table__, "after_create")
def _after_create(_table: Table, connection: Connection, **_: Any) -> None:
    keep_rows(connection)


class TrailLink(Base):
    """审计链: one audit row, and a digest over its content and the digest before it. Positions are not shown: their
    number would tell of sealed rows."""

    __tablename__ = "trail_link"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    row_id: Mapped[int] = mapped_column(ForeignKey("audit_row.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)


class TrailAnchor(Base):
    """存证: where the chain ended on a day, as the auditors have it by mail."""

    __tablename__ = "trail_anchor"

    day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class TrailInspection(Base):
    """链的核验 (one row): how far the present walk along the chain has come, and what the last whole one found."""

    __tablename__ = "trail_inspection"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    running: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
    checked_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(16))
    faulty_row_id: Mapped[int | None]
