"""What happened (事件): frozen facts in the past tense, from which everything else follows."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from marketplace.core.dataclass import dataclass

if TYPE_CHECKING:
    from marketplace.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. Subclasses declare plain fields; they become the audit row's details.

    ``audit_label`` is the Chinese sentence shown in 审计 and 办理历史; ``subject_kind`` names the kind of object and
    ``subject_id`` answers its id. ``seal_key``: while that seal is closed nobody may learn of the event.
    ``private_fields`` stay out of the audit row.
    """

    audit_label: ClassVar[str]
    subject_kind: ClassVar[str]
    private_fields: ClassVar[frozenset[str]] = frozenset()

    @property
    def subject_id(self) -> int:
        raise NotImplementedError

    @property
    def seal_key(self) -> str | None:
        return None

    @property
    def reason(self) -> str | None:
        """The opinion typed by the actor, if this kind of event carries one."""
        return getattr(self, "opinion", None)

    def details(self) -> dict[str, Any]:
        """The declared fields as plain values."""
        return {key: value for key, value in asdict(self).items() if key not in self.private_fields}


Reaction = Callable[["UnitOfWork", Any], None]
Reactions = Mapping[type[Event], tuple[Reaction, ...]]
