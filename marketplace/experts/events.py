"""What happens to members of the expert pool."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertEvent(Event):
    """Something about a member of the pool."""

    expert_id: int
    subject_kind: ClassVar[str] = "expert"

    @property
    def subject_id(self) -> int:
        return self.expert_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertEnrolled(ExpertEvent):
    audit_label: ClassVar[str] = N_("专家入库")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertChanged(ExpertEvent):
    term_to: str
    opinion: str = ""
    audit_label: ClassVar[str] = N_("修改专家信息或聘期")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertRated(ExpertEvent):
    """The office's mark for the work on one panel."""

    panel_id: int
    score: int
    opinion: str
    audit_label: ClassVar[str] = N_("评价专家履职")
