"""The chain of migrations makes exactly the tables of the models, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect

from marketplace.core.database import make_engine
from marketplace.migrate import all_metadata, differences, is_current, upgrade
from tests.support.postgres import Postgres


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty database with the whole chain upon it."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('made') / 'e.db'}")
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        engine = make_engine(server.url(server.create_database()))
    upgrade(engine)
    yield engine
    engine.dispose()


def test_the_chain_makes_the_tables_of_the_models(made: Engine) -> None:
    assert is_current(made)
    assert differences(made) == []


def test_the_chain_makes_every_check_and_index(made: Engine) -> None:
    """Alembic does not compare check constraints: they are compared here by name."""
    found = inspect(made)
    for table in all_metadata().sorted_tables:
        wanted = {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert {c["name"] for c in found.get_check_constraints(table.name)} == wanted, table.name


def test_upgrading_twice_changes_nothing(made: Engine) -> None:
    upgrade(made)
    assert is_current(made)
    assert differences(made) == []
