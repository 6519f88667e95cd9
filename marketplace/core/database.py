"""Engine, session and column types: the one place that knows the two databases apart."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from marketplace.core.ids import random_id
from marketplace.core.session import QuickSession

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Hundredths(TypeDecorator[Decimal]):
    """A decimal with two places (分数、积分), stored as an integer number of hundredths: never a float."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value * 100
        if scaled != scaled.to_integral_value():
            raise ValueError("at most two decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigId, datetime: UtcDateTime(), Decimal: Hundredths()}


class Numbered:
    """A key that counts up: for things whose number tells nothing worth hiding."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)


class Unguessable:
    """A random key: its value tells neither count nor order (bids, receipts, files, mails)."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, default=random_id)


class Versioned:
    """Optimistic locking: a second writer on the same version loses cleanly (409)."""

    version: Mapped[int] = mapped_column(Integer, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy passes the class
        return {"version_id_col": cls.version}


def one_of(column: str, states: type[StrEnum] | Iterable[str], name: str | None = None) -> CheckConstraint:
    """A check that the column holds one of the listed codes."""
    codes = ", ".join(f"'{code}'" for code in states)
    return CheckConstraint(f"{column} IN ({codes})", name=name or f"{column}_listed")


def make_engine(url: str, *, echo: bool = False) -> Engine:
    """An engine with the settings that proved themselves: SQLite in WAL with IMMEDIATE writers, PostgreSQL with
    timeouts and a small pool."""
    if url.startswith("sqlite"):
        engine = create_engine(url, echo=echo, pool_size=10, max_overflow=20)
        _prepare_sqlite(engine)
        return engine
    return create_engine(
        url,
        echo=echo,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=5,
        pool_recycle=1800,
        pool_timeout=10,
        connect_args={
            "options": "-c timezone=UTC -c statement_timeout=30000 -c lock_timeout=10000 "
            "-c idle_in_transaction_session_timeout=60000"
        },
    )


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "temp_store=MEMORY",
            "cache_size=-16000",
        ):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


DATABASE_CLOCK = "database_clock"
"""Execution option of an engine whose database tells the time."""


def reading_session(engine: Engine) -> Session:
    """A session for looking only."""
    return QuickSession(engine, expire_on_commit=False)


def writing_session(engine: Engine) -> Session:
    """A session that takes SQLite's write lock from the start (reading first and writing later loses updates)."""
    return QuickSession(engine.execution_options(sqlite_begin="IMMEDIATE"), expire_on_commit=False)


def tells_time(session: Session) -> bool:
    """True when the database's clock counts: PostgreSQL under the system's clock (one clock for several servers)."""
    bind = session.get_bind()
    return bind.dialect.name == "postgresql" and bool(bind.get_execution_options().get(DATABASE_CLOCK))


def database_now(session: Session, fallback: datetime) -> datetime:
    """The database's clock inside the transaction where it counts; on SQLite, which serves one host, and under a clock
    of one's own, ``fallback``, read after the write lock was taken."""
    if not tells_time(session):
        return fallback
    moment: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)


def one_at_a_time(session: Session, *names: str, shared: bool = False) -> None:
    """Until the end of this transaction nobody else passes here with one of the same names; ``shared``: nobody but
    others who share it. They are taken in the order given. On SQLite a writing session holds the only write lock as
    soon as it has begun."""
    if session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        session.execute(select(*(lock(func.hashtext(name)) for name in names)))
    else:
        session.connection()
