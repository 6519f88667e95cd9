"""The verbs of the meeting (会议审议): decisions typed by one person, confirmed or refused by another; the agenda."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.computations.models import Computation
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.priority import meeting
from marketplace.priority.deliberation import (
    Standing,
    decisions_of,
    over_problem,
    record_of,
    standing_of,
)
from marketplace.priority.events import (
    MeetingDecisionConfirmed,
    MeetingDecisionProposed,
    MeetingDecisionRefused,
)
from marketplace.priority.held import Held
from marketplace.priority.models import MeetingAgenda, MeetingDecision, PriorityList
from marketplace.priority.opinions import (
    check_reason,
    decide,
    lapse,
    meeting_problems,
    reason_problem,
    told_of_meeting,
)
from marketplace.priority.policy import may_record, may_second
from marketplace.priority.queries import candidate_names
from marketplace.priority.snapshots import frame_of


@dataclass(frozen=True, slots=True)
class Typed:
    """One row of the form: what the meeting decided about a candidate, and why."""

    key: str
    selected: bool
    reason: str


def propose_decisions(
    uow: UnitOfWork, plist: PriorityList, typed: Sequence[Typed], held: Held
) -> list[MeetingDecision]:
    """提出会议审议决定: of one meeting, for the figures that hold now. Problems are named by the row of the form
    (rows.2.reason)."""
    require(may_record(uow.actor, plist))
    standing = _standing(uow, plist)
    problems = meeting_problems(plist, held, uow.now) | _problems(standing, typed, held)
    if problems:
        raise Invalid(problems)
    found = [
        MeetingDecision(
            list_id=plist.id, figures_sha256=standing.figures_sha256, candidate=one.key, selected=one.selected,
            reason=one.reason, meeting_name=held.name, meeting_on=held.on,
            proposed_by=uow.actor.person_id, proposed_at=uow.now,
        )
        for one in typed
    ]  # fmt: skip
    uow.session.add_all(found)
    uow.session.flush()
    for one in found:
        uow.emit(MeetingDecisionProposed(opinion=one.reason, **_about(uow, one)))
    return found


def _standing(uow: UnitOfWork, plist: PriorityList) -> Standing:
    if plist.kind not in meeting.KINDS:
        raise Invalid({"meeting": N_("资金支持轮次由会议审议资助方案，不逐个决定入选")})
    standing = standing_of(uow.session, plist, uow.now)
    if not isinstance(standing, Standing):
        raise Invalid({"meeting": standing})
    return standing


def _problems(standing: Standing, typed: Sequence[Typed], held: Held) -> dict[str, Problem]:
    if not typed:
        return {"meeting": N_("请至少填写一个对象的会议决定")}
    problems: dict[str, Problem] = {}
    for number, one in enumerate(typed):
        if wrong := _wrong_row(standing, one, held):
            problems[f"rows.{number}.selected"] = wrong
        problems |= reason_problem(one.reason, f"rows.{number}.reason")
    settled = standing.with_pending(*({"key": one.key, "selected": one.selected} for one in typed))
    if settled.over and any(one.selected for one in typed):
        problems["meeting"] = over_problem(standing, settled)
    return problems


def _wrong_row(standing: Standing, one: Typed, held: Held) -> Problem | None:
    if one.key not in {row["key"] for row in standing.agenda}:
        return N_("这个对象不需要会议审议")
    if any(other.candidate == one.key for other in standing.pending):
        return N_("该对象已有待确认的会议决定")
    now = {known["key"]: known for known in standing.counted}.get(one.key)
    said = (one.selected, one.reason, held.record())
    if now is not None and (now["selected"], now["reason"], now.get("meeting")) == said:
        return N_("与现决定相同")
    return None


def confirm_decisions(uow: UnitOfWork, plist: PriorityList, chosen: Sequence[MeetingDecision]) -> None:
    """确认会议审议决定: by a second person, one or several at once, for the figures they were made for."""
    for one in chosen:
        require(may_second(uow.actor, plist, one))
    standing = _standing(uow, plist)
    if any(one.figures_sha256 != standing.figures_sha256 for one in chosen):
        raise Invalid({"meeting": N_("排序已重新测算，这条会议决定不再适用，请重新提出")})
    settled = meeting.settle(standing.content, [*standing.counted, *map(record_of, chosen)])
    if settled.over and any(one.selected for one in chosen):
        raise Invalid({"meeting": over_problem(standing, settled)})
    for one in chosen:
        decide(uow, one, "confirm")
        uow.emit(MeetingDecisionConfirmed(**_about(uow, one)))


def refuse_decision(
    uow: UnitOfWork, plist: PriorityList, one: MeetingDecision, opinion: str, version: int | None = None
) -> None:
    """不予确认: with a reason."""
    require(may_second(uow.actor, plist, one))
    require_version(one, version)
    check_reason(opinion)
    decide(uow, one, "refuse", opinion)
    uow.emit(MeetingDecisionRefused(opinion=opinion, **_about(uow, one)))


def lapse_decisions(uow: UnitOfWork, plist: PriorityList, since: datetime) -> None:
    """决定随之失效: those typed for a correction that is declined."""
    lapse(uow, decisions_of(uow.session, plist.id), since)


def keep_agenda(uow: UnitOfWork, computation: Computation, result: dict[str, Any]) -> None:
    """记下会议议程: which rows of the figures just computed are the meeting's to decide."""
    plist = uow.session.get_one(PriorityList, computation.subject_id)
    if plist.kind not in meeting.KINDS:
        return
    content = {**frame_of(plist), **result}
    query = select(MeetingAgenda).where(MeetingAgenda.list_id == plist.id)
    found = uow.session.scalar(query) or MeetingAgenda(list_id=plist.id)
    found.figures_sha256 = meeting.figures_sha256(content)
    found.candidates = [row["key"] for row in meeting.agenda(content)]
    found.computed_at = uow.now
    uow.session.add(found)


def _about(uow: UnitOfWork, one: MeetingDecision) -> dict[str, Any]:
    name = candidate_names(uow.session, [one.candidate]).get(one.candidate, "")
    return {
        "list_id": one.list_id, "candidate": one.candidate, "name": name, "selected": one.selected,
        **told_of_meeting(one),
    }  # fmt: skip
