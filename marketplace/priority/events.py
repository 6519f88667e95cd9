"""What happens in the ledger, to priority rounds and to what units declare for them."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfRound(Event):
    """Anything that happens to a round."""

    list_id: int
    subject_kind: ClassVar[str] = "priority_list"

    @property
    def subject_id(self) -> int:
        return self.list_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundAnnounced(_OfRound):
    rules_sha256: str
    audit_label: ClassVar[str] = N_("公布优先轮次规则")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundWeighed(_OfRound):
    audit_label: ClassVar[str] = N_("填写两两比较")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsAdopted(_OfRound):
    weights: str
    audit_label: ClassVar[str] = N_("采用两两比较得出的权重")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionProposed(_OfRound):
    opinion: str
    audit_label: ClassVar[str] = N_("提出名单更正")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDropped(_OfRound):
    opinion: str
    audit_label: ClassVar[str] = N_("不予更正")


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfMeeting(_OfRound):
    """Anything that happens to a decision of the meeting."""

    candidate: str
    name: str
    selected: bool
    meeting_name: str
    meeting_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDecisionProposed(_OfMeeting):
    opinion: str
    audit_label: ClassVar[str] = N_("提出会议审议决定")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDecisionConfirmed(_OfMeeting):
    audit_label: ClassVar[str] = N_("确认会议审议决定")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDecisionRefused(_OfMeeting):
    opinion: str
    audit_label: ClassVar[str] = N_("不予确认会议审议决定")


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfDeclaration(_OfRound):
    """Anything that happens to a declaration."""

    declaration_id: int
    organisation_id: int
    criterion: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationSaved(_OfDeclaration):
    audit_label: ClassVar[str] = N_("填报评选指标")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationSubmitted(_OfDeclaration):
    audit_label: ClassVar[str] = N_("提交指标申报")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationDecided(_OfDeclaration):
    accepted: bool
    opinion: str
    audit_label: ClassVar[str] = N_("核定指标申报")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaMarked(Event):
    organisation_id: int
    marked: bool
    opinion: str
    audit_label: ClassVar[str] = N_("标注山区海岛县")
    subject_kind: ClassVar[str] = "organisation"

    @property
    def subject_id(self) -> int:
        return self.organisation_id
