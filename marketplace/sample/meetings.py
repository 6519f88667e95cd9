"""The meetings of the sample year (会议审议): what they decide about candidates whose figures leave it open."""

from marketplace.core.clock import beijing_date
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority import decisions
from marketplace.priority.deliberation import Standing, standing_of
from marketplace.priority.held import Held
from marketplace.priority.models import MeetingDecision, PriorityList
from marketplace.sample.stage import Stage

REASON_IN = "成果适用面广，已具备在全省推开试点的条件，会议同意列入（示例）。"
REASON_OUT = "与名额内对象相比推广范围较小，会议建议下一批再行申报（示例）。"


def held(uow: UnitOfWork, number: int) -> Held:
    """局长办公会: so many in the year, on the day on which its decisions are recorded."""
    today = beijing_date(uow.now)
    return Held(f"{today.year}年第{number}次局长办公会（示例）", today)


def record(stage: Stage, list_id: int, number: int, most: int | None = None) -> list[int]:
    """The officer types what this meeting decided: it follows the ranking as far as there are places."""
    with stage.acting("officer") as uow:
        plist = uow.session.get_one(PriorityList, list_id)
        standing = standing_of(uow.session, plist, uow.now)
        rows = standing.agenda[:most] if isinstance(standing, Standing) else []
        typed = [
            decisions.Typed(
                row["key"], (inside := row["rank"] <= plist.places), REASON_IN if inside else REASON_OUT
            )
            for row in rows
        ]
        if not typed:
            return []
        return [one.id for one in decisions.propose_decisions(uow, plist, typed, held(uow, number))]


def confirm(stage: Stage, list_id: int, ids: list[int]) -> None:
    """The approver is the second person."""
    if not ids:
        return
    with stage.acting("approver") as uow:
        plist = uow.session.get_one(PriorityList, list_id)
        decisions.confirm_decisions(uow, plist, [uow.session.get_one(MeetingDecision, one) for one in ids])
