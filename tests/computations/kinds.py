"""Kinds of computation that only the tests know."""

from typing import Any

from marketplace.computations.models import Computation
from marketplace.computations.registry import Kind
from marketplace.core.errors import WrongState
from marketplace.core.unit_of_work import UnitOfWork
from tests.computations import solves


def refuse_result(_uow: UnitOfWork, _computation: Computation, _result: dict[str, Any]) -> None:
    raise WrongState("计算已经结束，不需要取消")


def fall(_uow: UnitOfWork, _computation: Computation, _result: dict[str, Any]) -> None:
    raise KeyError("a fault of the program")


TRIALS = {
    "square": Kind(solves.square),
    "refuse": Kind(solves.refuse),
    "crash": Kind(solves.crash),
    "sleep": Kind(solves.sleep),
    "slow_once": Kind(solves.slow_once),
    "unwanted": Kind(solves.square, refuse_result),
    "undeliverable": Kind(solves.square, fall),
}
