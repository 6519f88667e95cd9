"""What happens to people, their sessions and their organisations."""

from dataclasses import dataclass
from typing import ClassVar

from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent(Event):
    """Something about one person."""

    subject_kind: ClassVar[str] = "person"
    person_id: int

    @property
    def subject_id(self) -> int:
        return self.person_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(PersonEvent):
    """登录."""

    audit_label: ClassVar[str] = N_("登录")
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(PersonEvent):
    """退出登录."""

    audit_label: ClassVar[str] = N_("退出登录")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(PersonEvent):
    """结束会话: one's own other sessions, or all of them because something about the person has changed."""

    audit_label: ClassVar[str] = N_("结束登录会话")
    number: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingChosen(PersonEvent):
    """切换代表的单位."""

    audit_label: ClassVar[str] = N_("切换代表的单位")
    organisation_id: int
    organisation_name: str
