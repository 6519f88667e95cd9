"""The chain of migrations makes exactly the tables of the models, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect

from marketplace.core.database import make_engine
from marketplace.migrate import all_metadata, differences, is_current, upgrade


@pytest.fixture(params=["sqlite", "postgres"])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    on_sqlite = request.param == "sqlite"
    engine = make_engine(
        f"sqlite:///{tmp_path / 'e.db'}" if on_sqlite else request.getfixturevalue("postgres_url")
    )
    yield engine
    engine.dispose()


def test_the_chain_makes_the_tables_of_the_models(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    assert is_current(empty_engine)
    assert differences(empty_engine) == []


def test_the_chain_makes_every_check_and_index(empty_engine: Engine) -> None:
    """Alembic does not compare check constraints: they are compared here by name."""
    upgrade(empty_engine)
    found = inspect(empty_engine)
    for table in all_metadata().sorted_tables:
        wanted = {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert {c["name"] for c in found.get_check_constraints(table.name)} == wanted, table.name


def test_upgrading_twice_changes_nothing(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    upgrade(empty_engine)
    assert is_current(empty_engine)
