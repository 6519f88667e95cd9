"""Rounds made once for all tests, each test on its own copy: five accepted projects take their time."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.funding import Round, drafted, finished, terms
from tests.support.world import Shared, World


@dataclass
class Scene:
    """A round in a database of its own."""

    world: World
    round: Round


@dataclass
class Kept:
    """A database file with a round at a moment."""

    path: Path
    people: dict[str, int]
    round: Round
    now: datetime


def _keep(world: World, path: Path, one: Round, folder: Path) -> Kept:
    with world.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = folder / f"{len(list(folder.iterdir()))}.db"
    shutil.copy(path, kept)
    return Kept(kept, world.people, one, world.clock())


@pytest.fixture(scope="session")
def kept_rounds(
    sqlite_template: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Kept]:
    """drafted: five projects, no terms; planned: all of them asked for money, 170 万元 are planned."""
    template, people = sqlite_template
    folder = tmp_path_factory.mktemp("rounds")
    path = tmp_path_factory.mktemp("building") / "round.db"
    shutil.copy(template, path)
    world = Shared.with_database(f"sqlite:///{path}", path.parent, people)
    one = drafted(world)
    found = {"drafted": _keep(world, path, one, folder)}
    finished(world, one, terms(world, 170))
    found["planned"] = _keep(world, path, one, folder)
    world.engine.dispose()
    return found


def _scene(kept: Kept, tmp_path: Path) -> Iterator[Scene]:
    shutil.copy(kept.path, tmp_path / "round.db")
    world = Shared.with_database(f"sqlite:///{tmp_path / 'round.db'}", tmp_path, kept.people)
    world.clock.now = kept.now
    yield Scene(world, kept.round)
    world.engine.dispose()


@pytest.fixture
def drafted_scene(kept_rounds: dict[str, Kept], tmp_path: Path) -> Iterator[Scene]:
    """A drafted round without terms."""
    yield from _scene(kept_rounds["drafted"], tmp_path)


@pytest.fixture
def planned_scene(kept_rounds: dict[str, Kept], tmp_path: Path) -> Iterator[Scene]:
    """A round with a computed plan: 杭州、宁波 60, 安吉 50 of 170 万元."""
    yield from _scene(kept_rounds["planned"], tmp_path)
