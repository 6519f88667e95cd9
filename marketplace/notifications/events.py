"""What happens to mails beyond their deciding."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEvent(Event):
    """Something about one mail; a sealed mail's event is sealed too."""

    mail_id: int
    sealed_by: str | None = None
    subject_kind: ClassVar[str] = "mail"
    private_fields: ClassVar[frozenset[str]] = frozenset({"mail_id", "sealed_by"})

    @property
    def subject_id(self) -> int:
        return self.mail_id

    @property
    def seal_key(self) -> str | None:
        return self.sealed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class MailParked(MailEvent):
    """The server refused it for good, or all tries were in vain."""

    error: str
    audit_label: ClassVar[str] = N_("邮件投递失败")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRetried(MailEvent):
    """Somebody put it back."""

    audit_label: ClassVar[str] = N_("重新投递邮件")
