"""Steps that many tests begin with are taken once a test process: later tests begin with a copy of what they left."""

import pickle
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

from tests.support.world import World

LONG = 0.3
"""Seconds of processor time: several times what a copy costs."""
Step = TypeVar("Step", bound=Callable[..., Any])


@dataclass(frozen=True)
class Stage:
    """What a step left: its answer, the clock, who is signed in, the database and the files."""

    answer: bytes
    now: datetime
    tokens: dict[str, tuple[str, datetime]]
    folder: Path
    database: str

    @classmethod
    def of(cls, world: World, answer: bytes, number: int) -> "Stage":
        """Keeps a copy beside the template of the database."""
        folder = world.stages / f"stage-{number}"
        files = world.runtime.settings.files_dir
        if files.exists():
            shutil.copytree(files, folder / "files")
        folder.mkdir(parents=True, exist_ok=True)
        return cls(answer, world.clock.now, dict(world.tokens), folder, _kept(world, folder))

    def take_up(self, world: World) -> Any:
        """Puts the world where the step left it."""
        _restored(world, self.database)
        if (self.folder / "files").exists():
            shutil.copytree(self.folder / "files", world.runtime.settings.files_dir, dirs_exist_ok=True)
        world.clock.now, world.tokens = self.now, dict(self.tokens)
        return pickle.loads(self.answer)  # noqa: S301 - written above


def _kept(world: World, folder: Path) -> str:
    if world.server is None:
        file = str(folder / "stage.db")
        with (
            closing(sqlite3.connect(str(world.engine.url.database))) as source,
            closing(sqlite3.connect(file)) as kept,
        ):
            source.backup(kept)
        return file
    world.engine.dispose()
    return world.server.create_database(str(world.engine.url.database))


def _restored(world: World, database: str) -> None:
    world.engine.dispose()
    here = str(world.engine.url.database)
    if world.server is None:
        for rest in ("-wal", "-shm"):
            Path(here + rest).unlink(missing_ok=True)
        shutil.copy(database, here)
        return
    world.server.drop_database(here)
    world.server.create_database(database, here)


class Kept:
    """The stages of this test process."""

    stages: ClassVar[dict[tuple[Any, ...], Stage]] = {}
    asked: ClassVar[Counter[tuple[Any, ...]]] = Counter()


def staged(step: Step) -> Step:
    """A step that is taken up from a copy, where nothing but such steps came before it in this test."""

    @wraps(step)
    def taken(world: World, *args: Any, **kwargs: Any) -> Any:
        come_by = world.come_by()
        if come_by is None:
            return step(world, *args, **kwargs)
        key = (
            *come_by,
            step.__module__,
            step.__qualname__,
            repr(args),
            repr(sorted(kwargs.items())),
            world.clock.now,
        )
        known = Kept.stages.get(key)
        if known is not None:
            answer = known.take_up(world)
        else:
            begun = time.process_time()
            answer = step(world, *args, **kwargs)
            _perhaps_keep(world, key, answer, time.process_time() - begun)
        world.arrive(key)
        return answer

    return cast(Step, taken)


def _perhaps_keep(world: World, key: tuple[Any, ...], answer: Any, seconds: float) -> None:
    """A long step at once, a short one when it is asked for again: a copy takes its moment too."""
    Kept.asked[key] += 1
    if Kept.asked[key] > 1 or seconds > LONG:
        Kept.stages[key] = Stage.of(world, pickle.dumps(answer), len(Kept.stages))
