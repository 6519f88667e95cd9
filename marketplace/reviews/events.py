"""What happens to panels, seats and sheets."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelEvent(Event):
    """Something about a panel."""

    panel_id: int
    subject_kind: ClassVar[str] = "panel"

    @property
    def subject_id(self) -> int:
        return self.panel_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelConvened(PanelEvent):
    kind: str
    audit_label: ClassVar[str] = N_("组建评审组")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAdded(PanelEvent):
    seat_id: int
    expert_id: int
    audit_label: ClassVar[str] = N_("选入专家")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRemoved(PanelEvent):
    seat_id: int
    expert_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("调整专家")


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersDrawn(PanelEvent):
    """Anybody can repeat the draw from the seed and the candidates."""

    seed: int
    candidates: tuple[int, ...]
    chosen: tuple[int, ...]
    item_id: int | None = None
    audit_label: ClassVar[str] = N_("随机抽取专家")


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelReleased(PanelEvent):
    """``protocol_sha256`` fixes the rules before anybody can see a score."""

    protocol_sha256: str = ""
    audit_label: ClassVar[str] = N_("评审组开始评分")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatConfirmed(PanelEvent):
    seat_id: int
    audit_label: ClassVar[str] = N_("专家承诺无利害关系")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRecused(PanelEvent):
    seat_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("专家申明回避")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadNamed(PanelEvent):
    """``opinion``: her name, and why she takes another's place. ``late``: the panel scores already."""

    seat_id: int
    expert_id: int
    opinion: str
    late: bool
    audit_label: ClassVar[str] = N_("指定组长")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadStoodDown(PanelEvent):
    """The head keeps away from one of the items, so she leads the panel no more."""

    seat_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("组长因回避不再任组长")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraCalled(PanelEvent):
    """The marks of an item lay too far apart; by the protocol another expert scores it too. ``seated``: she sits on
    the panel already."""

    item_id: int
    seat_id: int
    expert_id: int
    seated: bool
    audit_label: ClassVar[str] = N_("按规程增加评审专家")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraMissing(PanelEvent):
    """Another expert is needed for an item, and nobody may be chosen."""

    item_id: int
    audit_label: ClassVar[str] = N_("需增加评审专家但无人可选")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatDeclined(PanelEvent):
    seat_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("专家谢绝邀请")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorChosen(PanelEvent):
    item_id: int
    audit_label: ClassVar[str] = N_("指定先评的一项")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentMade(PanelEvent):
    """``pairs`` (item, seat) are new; ``mended``: they fill what a recusal left empty."""

    pairs: tuple[tuple[int, int], ...]
    inputs_sha256: str
    mended: bool
    audit_label: ClassVar[str] = N_("分配评审对象")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentFailed(PanelEvent):
    audit_label: ClassVar[str] = N_("评审对象无法分配")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesAsked(PanelEvent):
    """The members of a draft are asked which items they would score."""

    until: str
    audit_label: ClassVar[str] = N_("征求评审意愿")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesSaid(PanelEvent):
    """``levels``: item and what the member said of it."""

    seat_id: int
    levels: tuple[tuple[int, str], ...]
    audit_label: ClassVar[str] = N_("专家填写评审意愿")


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyMoved(PanelEvent):
    item_id: int
    from_seat: int
    to_seat: int
    audit_label: ClassVar[str] = N_("调整评审分工")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecused(PanelEvent):
    seat_id: int
    item_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("专家申明对一项回避")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsHidden(PanelEvent):
    """Further words of an item are hidden from the experts of a blind panel."""

    item_id: int
    words: tuple[str, ...]
    audit_label: ClassVar[str] = N_("盲评补充隐去")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsFoundHarmless(PanelEvent):
    item_id: int
    words: tuple[str, ...]
    audit_label: ClassVar[str] = N_("盲评线索核为无妨")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindFileCleared(PanelEvent):
    item_id: int
    sha256: str
    audit_label: ClassVar[str] = N_("盲评附件核为可提供")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindFileWithheld(PanelEvent):
    item_id: int
    sha256: str
    audit_label: ClassVar[str] = N_("盲评附件改为不提供")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindDecisionWithdrawn(PanelEvent):
    item_id: int
    words: tuple[str, ...]
    audit_label: ClassVar[str] = N_("撤销盲评处理")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSubmitted(Event):
    """One frozen sheet. It has its own trail, so that a panel's history stays readable."""

    panel_id: int
    sheet_id: int
    item_id: int
    audit_label: ClassVar[str] = N_("提交评分表")
    subject_kind: ClassVar[str] = "score_sheet"

    @property
    def subject_id(self) -> int:
        return self.sheet_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetsImported(PanelEvent):
    """Drafts taken from an offline workbook; ``sha256`` of the file, ``workbook`` its own name."""

    seat_id: int
    items: tuple[int, ...]
    workbook: str
    sha256: str
    audit_label: ClassVar[str] = N_("导入离线评分表")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReopened(PanelEvent):
    """The chair gives a submitted sheet back. What stood on it stays with the sheet, out of everybody's sight until the
    result; ``earlier_sha256`` proves that it has not been changed since."""

    sheet_id: int
    seat_id: int
    item_id: int
    opinion: str
    earlier_sha256: str
    audit_label: ClassVar[str] = N_("主持人重开评分表")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopeningProposed(PanelEvent):
    """The head asks the chair to give a sheet back."""

    sheet_id: int
    seat_id: int
    item_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("组长建议重开评分表")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopeningDeclined(PanelEvent):
    """The chair does not give it back."""

    sheet_id: int
    seat_id: int
    item_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("主持人未采纳重开建议")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFinished(PanelEvent):
    """One member has submitted everything; ``all_in``: she was the last."""

    seat_id: int
    all_in: bool
    sheets: int
    audit_label: ClassVar[str] = N_("专家完成评分")


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelConcluded(PanelEvent):
    """``kind`` is bid or outcome; the ranked items are read from the panel."""

    kind: str
    result_sha256: str
    audit_label: ClassVar[str] = N_("形成评审结果")


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAnalysed(PanelEvent):
    """The analysis of the sheets is there; ``disputed``: how many items announced and calibrated result disagree
    about."""

    inputs_sha256: str
    record_sha256: str
    disputed: int
    audit_label: ClassVar[str] = N_("完成评分分析")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten(PanelEvent):
    """A text of the meeting in its next version; its words stay with the panel."""

    item_id: int | None
    kind: str
    number: int
    audit_label: ClassVar[str] = N_("记录评审会讨论")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionFinalised(PanelEvent):
    """The panel's opinion stands in this version; its words stay with the panel. ``opinion``: why it was made final
    without the head's word, where it was."""

    number: int
    sha256: str
    opinion: str = ""
    audit_label: ClassVar[str] = N_("意见书定稿")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionConfirmed(PanelEvent):
    """The head gave her word on the text with this fingerprint."""

    number: int
    sha256: str
    audit_label: ClassVar[str] = N_("组长确认意见书")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionReopened(PanelEvent):
    """The chair took a final version back; it stays on record."""

    number: int
    opinion: str
    audit_label: ClassVar[str] = N_("收回意见书")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingVoted(PanelEvent):
    """The panel's vote about an item on which announced and calibrated result disagree."""

    item_id: int
    wins: bool
    opinion: str
    result_sha256: str
    audit_label: ClassVar[str] = N_("会议审议表决")


@dataclass(frozen=True, slots=True, kw_only=True)
class TieVoted(PanelEvent):
    """The order the panel voted for items that the rule leaves equal; ``order`` holds their item ids, best first."""

    order: tuple[int, ...]
    opinion: str
    result_sha256: str
    audit_label: ClassVar[str] = N_("表决并列名次")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReminded(PanelEvent):
    """A member has heard that her sheets are due, or (the last rung) the officers that they are late."""

    seat_id: int
    rung: str
    audit_label: ClassVar[str] = N_("评分提醒")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatExcluded(PanelEvent):
    """The office decided that a member must not judge."""

    seat_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("省局决定专家回避")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemExcluded(PanelEvent):
    """The office decided that a member must not judge one of the items; she goes on with the others."""

    seat_id: int
    item_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("省局决定专家对一项回避")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAsked(PanelEvent):
    """A member must explain something before she goes on."""

    seat_id: int
    opinion: str
    audit_label: ClassVar[str] = N_("请专家先说明")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalEvent(Event):
    """Something about an entry of the register of recusals."""

    entry_id: int
    subject_kind: ClassVar[str] = "recusal"

    @property
    def subject_id(self) -> int:
        return self.entry_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalRequested(RecusalEvent):
    opinion: str
    audit_label: ClassVar[str] = N_("申请专家回避")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalDecided(RecusalEvent):
    agreed: bool
    opinion: str
    audit_label: ClassVar[str] = N_("决定回避")
