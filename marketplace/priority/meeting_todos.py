"""What of the meeting waits for whom (会议审议待办): the desk knows its agenda and the decisions, not the figures."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, and_, select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.core.work import WorkItem, asked_once
from marketplace.priority.models import MeetingAgenda, MeetingDecision, PriorityList
from marketplace.priority.policy import SETTLING
from marketplace.priority.workflow import MeetingOpinionState


@dataclass
class Agenda:
    """A round being settled: ``row`` is one line of ``_lines``, ``decided`` the candidates with a decision typed or
    confirmed for the newest figures, ``waiting`` who typed those that wait for the second person, and when."""

    row: Any
    decided: set[str] = field(default_factory=set)
    waiting: list[tuple[int, datetime]] = field(default_factory=list)


def to_record(session: Session) -> list[WorkItem]:
    """会议审议待记录: candidates about which nothing has been typed yet."""
    return [
        _item(N_("记录会议审议决定（%(count)s项）"), one, open_, one.row.computed_at)
        for one in _agendas(session)
        if (open_ := len(set(one.row.candidates) - one.decided))
    ]


def to_confirm(session: Session, actor: Actor) -> list[WorkItem]:
    """会议审议待确认: what somebody else has typed."""
    found = []
    for one in _agendas(session):
        moments = [at for who, at in one.waiting if who != actor.person_id]
        if moments:
            found.append(_item(N_("确认会议审议决定（%(count)s项）"), one, len(moments), min(moments)))
    return found


def being_confirmed(session: Session) -> list[WorkItem]:
    """会议审议决定待确认 by another person."""
    return [
        _item(N_("会议审议决定待确认（%(count)s项）"), one, len(one.waiting), one.waiting[0][1])
        for one in _agendas(session)
        if one.waiting
    ]


def _item(what: str, one: Agenda, count: int, since: datetime) -> WorkItem:
    return WorkItem(
        what, one.row.title, "priority.deliberation", {"list_id": one.row.id}, since=since, params={"count": count},
        is_sample=one.row.is_sample,
    )  # fmt: skip


def _agendas(session: Session) -> list[Agenda]:
    return asked_once(session, "meetings", lambda: _grouped(session.execute(_lines()).all()))


def _grouped(rows: Sequence[Any]) -> list[Agenda]:
    found: dict[int, Agenda] = {}
    for row in rows:
        entry = found.setdefault(row.id, Agenda(row))
        if row.candidate is not None:
            entry.decided.add(row.candidate)
        if row.state == MeetingOpinionState.PROPOSED:
            entry.waiting.append((row.proposed_by, row.proposed_at))
    return list(found.values())


@cache
def _lines() -> Executable:
    """One line for each decision that counts or waits, at least one for each agenda."""
    same = and_(
        MeetingDecision.list_id == MeetingAgenda.list_id,
        MeetingDecision.figures_sha256 == MeetingAgenda.figures_sha256,
        MeetingDecision.state != MeetingOpinionState.REFUSED,
    )
    return (
        select(
            PriorityList.id, PriorityList.title, PriorityList.is_sample, MeetingAgenda.candidates,
            MeetingAgenda.computed_at, MeetingDecision.candidate, MeetingDecision.state,
            MeetingDecision.proposed_by, MeetingDecision.proposed_at,
        )
        .join(MeetingAgenda, MeetingAgenda.list_id == PriorityList.id)
        .outerjoin(MeetingDecision, same)
        .where(PriorityList.state.in_(SETTLING))
        .order_by(PriorityList.id, MeetingDecision.id)
    )  # fmt: skip
