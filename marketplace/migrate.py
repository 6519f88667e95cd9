"""The schema's history: bring a database to the newest version, or write the next step of the chain.

``flask migrate new "what changes"`` compares models and database and writes a file to ``migrations/versions``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from marketplace.config import ROOT
from marketplace.core.database import Base, Hundredths, UtcDateTime

MIGRATIONS = ROOT / "migrations"
SEARCH_SHADOW = "search_index"
"""Tables of the full-text index, made by their own DDL, begin so."""


def all_metadata() -> MetaData:
    """All tables: every package's models are imported."""
    here = Path(__file__).parent
    for path in sorted(here.rglob("models.py")):
        import_module(".".join(("marketplace", *path.parent.relative_to(here).parts, "models")))
    return Base.metadata


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leaves out what the database makes for itself."""
    return not (kind == "table" and str(name).startswith(SEARCH_SHADOW))


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Writes our column types as what they are in the database, so that old migrations never need our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Hundredths):
        return "sa.Integer()"
    return False


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Brings the database to the newest version (nothing happens when it is there already)."""
    upgrade_to(engine, "head")


def upgrade_to(engine: Engine, revision: str) -> None:
    """Brings the database to a version, all steps in one transaction."""
    writing = engine.execution_options(sqlite_begin="IMMEDIATE")
    with writing.connect() as connection, _without_foreign_keys(connection), connection.begin():
        command.upgrade(_config(connection), revision)
        _check_foreign_keys(connection)


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying and dropping it, which its foreign keys forbid while rows point there; they
    can be switched off only outside a transaction."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    """What was switched off is checked before the commit. Raises RuntimeError and nothing is changed."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration leaves rows that point nowhere: {broken[:3]}")


def write_next(engine: Engine, message: str) -> None:
    """Writes the next migration from the difference between models and database."""
    with engine.begin() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=next_number())


def next_number() -> str:
    """Migrations are numbered 0001, 0002, …"""
    return f"{len(list((MIGRATIONS / 'versions').glob('[0-9]*.py'))) + 1:04d}"


def is_current(engine: Engine) -> bool:
    """True when the database stands at the newest version."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def differences(engine: Engine) -> list[Any]:
    """What the models have that the migrated database has not, or the other way round."""
    options = {"compare_type": True, "include_object": include_object, "render_as_batch": True}
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), all_metadata()))
