"""What happens to the trail itself (审计链)."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEvent(Event):
    """Something about the chain of all audit rows."""

    subject_kind: ClassVar[str] = "audit"

    @property
    def subject_id(self) -> int:
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailAnchored(TrailEvent):
    """The end of the chain was put on record for the day, and goes to the auditors."""

    day: str
    chain_sha256: str
    private_fields: ClassVar[frozenset[str]] = frozenset({"day"})
    audit_label: ClassVar[str] = N_("审计链存证")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFaultFound(TrailEvent):
    """A walk along the chain met something that was changed or taken away."""

    fault: str
    audit_label: ClassVar[str] = N_("审计链核验发现问题")
