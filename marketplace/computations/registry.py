"""Which kinds of computation there are: bound by the wiring."""

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy.orm import Session

from marketplace.computations.models import Computation
from marketplace.core.actor import PROVINCE_ROLES, Actor
from marketplace.core.dataclass import dataclass
from marketplace.core.unit_of_work import UnitOfWork


class Report(Protocol):
    """``report(percent, note)``: how far it is; the note is a Chinese msgid."""

    def __call__(self, percent: int, note: str = "") -> None: ...


Compute = Callable[[dict[str, Any], Report], dict[str, Any]]
Deliver = Callable[[UnitOfWork, Computation, dict[str, Any]], None]
MayWatch = Callable[[Session, Actor, Computation], bool]


def keep_with_computation(_uow: UnitOfWork, _computation: Computation, _result: dict[str, Any]) -> None:
    """For kinds whose result is only read from the computation itself."""


def province_only(_session: Session, actor: Actor, _computation: Computation) -> bool:
    """The province's officers see how far any computation is."""
    return actor.has(*PROVINCE_ROLES)


@dataclass(frozen=True, slots=True)
class Kind:
    """计算类别. ``compute`` is a module-level function that imports only the decision core: it runs in a process of its
    own, gets the payload and answers plain JSON values, the same ones for the same payload. ``deliver`` puts the
    result where it belongs, in the transaction that notes it. ``may_watch``: who else than its requester sees how
    far it is and may cancel it."""

    compute: Compute
    deliver: Deliver = keep_with_computation
    may_watch: MayWatch = province_only

    @property
    def address(self) -> str:
        """Where the child process finds the function: ``module:name``."""
        return f"{self.compute.__module__}:{self.compute.__name__}"


KINDS: dict[str, Kind] = {}
