"""What happens to lists and topics."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEvent(Event):
    """Something about a challenge list."""

    list_id: int
    subject_kind: ClassVar[str] = "challenge_list"

    @property
    def subject_id(self) -> int:
        return self.list_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDrafted(ListEvent):
    audit_label: ClassVar[str] = N_("起草榜单")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRulesChanged(ListEvent):
    audit_label: ClassVar[str] = N_("修改榜单规则")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPublished(ListEvent):
    rules_sha256: str
    audit_label: ClassVar[str] = N_("发布榜单并冻结规则")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEvent(Event):
    """Something about a topic."""

    topic_id: int
    subject_kind: ClassVar[str] = "topic"

    @property
    def subject_id(self) -> int:
        return self.topic_id


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDrafted(TopicEvent):
    audit_label: ClassVar[str] = N_("起草榜题")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSectionSaved(TopicEvent):
    section: str
    audit_label: ClassVar[str] = N_("保存榜题草稿")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSubmitted(TopicEvent):
    audit_label: ClassVar[str] = N_("提交榜题审定")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicReturned(TopicEvent):
    opinion: str
    sections: tuple[str, ...]
    audit_label: ClassVar[str] = N_("退回榜题")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicScheduled(TopicEvent):
    publish_at: str
    audit_label: ClassVar[str] = N_("批准榜题并定时发榜")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPublished(TopicEvent):
    audit_label: ClassVar[str] = N_("发榜")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicAmended(TopicEvent):
    number: int
    opinion: str
    audit_label: ClassVar[str] = N_("公布榜题修改")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicWithdrawn(TopicEvent):
    opinion: str
    audit_label: ClassVar[str] = N_("撤榜")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCompleted(TopicEvent):
    audit_label: ClassVar[str] = N_("榜题办结")
