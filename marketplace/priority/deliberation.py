"""The meeting as it stands (会议审议情况): whether there are figures to decide on, which rows are open, what has been
decided for these figures and what was decided for others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound, Problem
from marketplace.core.text import N_
from marketplace.priority import meeting
from marketplace.priority.held import with_held
from marketplace.priority.models import MeetingDecision, PriorityList
from marketplace.priority.snapshots import live_content
from marketplace.priority.workflow import MeetingOpinionState

LIVE = (MeetingOpinionState.PROPOSED, MeetingOpinionState.CONFIRMED)


@dataclass(frozen=True)
class Standing:
    """``decisions`` were made for these figures, the earliest first; ``outdated`` for others."""

    content: Mapping[str, Any]
    figures_sha256: str
    agenda: list[dict[str, Any]]
    decisions: Sequence[MeetingDecision]
    outdated: Sequence[MeetingDecision]

    @cached_property
    def counted(self) -> list[dict[str, Any]]:
        """The confirmed decisions as plain values."""
        return [record_of(one) for one in self.decisions if one.state == MeetingOpinionState.CONFIRMED]

    @cached_property
    def pending(self) -> list[MeetingDecision]:
        """Decisions that wait for the second person."""
        return [one for one in self.decisions if one.state == MeetingOpinionState.PROPOSED]

    @cached_property
    def record(self) -> dict[str, Any]:
        """What a snapshot would freeze."""
        return meeting.record(self.content, self.counted)

    @property
    def settled(self) -> meeting.Settled:
        """The list with the confirmed decisions."""
        return meeting.settle(self.content, self.counted)

    def with_pending(self, *more: Mapping[str, Any]) -> meeting.Settled:
        """The list if everything typed so far is confirmed, and ``more`` too."""
        live = [record_of(one) for one in self.decisions if one.state in LIVE]
        return meeting.settle(self.content, [*live, *more])

    def problem(self) -> Problem | None:
        """Why the list cannot be published yet."""
        undecided, settled = self.settled.undecided, self.settled
        if undecided:
            return (
                N_("以下对象需会议审议，还没有经两人确认的会议决定，不能发布：%(names)s"),
                {"names": "、".join(row["label"] for row in undecided)},
            )
        if self.pending:
            names = {row["key"]: row["label"] for row in self.agenda}
            waiting = "、".join(names[one.candidate] for one in self.pending)
            return (N_("以下对象的会议决定待确认，不能发布：%(names)s"), {"names": waiting})
        return over_problem(self, settled) if settled.over else None


def over_problem(standing: Standing, settled: meeting.Settled) -> Problem:
    """More selected than there are places."""
    counts = {"places": standing.content["list"]["places"], "room": settled.room, "over": settled.over}
    return (
        N_(
            "名额共%(places)s个，除确定入选的以外会议最多可再决定入选%(room)s个，现在多出%(over)s个，请先改变其他对象的决定"
        ),
        counts,
    )


def record_of(one: MeetingDecision) -> dict[str, Any]:
    """A decision as plain values; who proposed and confirmed it stands in the trail."""
    found = {
        "key": one.candidate,
        "selected": one.selected,
        "reason": one.reason,
        "proposed_at": one.proposed_at.isoformat(timespec="microseconds"),
        "confirmed_at": one.decided_at.isoformat(timespec="microseconds") if one.decided_at else "",
    }
    return with_held(found, one.held)


def standing_on(session: Session, plist: PriorityList, content: Mapping[str, Any]) -> Standing:
    """The meeting about exactly these figures."""
    sha256 = meeting.figures_sha256(content)
    known = decisions_of(session, plist.id)
    return Standing(
        content, sha256, meeting.agenda(content),
        [one for one in known if one.figures_sha256 == sha256],
        [one for one in known if one.figures_sha256 != sha256 and one.state in LIVE],
    )  # fmt: skip


def standing_of(session: Session, plist: PriorityList, now: datetime) -> Standing | Problem:
    """The meeting about the figures that hold now, or why there are none."""
    content = live_content(session, plist, now)
    return standing_on(session, plist, content) if isinstance(content, dict) else content


def decisions_of(session: Session, list_id: int) -> Sequence[MeetingDecision]:
    """All decisions of a round in the order in which they were proposed."""
    query = select(MeetingDecision).where(MeetingDecision.list_id == list_id).order_by(MeetingDecision.id)
    return session.scalars(query).all()


def decision_for(session: Session, plist: PriorityList, decision_id: int) -> MeetingDecision:
    """One decision of this round."""
    found = session.get(MeetingDecision, decision_id)
    if found is None or found.list_id != plist.id:
        raise NotFound
    return found


def meeting_problem(session: Session, plist: PriorityList, content: Mapping[str, Any]) -> Problem | None:
    """Why the list cannot be published yet."""
    return standing_on(session, plist, content).problem()


def meeting_record(session: Session, plist: PriorityList, content: Mapping[str, Any]) -> dict[str, Any]:
    """What a snapshot freezes of the meeting."""
    return standing_on(session, plist, content).record
