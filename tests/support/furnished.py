"""The fixtures `world` and `sqlite_world`: the program with everybody in it, each test on a copy of a template."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from marketplace.core.database import Base, make_engine
from marketplace.organisations.reference import load_reference
from marketplace.sample.cast import seat_cast
from tests.support.places import PostgresPlace, SqlitePlace
from tests.support.postgres import Postgres
from tests.support.run import once
from tests.support.world import CompiledTemplates, Shared, World, build_world


@pytest.fixture(scope="session", autouse=True)
def templates_of_the_run(run_folder: Path) -> None:
    """All processes of a run keep their compiled templates in one place."""
    CompiledTemplates.folder = run_folder / "templates"
    CompiledTemplates.folder.mkdir(exist_ok=True)


def furnish(url: str, data_dir: Path) -> dict[str, int]:
    """Creates schema, organisations and cast in an empty database."""
    world = build_world(url, data_dir)
    Base.metadata.create_all(world.engine)
    with world.uow() as uow:
        load_reference(uow)
        people = seat_cast(uow)
    world.engine.dispose()
    return people


def _furnish_sqlite(folder: Path) -> None:
    url = f"sqlite:///{folder / 'template.db'}"
    people = furnish(url, folder)
    with make_engine(url).connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    (folder / "sqlite.json").write_text(json.dumps(people))


def _furnish_postgres(server: Postgres, folder: Path) -> None:
    name = server.create_database()
    people = furnish(server.url(name), folder)
    (folder / "postgres.json").write_text(json.dumps([name, people]))


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> tuple[Path, dict[str, int]]:
    """A furnished SQLite file to copy, and who is in it."""
    once(run_folder, "sqlite.json", _furnish_sqlite)
    return run_folder / "template.db", json.loads((run_folder / "sqlite.json").read_text())


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres, run_folder: Path) -> tuple[str, dict[str, int]]:
    """A furnished PostgreSQL database to clone, and who is in it."""
    once(run_folder, "postgres.json", partial(_furnish_postgres, postgres_server))
    name, people = json.loads((run_folder / "postgres.json").read_text())
    return name, people


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path, run_folder: Path) -> Iterator[World]:
    """The furnished program on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield from on_sqlite(request.getfixturevalue("sqlite_template"), tmp_path, run_folder)
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    template, people = request.getfixturevalue("postgres_template")
    place = PostgresPlace(server)
    made = Shared.with_database(server.url(place.name), tmp_path, people)
    made.begin_at(template, place, run_folder)
    yield made
    made.leave()


@pytest.fixture
def sqlite_world(
    tmp_path: Path, run_folder: Path, sqlite_template: tuple[Path, dict[str, int]]
) -> Iterator[World]:
    """The furnished program on SQLite only: for rules that do not touch the database's ways."""
    yield from on_sqlite(sqlite_template, tmp_path, run_folder)


def on_sqlite(template: tuple[Path, dict[str, int]], tmp_path: Path, run_folder: Path) -> Iterator[World]:
    file, people = template
    place = SqlitePlace(tmp_path / "test.db")
    made = Shared.with_database(f"sqlite:///{place.file}", tmp_path, people)
    made.begin_at(str(file), place, run_folder)
    yield made
    made.leave()
