"""Two rounds with which many tests begin."""

from dataclasses import dataclass

import pytest

from tests.support.funding import Round, drafted, planned, terms
from tests.support.world import World


@dataclass
class Scene:
    """A round in a database of its own."""

    world: World
    round: Round


@pytest.fixture
def drafted_scene(sqlite_world: World) -> Scene:
    """A drafted round without terms."""
    return Scene(sqlite_world, drafted(sqlite_world))


@pytest.fixture
def planned_scene(sqlite_world: World) -> Scene:
    """A round with a computed plan: 杭州、宁波 60, 安吉 50 of 170 万元."""
    return Scene(sqlite_world, planned(sqlite_world, terms(sqlite_world, 170)))
