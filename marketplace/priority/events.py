"""What happens in the ledger and to priority lists."""

from dataclasses import dataclass
from typing import ClassVar

from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsCredited(Event):
    entry_id: int
    project_id: int
    organisation_id: int
    points: str
    audit_label: ClassVar[str] = N_("记入成效积分")
    subject_kind: ClassVar[str] = "project"

    @property
    def subject_id(self) -> int:
        return self.project_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityListDrafted(Event):
    list_id: int
    audit_label: ClassVar[str] = N_("拟定优先名单")
    subject_kind: ClassVar[str] = "priority_list"

    @property
    def subject_id(self) -> int:
        return self.list_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTaken(Event):
    list_id: int
    number: int
    sha256: str
    opinion: str | None = None
    audit_label: ClassVar[str] = N_("冻结并发布名单快照")
    subject_kind: ClassVar[str] = "priority_list"

    @property
    def subject_id(self) -> int:
        return self.list_id
