"""Workflows are literal tables a programme officer could read (流程表)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import WrongState
from marketplace.core.text import N_


class HasState(Protocol):
    """Anything with a state."""

    state: str


@dataclass(frozen=True, slots=True)
class Move:
    """One row: from ``state`` by ``action`` to ``next``; ``label`` is the Chinese verb, ``who`` the Chinese actor."""

    state: str
    action: str
    next: str
    label: str
    who: str


class Workflow:
    """The table of moves of one kind of object, with the Chinese label of each state."""

    def __init__(
        self, name: str, states: type[StrEnum], labels: Mapping[str, str], moves: Iterable[Move]
    ) -> None:
        self.name = name
        self.states = states
        self.labels = dict(labels)
        self.moves = tuple(moves)
        self._table = {(move.state, move.action): move for move in self.moves}
        if len(self._table) != len(self.moves):
            raise ValueError(f"workflow {name} lists a move twice")
        if set(self.labels) != {str(state) for state in states}:
            raise ValueError(f"workflow {name} must label each state")

    def allows(self, state: str, action: str) -> bool:
        """True when the table has a move for this action from this state."""
        return (state, action) in self._table

    def actions(self, state: str) -> tuple[Move, ...]:
        """All moves from a state."""
        return tuple(move for move in self.moves if move.state == state)

    def label(self, state: str) -> str:
        """The Chinese name of a state (a msgid)."""
        return self.labels[state]

    def advance(self, thing: HasState, action: str) -> Move:
        """Moves the thing, or raises WrongState (409)."""
        move = self._table.get((thing.state, action))
        if move is None:
            raise WrongState(N_("当前状态不能办理这一步，请刷新页面后再试"))
        thing.state = move.next
        return move
