"""Putting the opinion together (意见书内容): a plain record, the same for every language, which finalising freezes.

It holds no expert's marks and nothing of anybody's severity. Names of recused experts are in it for the office and the
auditor; ``without_names`` takes them out for everybody else.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.core.canonical import sha256_hex
from marketplace.core.clock import beijing_date
from marketplace.organisations.models import Person
from marketplace.reviews.analysis.meeting import votes_by_item
from marketplace.reviews.analysis.reading import analysis_of, latest_texts, notes_of
from marketplace.reviews.draws import draws_in
from marketplace.reviews.heads import head_in
from marketplace.reviews.models import Duty, Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.pool import pool_for
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.panels import items_of, seats_of
from marketplace.reviews.queries.workload import OF_DUTY, extras_of
from marketplace.reviews.recusal import RecusalOutcome, RecusalRule
from marketplace.reviews.workflow import DutyState, NoteKind, SeatState, SheetState

FORM = 2
"""The form of the record, raised when its keys change. Form 1 knows no head."""
DECIDED = (RecusalRule.BIDDER, RecusalRule.OFFICE)

Texts = Mapping[tuple[int | None, str], str]


def content_of(session: Session, panel: Panel, number: int) -> dict[str, Any]:
    """What version ``number`` of the opinion on a concluded panel says now."""
    analysis = analysis_of(session, panel)
    record = None if analysis is None else analysis.record
    seats, items = seats_of(session, panel.id), items_of(session, panel.id)
    texts = latest_texts(notes_of(session, panel.id))
    return {
        "form": FORM,
        "number": number,
        "about": _about(panel, len(items)),
        "chair": _name(session, panel.convened_by),
        "head": head.expert.person.name if (head := head_in(seats)) is not None else "",
        "members": [_member(seat) for seat in seats if seat.state == SeatState.CONFIRMED],
        "convened": _convened(session, panel),
        "recusals": recusals_in(session, panel, seats),
        "items": [_item(item, panel, record, texts) for item in items],
        "agreement": None if record is None else record["agreement"],
        "calibration": None if record is None else record["calibration"],
        "places": None if record is None else record["parameters"]["places"],
        "ties": [
            {"rank": one["rank"], "reason": one["reason"]} for one in (panel.result or {}).get("votes", ())
        ],
        "overall": _said(texts, None),
        "prints": {
            "protocol": panel.protocol_sha256 or "",
            "result": (panel.result or {}).get("sha256", ""),
            "analysis": "" if record is None else record["sha256"],
        },
    }


def fingerprint_of(content: Mapping[str, Any]) -> str:
    """内容指纹: SHA-256 of the whole record, names of recused experts included."""
    return sha256_hex(content)


def without_names(content: Mapping[str, Any]) -> dict[str, Any]:
    """The record for who may know how many were recused by which rule, but not who."""
    return {**content, "recusals": [{**one, "names": None} for one in content["recusals"]]}


def _about(panel: Panel, items: int) -> dict[str, Any]:
    topic = panel.topic
    return {
        "kind": panel.subject_kind,
        "code": topic.code,
        "title": topic.title,
        "list": topic.list.title,
        "category": topic.category,
        "field": topic.field,
        "office": topic.setter.name,
        "office_en": topic.setter.name_en,
        "panel": panel.id,
        "items": items,
        "convened_at": panel.convened_at.isoformat(),
        "released_at": _iso(panel.released_at),
        "concluded_at": _iso(panel.concluded_at),
        "sample": panel.is_sample,
    }


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _name(session: Session, person_id: int | None) -> str:
    return session.scalar(select(Person.name).where(Person.id == person_id)) or ""


def _member(seat: Seat) -> dict[str, Any]:
    expert = seat.expert
    return {
        "name": expert.person.name,
        "unit": expert.organisation.name,
        "technical": expert.technical,
        "extra": seat.extra,
        "heads": seat.heads,
    }


def _convened(session: Session, panel: Panel) -> dict[str, Any]:
    """How the panel came about and by which protocol it scored."""
    protocol = protocol_from(panel.protocol)
    draws = [
        {
            "at": one["at"],
            "by": one["by"],
            "seed": one["seed"],
            "candidates": len(one["candidates"]),
            "chosen": len(one["chosen"]),
            "extra": one.get("item") is not None,
        }
        for one in draws_in(panel.draw)
    ]
    sheets = (
        select(func.count())
        .select_from(ScoreSheet)
        .join(Duty, OF_DUTY)
        .where(
            Duty.panel_id == panel.id, Duty.state == DutyState.LIVE, ScoreSheet.state == SheetState.SUBMITTED
        )
    )
    return {
        "draws": draws,
        "scores_per_item": protocol.scores_per_item,
        "anchor": protocol.anchor,
        "blind": protocol.blind,
        "preferences": panel.preferences_until is not None,
        "official": (panel.result or {}).get("official", "announced"),
        "trim_from": panel.trim_from,
        "disagreement": protocol.disagreement,
        "extras": [{"item": one.label, "threshold": one.threshold} for one in extras_of(session, panel.id)],
        "sheets": session.scalar(sheets) or 0,
    }


def recusals_in(session: Session, panel: Panel, seats: Sequence[Seat]) -> list[dict[str, Any]]:
    """Rule → who had to keep away from some item or all of them, as things stood when the scoring began."""
    day = beijing_date(panel.released_at or panel.convened_at)
    found: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for one in pool_for(session, panel, day).candidates:
        who = (one.expert.id, one.expert.person.name)
        for recusal in one.recusals.values():
            for finding in recusal.findings:
                if finding.outcome == RecusalOutcome.FORBID:
                    found[str(finding.rule)].add(who)
    decided = {who for rule in DECIDED for who in found.get(str(rule), ())}
    found[str(RecusalRule.DECLARED)] |= _declared(session, panel, seats) - decided
    order = [str(rule) for rule in RecusalRule]
    return [
        {"rule": rule, "count": len(found[rule]), "names": [name for _, name in sorted(found[rule])]}
        for rule in order
        if found.get(rule)
    ]


def _declared(session: Session, panel: Panel, seats: Sequence[Seat]) -> set[tuple[int, str]]:
    """Who left the panel by her own word, or gave up single items."""
    query = select(Duty.seat_id).where(Duty.panel_id == panel.id, Duty.state == DutyState.LIFTED)
    lifted = set(session.scalars(query))
    return {
        (seat.expert_id, seat.expert.person.name)
        for seat in seats
        if seat.state == SeatState.RECUSED or (seat.state == SeatState.CONFIRMED and seat.id in lifted)
    }


def _item(item: PanelItem, panel: Panel, record: Mapping[str, Any] | None, texts: Texts) -> dict[str, Any]:
    """One item: both results, what the meeting decided, what the panel says of it."""
    found: Mapping[str, Any] = next(
        (one for one in (record or {}).get("items", ()) if one["item"] == item.id), {}
    )
    vote = votes_by_item(panel.result).get(item.id)
    return {
        "id": item.id,
        "position": item.position,
        "label": item.label,
        "unit": item.organisation.name,
        "rank": item.rank,
        "score": None if item.total is None else format(item.total, "f"),
        "announced": found.get("announced"),
        "calibrated": found.get("calibrated"),
        "sheets": len((item.trace or {}).get("sheets", ())),
        "tier": found.get("tier"),
        "disputed": bool(found.get("disputed")),
        "wide": item.id in set((record or {}).get("disagreements", ())),
        "vote": None if vote is None else {name: vote[name] for name in ("wins", "yes", "no", "abstain", "reason")},
        **_said(texts, item.id),
    }  # fmt: skip


def _said(texts: Texts, item_id: int | None) -> dict[str, str]:
    return {
        "opinion": texts.get((item_id, NoteKind.CONCLUSION), ""),
        "dissent": texts.get((item_id, NoteKind.DISSENT), ""),
    }
