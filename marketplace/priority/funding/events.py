"""What happens to the money of a round."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfFunding(Event):
    list_id: int
    subject_kind: ClassVar[str] = "priority_list"

    @property
    def subject_id(self) -> int:
        return self.list_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingTermsDrafted(_OfFunding):
    number: int
    opinion: str | None = None
    audit_label: ClassVar[str] = N_("拟定资金规则")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingTermsConfirmed(_OfFunding):
    number: int
    rules_sha256: str
    audit_label: ClassVar[str] = N_("确认并公布资金规则")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingTried(_OfFunding):
    trial_id: int
    audit_label: ClassVar[str] = N_("试算资金规则")


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfRequest(_OfFunding):
    project_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRequestSaved(_OfRequest):
    audit_label: ClassVar[str] = N_("填报资金申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRequested(_OfRequest):
    amount: str
    audit_label: ClassVar[str] = N_("提交资金申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRequestReturned(_OfRequest):
    opinion: str
    audit_label: ClassVar[str] = N_("退回资金申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRequestWithdrawn(_OfRequest):
    audit_label: ClassVar[str] = N_("撤回资金申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationProposed(_OfFunding):
    project_id: int
    amount: str
    opinion: str
    meeting_name: str
    meeting_on: str
    audit_label: ClassVar[str] = N_("提出偏离建议方案")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationDecided(_OfFunding):
    project_id: int
    confirmed: bool
    meeting_name: str
    meeting_on: str
    opinion: str | None = None
    audit_label: ClassVar[str] = N_("确认会议偏离意见")
