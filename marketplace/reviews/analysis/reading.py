"""Reading what an analysis is made from, and the analyses and notes there are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass
from marketplace.organisations.models import Person
from marketplace.reviews.analysis.hints import fingerprint_of
from marketplace.reviews.analysis.question import Entry, Question
from marketplace.reviews.models import Duty, Panel, PanelAnalysis, PanelItem, PanelNote, ScoreSheet, Seat
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.workload import OF_DUTY
from marketplace.reviews.scoring import mark_of
from marketplace.reviews.workflow import DutyState, SheetState, SubjectKind
from marketplace.topics.models import AwardMode

KIND = "panel_analysis"


def question_for(session: Session, panel: Panel) -> Question:
    """Everything about a panel that its analysis needs; two statements."""
    items = select(PanelItem.id).where(PanelItem.panel_id == panel.id).order_by(PanelItem.position)
    entries = _entries(session, panel.id)
    return Question(
        rubric=panel.rubric,
        trim_from=panel.trim_from,
        items=tuple(session.scalars(items)),
        seats=tuple(sorted({entry.seat for entry in entries})),
        entries=entries,
        places=places_of(panel),
        disagreement=protocol_from(panel.protocol).disagreement,
        due_at="" if panel.due_at is None else panel.due_at.isoformat(),
    )


def places_of(panel: Panel) -> int | None:
    """How many of the items may win; None for an acceptance, where nothing competes."""
    if panel.subject_kind != SubjectKind.BID:
        return None
    return 1 if panel.topic.award_mode == AwardMode.SINGLE else panel.topic.max_awardees


def _entries(session: Session, panel_id: int) -> tuple[Entry, ...]:
    query = (
        select(
            ScoreSheet.item_id, ScoreSheet.seat_id, ScoreSheet.marks, ScoreSheet.comment, ScoreSheet.saved_at,
            ScoreSheet.submitted_at, Duty.state,
        )
        .join(Seat, Seat.id == ScoreSheet.seat_id)
        .join(Duty, OF_DUTY)
        .where(Seat.panel_id == panel_id, ScoreSheet.state == SheetState.SUBMITTED)
        .order_by(ScoreSheet.item_id, ScoreSheet.seat_id)
    )  # fmt: skip
    return tuple(
        Entry(
            row.item_id, row.seat_id, _marks(row.marks), row.state != DutyState.LIVE, row.saved_at.isoformat(),
            "" if row.submitted_at is None else row.submitted_at.isoformat(), _texts(row.marks, row.comment),
        )
        for row in session.execute(query)
    )  # fmt: skip


def _marks(stored: Mapping[str, Any]) -> dict[str, str | None]:
    found = {}
    for code in sorted(stored):
        mark = mark_of(stored[code])
        found[code] = None if mark.unable or mark.score is None else format(mark.score, "f")
    return found


def _texts(stored: Mapping[str, Any], comment: str) -> dict[str, str]:
    written = {"": comment} | {code: mark_of(stored[code]).comment for code in sorted(stored)}
    return {place: print_ for place, text in written.items() if (print_ := fingerprint_of(text)) is not None}


def analysis_beside(session: Session, panel_id: int, announced_sha256: str) -> PanelAnalysis | None:
    """The newest analysis that was made beside this announced result."""
    query = (
        select(PanelAnalysis)
        .where(PanelAnalysis.panel_id == panel_id, PanelAnalysis.announced_sha256 == announced_sha256)
        .order_by(PanelAnalysis.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def analysis_of(session: Session, panel: Panel) -> PanelAnalysis | None:
    """The valid analysis of a panel that has its result."""
    return analysis_beside(session, panel.id, (panel.result or {}).get("inputs_sha256", ""))


@dataclass(frozen=True, slots=True)
class Note:
    """One version of a text of the meeting."""

    item_id: int | None
    kind: str
    number: int
    text: str
    who: str
    at: datetime


def notes_of(session: Session, panel_id: int) -> dict[tuple[int | None, str], list[Note]]:
    """All versions of all texts, by item (None: the whole panel) and kind, the newest first; one statement."""
    query = (
        select(PanelNote, Person.name)
        .outerjoin(Person, Person.id == PanelNote.written_by)
        .where(PanelNote.panel_id == panel_id)
        .order_by(PanelNote.id.desc())
    )
    found: dict[tuple[int | None, str], list[Note]] = {}
    for note, who in session.execute(query):
        made = Note(note.item_id, note.kind, note.number, note.text, who or "", note.written_at)
        found.setdefault((note.item_id, note.kind), []).append(made)
    return found


def latest_texts(notes: Mapping[tuple[int | None, str], Sequence[Note]]) -> dict[tuple[int | None, str], str]:
    """The text that stands, by item and kind; an empty one has been taken back."""
    return {key: versions[0].text for key, versions in notes.items() if versions[0].text}
