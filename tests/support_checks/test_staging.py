"""A step that was taken before leads to the same place, and is not taken again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from marketplace.organisations.models import Person
from tests.support.furnished import on_sqlite
from tests.support.places import SqlitePlace
from tests.support.staging import staged
from tests.support.world import BEGINNING, World

Begin = Callable[[str], AbstractContextManager[World]]


@pytest.fixture
def taken() -> list[str]:
    """The names that the step was really taken with."""
    TAKEN.clear()
    return TAKEN


TAKEN = list[str]()


@staged
def named(world: World, name: str) -> list[str]:
    """The officer gets a name, an hour passes."""
    TAKEN.append(name)
    with world.uow() as uow:
        uow.session.get_one(Person, world.people["officer"]).name = name
    world.clock.forward(hours=1)
    return [name]


def name_in(world: World) -> str:
    with world.reading() as session:
        return session.get_one(Person, world.people["officer"]).name


@pytest.fixture
def begin(sqlite_template: tuple[Path, dict[str, int]], tmp_path: Path, run_folder: Path) -> Begin:
    """Begins a world at the template, as each test does."""

    @contextmanager
    def begun(folder: str) -> Iterator[World]:
        (tmp_path / folder).mkdir()
        yield from on_sqlite(sqlite_template, tmp_path / folder, run_folder)

    return begun


def test_a_step_asked_for_again_is_taken_up_from_a_copy(begin: Begin, taken: list[str]) -> None:
    for folder in ("first", "second", "third"):
        with begin(folder) as world:
            answer = named(world, "甲")
            assert answer == ["甲"]
            assert name_in(world) == "甲"
            assert (world.clock() - BEGINNING).total_seconds() == 3600
            answer.append("changed by this test")
            named(world, "乙")
            assert name_in(world) == "乙"
    assert taken == ["甲", "乙"] * 2  # short steps are kept when they are taken the second time


def test_of_several_steps_only_the_last_is_copied(
    begin: Begin, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put = list[str]()
    copied = SqlitePlace.put
    monkeypatch.setattr(SqlitePlace, "put", lambda place, file: (put.append(file), copied(place, file)))
    for folder in ("first", "second", "third"):
        put.clear()
        with begin(folder) as world:
            assert put == []
            for name in ("丙", "丁", "戊"):
                named(world, name)
            assert name_in(world) == "戊"
    assert len(put) == 1
    assert taken == ["丙", "丁", "戊"] * 2


def test_after_anything_else_a_step_is_taken_anew(begin: Begin, taken: list[str]) -> None:
    for folder in ("first", "second", "third"):
        with begin(folder) as world:
            with world.uow() as uow:
                uow.session.get_one(Person, world.people["officer2"]).name = "己"
            named(world, "庚")
    assert taken == ["庚"] * 3


def test_what_has_no_name_is_never_kept(begin: Begin, taken: list[str]) -> None:
    @staged
    def shown(world: World, what: object) -> None:
        TAKEN.append("again")

    for folder in ("first", "second", "third"):
        with begin(folder) as world:
            shown(world, object())
    assert taken == ["again"] * 3
