"""The program's dataclass beside the standard library's: the same behaviour, option by option."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, asdict, field, replace
from typing import Any, ClassVar

import pytest

from marketplace.core import dataclass as ours

OPTIONS: list[dict[str, bool]] = [
    {},
    {"slots": True},
    {"frozen": True},
    {"frozen": True, "eq": False},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "kw_only": True},
]


def made_by(decorator: Any, **options: bool) -> Any:
    """A small family of classes."""

    @decorator(**options)
    class Thing:
        kind: ClassVar[str] = "thing"
        name: str
        count: int = 2
        marks: list[int] = field(default_factory=list)
        secret: str = field(default="x", repr=False, compare=False)
        doubled: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "doubled", self.count * 2)

    @decorator(**options)
    class Derived(Thing):
        note: str = ""
        kind: ClassVar[str] = "derived"

        def __repr__(self) -> str:
            return f"<{self.note}>"

    return Thing, Derived


def told(call: Any) -> object:
    """What a call gives or which error it raises."""
    try:
        return call()
    except (TypeError, AttributeError) as error:
        return type(error)


def behaviour(decorator: Any, options: dict[str, bool]) -> list[object]:
    """What one can see of the classes."""
    thing, derived = made_by(decorator, **options)
    one, same, other = thing(name="a"), thing(name="a"), thing(name="a", count=3, marks=[1])
    child = derived(name="a", note="n")
    return [
        [repr(each).rpartition(".")[2] for each in (one, other, child)],
        [one == same, one == other, one == child, one == 1, one == replace(same, secret="y")],
        [asdict(each) for each in (one, other, child, replace(other, count=4))],
        one.marks is same.marks,
        told(lambda: thing("b", 5).doubled),
        told(lambda: thing()),
        told(lambda: thing(name="a", nothing=1)),
        told(lambda: setattr(one, "count", 9)),
        told(lambda: delattr(one, "count")),
        told(lambda: hash(replace(one, marks=()))) == told(lambda: hash(replace(same, marks=()))),
        told(lambda: hash(one)) if options.get("eq", True) else "by identity",
        [copy.copy(other).marks, copy.deepcopy(child).note],
        [f.name for f in dataclasses.fields(derived)],
        thing.__match_args__,
        hasattr(one, "__dict__"),
        thing.__init__.__qualname__,
    ]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "plain")
def test_behaves_like_the_standard_one(options: dict[str, bool]) -> None:
    assert behaviour(ours.dataclass, options) == behaviour(dataclasses.dataclass, options)


@ours.dataclass(frozen=True, slots=True)
class Point:
    """In the module, so that it can be pickled."""

    x: int
    y: int = 0


def test_a_frozen_object_survives_pickling_and_stays_frozen() -> None:
    point = pickle.loads(pickle.dumps(Point(1, 2)))  # noqa: S301 - our own bytes
    assert point == Point(1, 2)
    assert {point, Point(1, 2), Point(2, 1)} == {Point(1, 2), Point(2, 1)}
    with pytest.raises(FrozenInstanceError):
        point.x = 3


def test_nothing_is_compiled_before_the_first_object() -> None:
    thing, derived = made_by(ours.dataclass, frozen=True)
    before = thing.__init__
    derived(name="a")
    assert thing.__init__ is before
    thing(name="a")
    assert thing.__init__ is not before
    assert thing.__init__ is not derived.__init__
