"""Steps that many tests begin with are taken once a run: later tests begin with a copy of what they left."""

import hashlib
import os
import pickle
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from tests.support.world import World

AN_ADDRESS = " at 0x"
"""Says that a thing has no other name than where it lies in the memory of this process."""
Step = TypeVar("Step", bound=Callable[..., Any])


@dataclass(frozen=True)
class Stage:
    """What a step left: its answer, the clock, who is signed in, and a copy of the database; files lie beside it."""

    answer: Any
    now: datetime
    tokens: dict[str, tuple[str, datetime]]
    database: str

    def take_up(self, world: World, files: Path) -> Any:
        """Puts the world where the step left it."""
        world.stand_at(self.database)
        if files.exists():
            shutil.copytree(files, world.parts.settings.files_dir, dirs_exist_ok=True)
        world.clock.now, world.tokens = self.now, self.tokens
        return self.answer


asked: Counter[str] = Counter()
"""How often this process has taken a step that was not kept."""


def staged(step: Step) -> Step:
    """A step that is taken up from a copy, where nothing but such steps came before it in this test."""

    @wraps(step)
    def taken(world: World, *args: Any, **kwargs: Any) -> Any:
        come_by = world.come_by()
        given = f"{args} {sorted(kwargs.items())}"
        if come_by is None or AN_ADDRESS in given:
            return step(world, *args, **kwargs)
        steps = (*come_by, f"{step.__module__}.{step.__qualname__} {given} {world.clock.now}")
        folder = world.run_folder / "stages" / hashlib.sha256(repr(steps).encode()).hexdigest()
        if folder.exists():
            stage: Stage = pickle.loads((folder / "stage").read_bytes())  # noqa: S301 - written by ``_keep``
            answer = stage.take_up(world, folder / "files")
        else:
            begun = time.process_time()
            answer = step(world, *args, **kwargs)
            _perhaps_keep(world, folder, answer, time.process_time() - begun)
        world.arrive(steps)
        return answer

    return cast(Step, taken)


def _perhaps_keep(world: World, folder: Path, answer: Any, seconds: float) -> None:
    """A long step at once, a short one when it is asked for again: a copy takes its moment too."""
    assert world.place is not None
    asked[folder.name] += 1
    if asked[folder.name] > 1 or seconds > world.place.worth_keeping:
        _keep(world, folder, answer)


def _keep(world: World, folder: Path, answer: Any) -> None:
    """Lets all processes of the run see it, once it is whole."""
    half = folder.with_name(f"{folder.name}.{os.getpid()}")
    half.mkdir(parents=True)
    files = world.runtime.settings.files_dir
    if files.exists():
        shutil.copytree(files, half / "files")
    stage = Stage(answer, world.clock.now, world.tokens, world.kept_database())
    (half / "stage").write_bytes(pickle.dumps(stage))
    try:
        half.rename(folder)
    except OSError:  # another process was quicker
        shutil.rmtree(half)
