"""What happens to bids. Until the opening each of these is sealed."""

from typing import ClassVar

from marketplace.audit.seals import bid_seal
from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class BidEvent(Event):
    """Something about a bid; sealed until it is opened."""

    bid_id: int
    topic_id: int
    organisation_id: int
    subject_kind: ClassVar[str] = "bid"

    @property
    def subject_id(self) -> int:
        return self.bid_id

    @property
    def seal_key(self) -> str | None:
        return bid_seal(self.bid_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BidDrafted(BidEvent):
    audit_label: ClassVar[str] = N_("起草揭榜申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidSentToHead(BidEvent):
    audit_label: ClassVar[str] = N_("送单位审核")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidReturned(BidEvent):
    opinion: str
    audit_label: ClassVar[str] = N_("单位退回修改")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidSubmitted(BidEvent):
    receipt_id: int
    content_sha256: str
    audit_label: ClassVar[str] = N_("提交揭榜申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidWithdrawn(BidEvent):
    opinion: str
    audit_label: ClassVar[str] = N_("撤回揭榜申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidRevised(BidEvent):
    audit_label: ClassVar[str] = N_("重新编辑揭榜申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEvent(BidEvent):
    """Something about one partner of a joint bid; ``organisation_id`` remains the lead's."""

    partner_id: int
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked(PartnerEvent):
    audit_label: ClassVar[str] = N_("请参与单位确认")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(PartnerEvent):
    terms_sha256: str
    audit_label: ClassVar[str] = N_("参与单位同意参与")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(PartnerEvent):
    opinion: str
    audit_label: ClassVar[str] = N_("参与单位不同意参与")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentVoided(PartnerEvent):
    audit_label: ClassVar[str] = N_("参与条款变动，原答复失效")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDropped(PartnerEvent):
    """``told``: it had been asked, so it is told that it is in the bid no more."""

    told: bool
    audit_label: ClassVar[str] = N_("移除参与单位")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidOpened(BidEvent):
    audit_label: ClassVar[str] = N_("启封揭榜申请")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidDisqualified(BidEvent):
    opinion: str
    audit_label: ClassVar[str] = N_("形式审查不予受理")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidAwarded(BidEvent):
    audit_label: ClassVar[str] = N_("确定揭榜")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidNotSelected(BidEvent):
    audit_label: ClassVar[str] = N_("未入选")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicBidsEvent(Event):
    """Something about all bids of a topic."""

    topic_id: int
    subject_kind: ClassVar[str] = "topic"

    @property
    def subject_id(self) -> int:
        return self.topic_id


@dataclass(frozen=True, slots=True, kw_only=True)
class BidsOpened(TopicBidsEvent):
    count: int
    record_sha256: str
    audit_label: ClassVar[str] = N_("截止启封")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardProposed(TopicBidsEvent):
    decision_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("提出立项意见")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardRejected(TopicBidsEvent):
    decision_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("退回立项意见")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardConfirmed(TopicBidsEvent):
    """All award letters, the public result and the projects follow from this."""

    decision_id: int
    kind: str
    audit_label: ClassVar[str] = N_("确认立项决定")
