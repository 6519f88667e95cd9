"""What happens to computations."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class _ComputationEvent(Event):
    computation_id: int
    kind: str
    inputs_sha256: str
    sealed_by: str | None
    subject_kind: ClassVar[str] = "computation"
    private_fields: ClassVar[frozenset[str]] = frozenset({"sealed_by"})

    @property
    def subject_id(self) -> int:
        return self.computation_id

    @property
    def seal_key(self) -> str | None:
        return self.sealed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputationRequested(_ComputationEvent):
    audit_label: ClassVar[str] = N_("提交后台计算")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputationFinished(_ComputationEvent):
    audit_label: ClassVar[str] = N_("后台计算完成")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputationFailed(_ComputationEvent):
    error: str
    audit_label: ClassVar[str] = N_("后台计算未成功")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputationCancelled(_ComputationEvent):
    cause: str
    audit_label: ClassVar[str] = N_("取消后台计算")
