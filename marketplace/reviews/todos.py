"""What waits for experts and officers in reviewing, and what runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from marketplace.core.actor import Actor, Role
from marketplace.core.clock import before_deadline
from marketplace.core.text import N_
from marketplace.core.work import WorkItem, asked_once
from marketplace.core.working_days import end_of_working_days
from marketplace.reviews.asked import asked_seats
from marketplace.reviews.models import Seat
from marketplace.reviews.policy import READERS
from marketplace.reviews.queries.own import seats_for
from marketplace.reviews.queries.waiting import live_panels, waiting_for_office
from marketplace.reviews.workflow import PanelState, SeatState
from marketplace.reviews.written import opinions_to_confirm

RATING_DAYS = 2
"""工作日: how long the office has to rate the members of a concluded panel."""
RATED_UNTIL = timedelta(days=180)
"""Afterwards nobody remembers well enough, and the workbench asks no more."""


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """Experts: answer and score, heads confirm. Officers: convene, compose, replace, conclude, write the opinion."""
    found: list[WorkItem] = []
    if actor.has(Role.EXPERT):
        rows = seats_for(session, actor)
        found += [_for_expert(seat) for seat, items, done in rows if _waits(seat, items, done)]
        found += [_to_confirm(panel) for panel in opinions_to_confirm(session, actor, now - RATED_UNTIL)]
        found += [_to_prefer(seat) for seat in asked_seats(session, actor) if _is_open(seat, now)]
    if actor.has(Role.OFFICER):
        found += [item for row in _live(session) if (item := _for_officer(row)) is not None]
        waiting = waiting_for_office(session, actor, now - RATED_UNTIL)
        found += [OFFICE[row.waits](row) for row in waiting]
    return found


def ongoing_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """Experts: what they have handed in while the panel still scores. The province: panels that score."""
    found: list[WorkItem] = []
    if actor.has(Role.EXPERT):
        rows = seats_for(session, actor)
        found += [
            WorkItem(
                N_("评分已提交，等待形成结果"), seat.panel.topic.title, "reviews.my_panel", {"seat_id": seat.id},
                seat.panel.due_at, is_sample=seat.panel.is_sample,
            )
            for seat, items, done in rows
            if seat.panel.state == PanelState.SCORING and not _waits(seat, items, done)
        ]  # fmt: skip
    if actor.has(*READERS):
        found += [
            WorkItem(
                N_("专家评分中，已收到%(done)s份评分表，共%(all)s份"), panel.title, "reviews.panel",
                {"panel_id": panel.id}, panel.due_at, is_sample=panel.is_sample,
                params={"done": panel.sheets, "all": panel.duties},
            )
            for panel in _live(session)
            if panel.state == PanelState.SCORING
        ]  # fmt: skip
    return found


def _waits(seat: Seat, items: int, done: int) -> bool:
    return seat.panel.state == PanelState.SCORING and (seat.state == SeatState.INVITED or done < items)


def _for_expert(seat: Seat) -> WorkItem:
    what = N_("确认是否需要回避") if seat.state == SeatState.INVITED else N_("评分")
    panel = seat.panel
    return WorkItem(
        what, panel.topic.title, "reviews.my_panel", {"seat_id": seat.id}, panel.due_at, panel.released_at,
        is_sample=panel.is_sample,
    )  # fmt: skip


def _is_open(seat: Seat, now: datetime) -> bool:
    until = seat.panel.preferences_until
    return seat.preferred_at is None and until is not None and before_deadline(now, until)


def _to_prefer(seat: Seat) -> WorkItem:
    panel = seat.panel
    return WorkItem(
        N_("填写评审意愿"), panel.topic.title, "reviews.preferences", {"seat_id": seat.id}, panel.preferences_until,
        is_sample=panel.is_sample,
    )  # fmt: skip


def _to_decide(row: Any) -> WorkItem:
    return WorkItem(
        N_("决定专家回避申请"), row.title, "reviews.recusal", {"entry_id": row.id}, None, row.at,
        is_sample=row.is_sample,
    )  # fmt: skip


def _to_convene(topic: Any) -> WorkItem:
    return WorkItem(
        N_("组建评审组"), topic.title, "reviews.panels", since=topic.at, is_sample=topic.is_sample
    )


def _to_rate(panel: Any) -> WorkItem:
    return WorkItem(
        N_("评价专家履职，还有%(count)s位"), panel.title, "reviews.panel_ratings", {"panel_id": panel.id},
        end_of_working_days(panel.at, RATING_DAYS), panel.at, params={"count": panel.count},
        is_sample=panel.is_sample,
    )  # fmt: skip


def _to_write_opinion(panel: Any) -> WorkItem:
    what = N_("组长已确认，意见书待定稿") if panel.count else N_("拟定专家组意见书")
    return WorkItem(
        what,
        panel.title,
        "reviews.panel_opinion",
        {"panel_id": panel.id},
        None,
        panel.at,
        is_sample=panel.is_sample,
    )


def _to_answer_head(panel: Any) -> WorkItem:
    return WorkItem(
        N_("答复组长的重开建议，%(count)s件"), panel.title, "reviews.panel", {"panel_id": panel.id}, None, panel.at,
        params={"count": panel.count}, is_sample=panel.is_sample,
    )  # fmt: skip


def _to_confirm(panel: Any) -> WorkItem:
    return WorkItem(
        N_("核对并确认专家组意见书"), panel.title, "reviews.panel_opinion", {"panel_id": panel.id}, None,
        panel.concluded_at, is_sample=panel.is_sample,
    )  # fmt: skip


OFFICE = {
    "panel": _to_convene,
    "rating": _to_rate,
    "recusal": _to_decide,
    "opinion": _to_write_opinion,
    "reopening": _to_answer_head,
}
"""What waits for the office → how the workbench says it."""


def _live(session: Session) -> Sequence[Any]:
    return asked_once(session, "panels", lambda: live_panels(session))


def _for_officer(panel: Any) -> WorkItem | None:
    what = ""
    if panel.state == PanelState.DRAFT:
        what = N_("选定评审专家")
    elif panel.seats < panel.size:
        what = N_("补充评审专家")
    elif not panel.headed:
        what = N_("指定组长")
    elif panel.sheets >= panel.duties:
        what = N_("汇总评审结果")
    if not what:
        return None
    return WorkItem(
        what, panel.title, "reviews.panel", {"panel_id": panel.id}, panel.due_at, panel.convened_at,
        is_sample=panel.is_sample,
    )  # fmt: skip
