"""The standard library's ``@dataclass``, with methods that cost nothing until they are used.

The standard one writes and compiles the source of six methods for each class. With some hundreds of classes that was
a quarter of the program's start, and most of them never get an object in the process that loads them. Here
``__init__`` is compiled for the first object, and all other methods are shared. Fields, ``replace``, ``asdict`` and
``fields`` are the standard library's, and type checkers see its decorator.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from dataclasses import dataclass as standard  # noqa: TID251 - the one place that knows both
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

GIVEN_BY_FACTORY = object()
"""The default of a parameter whose real default is made anew for each object."""


def _dataclass(
    cls: Any = None, /, *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True
) -> Any:
    """As ``dataclasses.dataclass`` with these options."""
    if cls is None:
        return lambda cls: _dataclass(cls, frozen=frozen, slots=slots, kw_only=kw_only, eq=eq)
    written = set(cls.__dict__)
    cls.__doc__ = (
        cls.__doc__ or cls.__name__
    )  # else the standard one works out the signature and says it here
    made = standard(cls, init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)
    for name, method in _methods(frozen, slots, eq and "__eq__" not in written).items():
        if name not in written:
            setattr(made, name, method)
    if "__init__" not in written:
        made.__init__ = _first_init(made)
    return made


if TYPE_CHECKING:
    from dataclasses import dataclass  # noqa: TID251
else:
    dataclass = _dataclass


def _methods(frozen: bool, slots: bool, eq: bool) -> dict[str, Any]:
    """The shared methods of a class with these options, by name."""
    found: dict[str, Any] = {"__repr__": _repr}
    if eq:
        found |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
    if frozen:
        found |= {"__setattr__": _refuse, "__delattr__": _refuse}
    if frozen and slots:  # copying and pickling would set the attributes one by one
        found |= {"__getstate__": _state, "__setstate__": _restore}
    return found


def _first_init(cls: Any) -> Callable[..., None]:
    """What the first object is made with: it puts the compiled ``__init__`` into its own place."""

    def __init__(self: Any, *args: Any, **values: Any) -> None:
        cls.__init__ = _compiled_init(cls)
        cls.__init__(self, *args, **values)

    return __init__


def _compiled_init(cls: Any) -> Callable[..., None]:
    """``__init__`` as a function of its own, as fast as one that somebody has written."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_by_factory": GIVEN_BY_FACTORY}
    known |= {f"_default_{field.name}": _default(field) for field in fields(cls)}
    by_place = [_parameter(field) for field in fields(cls) if field.init and not field.kw_only]
    by_name = [_parameter(field) for field in fields(cls) if field.init and field.kw_only]
    head = ", ".join(["self", *by_place, *(["*", *by_name] if by_name else [])])
    body = [f"_set(self, {field.name!r}, {_value(field)})" for field in fields(cls) if _value(field)]
    body += ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    exec(f"def __init__({head}):\n  " + "\n  ".join(body or ["pass"]), known)  # noqa: S102 - names of fields only
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory


def _parameter(field: Field[Any]) -> str:
    """The field as a parameter of ``__init__``."""
    if field.default_factory is not MISSING:
        return f"{field.name}=_by_factory"
    return field.name if field.default is MISSING else f"{field.name}=_default_{field.name}"


def _value(field: Field[Any]) -> str:
    """What ``__init__`` puts into the field; nothing if somebody else does."""
    name, made = field.name, f"_default_{field.name}()"
    if field.default_factory is not MISSING:
        return f"{made} if {name} is _by_factory else {name}" if field.init else made
    if field.init:
        return name
    return "" if field.default is MISSING else f"_default_{name}"


def _contents(self: Any) -> Any:
    """What makes two objects equal."""
    cls: Any = type(self)
    return _reader(cls)(self)


@cache
def _reader(cls: Any) -> Callable[[Any], Any]:
    names = [field.name for field in fields(cls) if field.compare]
    return attrgetter(*names) if names else lambda _: ()


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: object) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return _contents(self) == _contents(other)


def _hash(self: Any) -> int:
    return hash(_contents(self))


def _refuse(self: Any, name: str, value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"cannot change field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
