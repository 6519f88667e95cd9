"""A database of an earlier release keeps every row on its way up, on both databases.

``data/0002.json.gz`` holds the rows of the sample year as version 0002 wrote them (mails and audit rows shortened).
"""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    MetaData,
    Table,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.core.database import Base, make_engine
from marketplace.migrate import all_metadata, differences, upgrade, upgrade_to
from marketplace.priority.funding.models import FundingDeviation
from marketplace.priority.models import MeetingDecision
from tests.support.postgres import Postgres

ROWS = Path(__file__).parent / "data" / "0002.json.gz"
Dump = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def rows() -> Dump:
    """Table → rows, as SQLite stored them."""
    dump: Dump = json.loads(gzip.decompress(ROWS.read_bytes()))
    return dump


@contextmanager
def old_database(address: str, rows: Dump) -> Iterator[Engine]:
    """A database at version 0002 with the rows."""
    engine = make_engine(address)
    upgrade_to(engine, "0002")
    with engine.begin() as connection:
        fill(connection, rows)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def old_engine(request: pytest.FixtureRequest, tmp_path: Path, rows: Dump) -> Iterator[Engine]:
    """An old database of this test's own."""
    on_sqlite = request.param == "sqlite"
    address = f"sqlite:///{tmp_path / 'old.db'}" if on_sqlite else request.getfixturevalue("postgres_url")
    with old_database(address, rows) as engine:
        yield engine


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def upgraded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, rows: Dump
) -> Iterator[Engine]:
    """An old database brought up to the present, for tests that only read."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('upgraded') / 'old.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        address = server.url(server.create_database())
    with old_database(address, rows) as engine:
        upgrade(engine)
        yield engine


def fill(connection: Connection, rows: Dump) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
    metadata = MetaData()
    metadata.reflect(connection, only=list(rows))
    for table in metadata.sorted_tables:
        connection.execute(table.insert(), [typed(table, row) for row in rows[table.name]])
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = DEFAULT"))


def typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: value_of(table.c[name], value) for name, value in row.items()}


def value_of(column: Column[Any], value: Any) -> Any:
    """SQLite's texts and numbers as what the column holds."""
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if column.type.timezone else moment
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, JSON):
        return json.loads(value)
    return bool(value) if isinstance(column.type, Boolean) else value


def counts(connection: Connection, names: list[str]) -> dict[str, int]:
    return {
        name: connection.scalar(select(func.count()).select_from(Table(name, MetaData()))) or 0
        for name in names
    }


def test_every_row_is_kept(upgraded: Engine, rows: Dump) -> None:
    assert differences(upgraded) == []
    with upgraded.connect() as connection:
        assert counts(connection, list(rows)) == {name: len(found) for name, found in rows.items()}


def test_every_row_can_be_read_by_the_models(upgraded: Engine) -> None:
    all_metadata()
    with Session(upgraded) as session:
        for mapper in Base.registry.mappers:
            session.scalars(select(mapper.class_)).unique().all()


def test_foreign_keys_hold_again_afterwards(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def opinions_of_old(connection: Connection) -> None:
    """A decision and a deviation as version 0030 wrote them."""
    tables = MetaData()
    tables.reflect(
        connection, only=["meeting_decision", "funding_deviation", "priority_list", "project", "person"]
    )
    first = {name: connection.scalar(select(func.min(table.c.id))) for name, table in tables.tables.items()}
    second = connection.scalar(select(func.max(tables.tables["person"].c.id)))
    shared = {
        "list_id": first["priority_list"], "reason": "会议研究决定（示例）", "state": "confirmed", "opinion": "",
        "proposed_by": first["person"], "proposed_at": datetime(2026, 3, 2, 1, tzinfo=UTC), "decided_by": second,
        "decided_at": datetime(2026, 3, 2, 2, tzinfo=UTC), "version": 1,
    }  # fmt: skip
    decision = {"figures_sha256": "0" * 64, "candidate": "unit:1", "selected": True}
    deviation = {"plan_sha256": "0" * 64, "project_id": first["project"], "amounts": [0]}
    connection.execute(tables.tables["meeting_decision"].insert(), shared | decision)
    connection.execute(tables.tables["funding_deviation"].insert(), shared | deviation)


def test_opinions_of_old_name_no_meeting_and_new_ones_name_all_of_it(old_engine: Engine) -> None:
    upgrade_to(old_engine, "0030")
    with old_engine.begin() as connection:
        opinions_of_old(connection)
    upgrade(old_engine)
    assert differences(old_engine) == []
    with Session(old_engine) as session:
        for model in (MeetingDecision, FundingDeviation):
            one = session.scalars(select(model)).one()
            assert (one.held, one.reason, one.state) == (None, "会议研究决定（示例）", "confirmed")
            for half in ({"meeting_name": "局长办公会"}, {"meeting_on": date(2026, 3, 2)}):
                with pytest.raises(IntegrityError), session.begin_nested():
                    session.execute(update(model).values(half))
            session.execute(update(model).values(meeting_name="局长办公会", meeting_on=date(2026, 3, 2)))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(MeetingDecision).values(decided_by=MeetingDecision.proposed_by))
