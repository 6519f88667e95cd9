"""Unit of work: session, actor, now and events in one transaction (一次办理)."""

from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import StaleVersion
from marketplace.core.events import Event, Reactions

if TYPE_CHECKING:
    from marketplace.config import Settings
    from marketplace.core.files import FileStore

MOST_HELD = 200


@dataclass(slots=True)
class UnitOfWork:
    """What an operation gets. It never commits; whoever made the unit of work does, through ``commit``.

    ``before_commit`` hooks run once per event (the audit trail is one); then the event's reactions. All of it
    happens inside the transaction: if one raises, nothing has happened.
    """

    session: Session
    actor: Actor
    now: datetime
    settings: "Settings"
    files: "FileStore"
    reactions: Reactions = field(default_factory=dict)
    witnesses: tuple[Callable[["UnitOfWork", Event], None], ...] = ()
    request_id: str = ""
    address: str = ""
    _events: list[Event] = field(default_factory=list)
    _held: list[Any] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """Notes a fact; its consequences follow before the commit. What is at hand now stays at hand till then: the
        session alone would forget it, and the reactions load it again."""
        self._events.append(event)
        if len(self.session.identity_map) <= MOST_HELD:
            self._held = list(self.session.identity_map.values())

    def react(self) -> None:
        """Flushes, then runs witnesses and reactions, also for the events these emit in turn."""
        self.session.flush()
        while self._events:
            event = self._events.pop(0)
            for witness in self.witnesses:
                witness(self, event)
            for reaction in self.reactions.get(type(event), ()):
                reaction(self, event)
            self.session.flush()

    def commit(self) -> None:
        """Reactions, then the one commit."""
        self.react()
        self.session.commit()

    def as_actor(self, actor: Actor, now: datetime | None = None) -> "UnitOfWork":
        """The same transaction in another's name (a job acts as the system)."""
        return UnitOfWork(
            self.session, actor, now or self.now, self.settings, self.files,
            self.reactions, self.witnesses, self.request_id, self.address, self._events,
        )  # fmt: skip


def require_version(thing: Any, version: int | None, **texts: dict[str, Any]) -> None:
    """Raises StaleVersion (409, with both texts) when the form was opened on another version than the stored one."""
    if version is not None and thing.version != version:
        raise StaleVersion(**texts)
