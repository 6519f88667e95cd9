"""What the meeting decided, by two persons (会议意见): the same for deviations from a funding plan and for candidates
whose figures leave it open."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.clock import beijing_date
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority.held import LONGEST_NAME, Held
from marketplace.priority.models import MeetingOpinion, PriorityList
from marketplace.priority.workflow import LAPSED, MEETING_OPINION

LONGEST_REASON = 1000
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Kinds of characters that end a line or are not seen, which no name has."""


def reason_problem(reason: str, field: str = "reason") -> dict[str, Problem]:
    """What is wrong with the meeting's reason."""
    if reason and len(reason) <= LONGEST_REASON:
        return {}
    return {field: (N_("请写明会议理由，不超过%(most)s字"), {"most": LONGEST_REASON})}


def meeting_problems(plist: PriorityList, held: Held, now: datetime) -> dict[str, Problem]:
    """What is wrong with the meeting that an opinion recorded now rests on: it has a name and a day, and was held
    after the rules of the round were announced."""
    found = {"meeting_name": _name_problem(held.name), "meeting_on": _day_problem(plist, held.on, now)}
    return {field: problem for field, problem in found.items() if problem is not None}


def _name_problem(name: str) -> Problem | None:
    if not name.strip() or len(name) > LONGEST_NAME:
        return (N_("请填写会议名称，不超过%(most)s字"), {"most": LONGEST_NAME})
    plain = all(unicodedata.category(char) not in UNSEEN for char in name)
    return None if plain else N_("会议名称只能是一行文字，不能含有看不见的字符")


def _day_problem(plist: PriorityList, on: date | None, now: datetime) -> Problem | None:
    if on is None:
        return N_("请填写会议日期")
    if on > beijing_date(now):
        return N_("会议日期不能晚于今天")
    first = first_day(plist)
    if first is not None and on < first:
        return (N_("会议日期不能早于规则公布之日（%(day)s）"), {"day": first.isoformat()})
    return None


def first_day(plist: PriorityList) -> date | None:
    """The first day on which a meeting can have looked at a round: that of the announcement of its rules."""
    return beijing_date(plist.announced_at) if plist.announced_at else None


def last_held(session: Session, kind: type[MeetingOpinion], list_id: int) -> Held | None:
    """The meeting of the opinion about this list that was recorded last."""
    query = (
        select(kind.meeting_name, kind.meeting_on)
        .where(kind.list_id == list_id, kind.meeting_name.is_not(None))
        .order_by(kind.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return Held(row.meeting_name, row.meeting_on) if row else None


def told_of_meeting(one: MeetingOpinion) -> dict[str, str]:
    """What every event about an opinion tells of its meeting; one of old tells nothing."""
    held = one.held or Held("", None)
    return {"meeting_name": held.name, "meeting_on": held.day}


def check_reason(reason: str) -> None:
    """Any other deed that needs a reason."""
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid({"reason": (N_("请填写理由，不超过%(most)s字"), {"most": LONGEST_REASON})})


def decide(uow: UnitOfWork, one: MeetingOpinion, action: str, opinion: str = "") -> None:
    """Confirms or refuses: who, when, and for a refusal why."""
    MEETING_OPINION.advance(one, action)
    one.decided_by, one.decided_at, one.opinion = uow.actor.person_id, uow.now, opinion


def lapse(uow: UnitOfWork, known: Iterable[MeetingOpinion], since: datetime) -> None:
    """随之失效: what was typed after this moment, for a correction that is declined, must not count in the next one."""
    for one in known:
        if one.proposed_at > since and MEETING_OPINION.allows(one.state, "lapse"):
            decide(uow, one, "lapse", LAPSED)
