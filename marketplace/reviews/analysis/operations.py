"""The verbs of the chair's page: ask for the analysis, keep it, write the meeting down, record its votes."""

from typing import Any

from sqlalchemy import func, select

from marketplace.computations.models import Computation
from marketplace.computations.operations import request
from marketplace.core.actor import SYSTEM
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.analysis.meeting import open_disputes
from marketplace.reviews.analysis.reading import KIND, analysis_of, question_for
from marketplace.reviews.analysis.record import disputed_items
from marketplace.reviews.events import MeetingVoted, NoteWritten, PanelAnalysed, PanelConcluded, SeatFinished
from marketplace.reviews.heads import head_of, is_head
from marketplace.reviews.keeping import keep_result
from marketplace.reviews.models import Panel, PanelAnalysis, PanelItem, PanelNote
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.opinion.confirming import drop_confirmation
from marketplace.reviews.opinion.reading import is_final
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.workflow import NOTE_KINDS, NoteKind

TIME_LIMIT = 120
NOTE_LIMIT = 4000


def request_analysis(uow: UnitOfWork, panel: Panel) -> Computation:
    """重新分析: by the office."""
    require(policy.may_analyse(uow.actor, panel.state, protocol_from(panel.protocol).official))
    return _ask(uow, panel)


def _ask(uow: UnitOfWork, panel: Panel) -> Computation:
    payload = question_for(uow.session, panel).payload()
    return request(
        uow, kind=KIND, subject_kind="panel", subject_id=panel.id, payload=payload, time_limit=TIME_LIMIT
    )


def analyse_when_all_is_in(uow: UnitOfWork, event: SeatFinished) -> None:
    """评分齐备 → 评分分析, in the program's own name: who sent the last sheet has no part in it."""
    if event.all_in:
        _ask(uow.as_actor(SYSTEM), uow.session.get_one(Panel, event.panel_id))


def analyse_the_result(uow: UnitOfWork, event: PanelConcluded) -> None:
    """形成结果 → 评分分析, unless the sheets have been analysed as they are."""
    _ask(uow.as_actor(SYSTEM), uow.session.get_one(Panel, event.panel_id))


def keep_analysis(uow: UnitOfWork, computation: Computation, record: dict[str, Any]) -> None:
    """The computed record, kept beside the panel; the same sheets give the same record."""
    panel = uow.session.get_one(Panel, computation.subject_id)
    known = select(PanelAnalysis.id).where(
        PanelAnalysis.panel_id == panel.id, PanelAnalysis.inputs_sha256 == record["inputs_sha256"]
    )
    if uow.session.scalar(known) is not None:
        return
    uow.session.add(
        PanelAnalysis(
            panel_id=panel.id, inputs_sha256=record["inputs_sha256"], announced_sha256=record["announced_sha256"],
            record=record, made_at=uow.now,
        )
    )  # fmt: skip
    uow.emit(
        PanelAnalysed(
            panel_id=panel.id, inputs_sha256=record["inputs_sha256"], record_sha256=record["sha256"],
            disputed=len(disputed_items(record)),
        )
    )  # fmt: skip


def write_note(
    uow: UnitOfWork, panel: Panel, item_id: int | None, kind: str, text: str, number: int | None = None
) -> PanelNote:
    """记录评审会讨论: a new version of one text. ``number`` is that of the version the page was opened on (0: none
    yet); somebody else's newer one is not written over."""
    lock(uow, panel)
    heads = is_head(uow.actor, head_of(uow.session, panel.id))
    require(policy.may_write_note(uow.actor, panel.state, is_final(uow.session, panel.id), heads))
    last = _last_note(uow, panel, item_id, kind)
    before = 0 if last is None else last.number
    _check_note(uow, panel, item_id, kind, text, "" if last is None else last.text)
    if number is not None and number != before:
        raise Invalid({"text": N_("这一段已有较新的记录，请在下面的列表中点“修改”，核对后再保存")})
    note = PanelNote(
        panel_id=panel.id, item_id=item_id, kind=kind, number=before + 1, text=text,
        written_by=uow.actor.person_id, written_at=uow.now,
    )  # fmt: skip
    uow.session.add(note)
    if kind != NoteKind.DISCUSSION:
        drop_confirmation(uow.session, panel.id)
    uow.session.flush()
    uow.emit(NoteWritten(panel_id=panel.id, item_id=item_id, kind=kind, number=note.number))
    return note


def _last_note(uow: UnitOfWork, panel: Panel, item_id: int | None, kind: str) -> PanelNote | None:
    query = select(PanelNote).where(
        PanelNote.panel_id == panel.id, PanelNote.kind == kind,
        PanelNote.item_id.is_(None) if item_id is None else PanelNote.item_id == item_id,
    )  # fmt: skip
    return uow.session.scalar(query.order_by(PanelNote.number.desc()).limit(1))


def _check_note(
    uow: UnitOfWork, panel: Panel, item_id: int | None, kind: str, text: str, before: str
) -> None:
    problem: Problem | None = None
    if kind not in set(NOTE_KINDS):
        problem = N_("请选择列出的一项")
    elif item_id is not None and not _has_item(uow, panel, item_id):
        problem = N_("所选项目不在评审范围内")
    elif text == before:
        problem = N_("内容没有变化") if before else N_("请填写内容")
    elif len(text) > NOTE_LIMIT:
        problem = (N_("最多%(limit)s字"), {"limit": NOTE_LIMIT})
    if problem is not None:
        raise Invalid({"text": problem})


def _has_item(uow: UnitOfWork, panel: Panel, item_id: int) -> bool:
    query = select(func.count()).where(PanelItem.id == item_id, PanelItem.panel_id == panel.id)
    return bool(uow.session.scalar(query))


@dataclass(frozen=True, slots=True)
class Vote:
    """表决票数 about one item's winning."""

    yes: int
    no: int
    abstain: int
    reason: str

    @property
    def cast(self) -> int:
        return self.yes + self.no + self.abstain

    @property
    def wins(self) -> bool:
        """More than half of those present said yes."""
        return 2 * self.yes > self.cast


def record_meeting_vote(uow: UnitOfWork, panel: Panel, item_id: int, vote: Vote, members: int) -> None:
    """会议审议表决: decides about an item on which announced and calibrated result disagree; it joins the sealed
    result. ``members``: how many could vote."""
    lock(uow, panel)
    analysis = analysis_of(uow.session, panel)
    open_items = open_disputes(panel.result, None if analysis is None else analysis.record)
    require(policy.may_vote_in_meeting(uow.actor, panel.state, len(open_items)))
    if item_id not in open_items:
        raise Invalid({"item": N_("该项目不需要会议审议，或已经表决")})
    _check_vote(vote, members)
    record = dict(panel.result or {})
    entry = {
        "item": item_id, "wins": vote.wins, "yes": vote.yes, "no": vote.no, "abstain": vote.abstain,
        "reason": vote.reason, "at": uow.now.isoformat(),
    }  # fmt: skip
    record["meeting"] = [*record.get("meeting", ()), entry]
    sha256 = keep_result(panel, record)
    drop_confirmation(uow.session, panel.id)
    uow.emit(
        MeetingVoted(
            panel_id=panel.id, item_id=item_id, wins=vote.wins, opinion=vote.reason,
            result_sha256=sha256,
        )
    )  # fmt: skip


def _check_vote(vote: Vote, members: int) -> None:
    problems: dict[str, Problem] = {}
    if min(vote.yes, vote.no, vote.abstain) < 0 or 2 * vote.cast <= members or vote.cast > members:
        problems["yes"] = (
            N_("三项票数之和须超过评审组人数的一半，且不超过%(members)s票"),
            {"members": members},
        )
    if not vote.reason:
        problems["reason"] = N_("请填写表决情况和理由")
    if problems:
        raise Invalid(problems)
