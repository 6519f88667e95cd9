"""What happens to attachments."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvent(Event):
    """Something about a file of an object; hidden while its owner is sealed (``seal``)."""

    owner_kind: str
    owner_id: int
    attachment_id: int
    name: str
    sha256: str
    seal: str | None = None
    subject_kind: ClassVar[str] = "attachment"
    private_fields: ClassVar[frozenset[str]] = frozenset({"seal"})

    @property
    def subject_id(self) -> int:
        return self.attachment_id

    @property
    def seal_key(self) -> str | None:
        return self.seal


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAttached(FileEvent):
    audit_label: ClassVar[str] = N_("上传附件")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRemoved(FileEvent):
    audit_label: ClassVar[str] = N_("移除附件")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHeld(FileEvent):
    """It came with a form that was refused, and waits for its person until the moment named."""

    until: str
    audit_label: ClassVar[str] = N_("暂存附件")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTurnedAway(FileEvent):
    """It came with a form that was refused, and its person has no more room: it goes at once."""

    audit_label: ClassVar[str] = N_("附件未予暂存")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLetGo(FileEvent):
    """Its person did not want it any more."""

    audit_label: ClassVar[str] = N_("放弃暂存附件")
