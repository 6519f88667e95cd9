"""What the meeting decided, by two persons (会议意见): the same for deviations from a funding plan and for candidates
whose figures leave it open."""

from collections.abc import Iterable
from datetime import datetime

from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority.models import MeetingOpinion
from marketplace.priority.workflow import LAPSED, MEETING_OPINION

LONGEST_REASON = 1000


def reason_problem(reason: str, field: str = "reason") -> dict[str, Problem]:
    """What is wrong with the meeting's reason."""
    if reason and len(reason) <= LONGEST_REASON:
        return {}
    return {field: (N_("请写明会议理由，不超过%(most)s字"), {"most": LONGEST_REASON})}


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
