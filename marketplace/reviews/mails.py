"""Whom the events of a panel concern, and what they are told."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.core.actor import BUREAU_ROLES, Role
from marketplace.core.clock import before_deadline
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.experts.models import Expert
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.models import Person
from marketplace.organisations.queries import people_with_roles
from marketplace.reviews.codes import number_of
from marketplace.reviews.events import (
    AssignmentFailed,
    AssignmentMade,
    ExtraCalled,
    ExtraMissing,
    HeadNamed,
    HeadStoodDown,
    ItemRecused,
    PanelConcluded,
    PanelReleased,
    PreferencesAsked,
    RecusalDecided,
    RecusalRequested,
    ReopeningDeclined,
    ReopeningProposed,
    SeatAdded,
    SeatAsked,
    SeatDeclined,
    SeatExcluded,
    SeatFinished,
    SeatRecused,
    SheetReopened,
)
from marketplace.reviews.heads import head_of
from marketplace.reviews.models import Panel, PanelItem, RecusalEntry, Seat
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.subjects import SUBJECTS
from marketplace.reviews.workflow import PanelState, SeatState, SubjectKind


def _context(panel: Panel, **more: Any) -> dict[str, Any]:
    topic = panel.topic
    return {"panel_id": panel.id, "code": topic.code, "title": topic.title, "due_at": panel.due_at, **more}


def _members(uow: UnitOfWork, seat_ids: Iterable[int]) -> Sequence[tuple[int, Recipient]]:
    query = (
        select(Seat.id, Person.id, Person.name, Person.email, Person.locale)
        .join(Expert, Expert.id == Seat.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(Seat.id.in_(list(seat_ids)))
        .order_by(Seat.id)
    )
    return [(row[0], Recipient(*row[1:])) for row in uow.session.execute(query)]


def _invite(uow: UnitOfWork, panel: Panel, seat_ids: Iterable[int]) -> None:
    head = head_of(uow.session, panel.id)
    for seat_id, recipient in _members(uow, seat_ids):
        enqueue(
            uow, kind="panel_invitation", dedupe_key=f"panel-invitation:{seat_id}", recipients=[recipient],
            context=_context(
                panel, seat_id=seat_id, outcome=panel.subject_kind == SubjectKind.OUTCOME,
                heads=head is not None and head.id == seat_id,
            ),
        )  # fmt: skip


def invite_members(uow: UnitOfWork, event: PanelReleased) -> None:
    """评审邀请 to every member, with the deadline."""
    panel = uow.session.get_one(Panel, event.panel_id)
    query = select(Seat.id).where(Seat.panel_id == panel.id, Seat.state == SeatState.INVITED)
    _invite(uow, panel, uow.session.scalars(query).all())


def invite_replacement(uow: UnitOfWork, event: SeatAdded) -> None:
    """评审邀请 to who joins while the others score already."""
    panel = uow.session.get_one(Panel, event.panel_id)
    if panel.state == PanelState.SCORING:
        _invite(uow, panel, [event.seat_id])


def tell_late_head(uow: UnitOfWork, event: HeadNamed) -> None:
    """指定组长 to who leads the panel from now on; at release the invitation says it."""
    if event.late:
        _tell_member(uow, uow.session.get_one(Panel, event.panel_id), event.seat_id, "head_named")


def tell_that_head_stood_down(uow: UnitOfWork, event: HeadStoodDown) -> None:
    """组长空缺 to the officers: another is to be named."""
    panel = uow.session.get_one(Panel, event.panel_id)
    enqueue(
        uow, kind="head_missing", dedupe_key=f"head-missing:{event.seat_id}:{uow.now.isoformat()}",
        recipients=_officers(uow), context=_context(panel, expert=event.opinion),
    )  # fmt: skip


def ask_for_reopening(uow: UnitOfWork, event: ReopeningProposed) -> None:
    """建议重开 to the officers; the chair decides."""
    panel = uow.session.get_one(Panel, event.panel_id)
    enqueue(
        uow, kind="reopening_proposed", dedupe_key=f"reopening-proposed:{event.sheet_id}:{uow.now.isoformat()}",
        recipients=_officers(uow), context=_context(panel, seat_id=event.seat_id, opinion=event.opinion),
    )  # fmt: skip


def tell_head_of_refusal(uow: UnitOfWork, event: ReopeningDeclined) -> None:
    """未采纳 to the panel's head, with the reason."""
    panel = uow.session.get_one(Panel, event.panel_id)
    head = head_of(uow.session, panel.id)
    if head is not None:
        recipients = [recipient for _, recipient in _members(uow, [head.id])]
        enqueue(
            uow, kind="reopening_declined", dedupe_key=f"reopening-declined:{event.sheet_id}:{uow.now.isoformat()}",
            recipients=recipients, context=_context(panel, seat_id=head.id, opinion=event.opinion),
        )  # fmt: skip


def ask_for_preferences(uow: UnitOfWork, event: PreferencesAsked) -> None:
    """征求意愿 to every member of the draft, once each."""
    panel = uow.session.get_one(Panel, event.panel_id)
    query = select(Seat.id).where(Seat.panel_id == panel.id, Seat.state == SeatState.INVITED)
    _ask(uow, panel, uow.session.scalars(query).all())


def ask_newcomer(uow: UnitOfWork, event: SeatAdded) -> None:
    """征求意愿 to who is chosen while the others are asked already."""
    panel, now = uow.session.get_one(Panel, event.panel_id), uow.now
    until = panel.preferences_until
    if panel.state == PanelState.DRAFT and until is not None and before_deadline(now, until):
        _ask(uow, panel, [event.seat_id])


def _ask(uow: UnitOfWork, panel: Panel, seat_ids: Iterable[int]) -> None:
    for seat_id, recipient in _members(uow, seat_ids):
        enqueue(
            uow, kind="preferences_asked", dedupe_key=f"preferences-asked:{seat_id}", recipients=[recipient],
            context=_context(panel, seat_id=seat_id, until=panel.preferences_until),
        )  # fmt: skip


def tell_of_recusal(uow: UnitOfWork, event: SeatRecused) -> None:
    """回避提醒 to the officers: a seat has fallen empty."""
    panel = uow.session.get_one(Panel, event.panel_id)
    names = [recipient.name for _, recipient in _members(uow, [event.seat_id])]
    enqueue(
        uow, kind="seat_recused", dedupe_key=f"seat-recused:{event.seat_id}", recipients=_officers(uow),
        context=_context(panel, expert=names[0], opinion=event.opinion, headed=_was_head(uow, event.seat_id)),
    )  # fmt: skip


def tell_of_refusal(uow: UnitOfWork, event: SeatDeclined) -> None:
    """谢绝提醒 to the officers: a seat has fallen empty."""
    panel = uow.session.get_one(Panel, event.panel_id)
    names = [recipient.name for _, recipient in _members(uow, [event.seat_id])]
    enqueue(
        uow, kind="seat_declined", dedupe_key=f"seat-declined:{event.seat_id}", recipients=_officers(uow),
        context=_context(panel, expert=names[0], opinion=event.opinion, headed=_was_head(uow, event.seat_id)),
    )  # fmt: skip


def _was_head(uow: UnitOfWork, seat_id: int) -> bool:
    """Whether who has left led the panel."""
    return uow.session.get_one(Seat, seat_id).heads


def tell_of_exclusion(uow: UnitOfWork, event: SeatExcluded) -> None:
    """回避通知 to the expert, who no longer takes part; without the reason, which may be somebody else's."""
    panel = uow.session.get_one(Panel, event.panel_id)
    _tell_member(uow, panel, event.seat_id, "seat_excluded")


def ask_to_explain(uow: UnitOfWork, event: SeatAsked) -> None:
    """说明通知 to the expert, who must answer a question before she goes on."""
    panel = uow.session.get_one(Panel, event.panel_id)
    _tell_member(uow, panel, event.seat_id, "seat_asked")


def _tell_member(uow: UnitOfWork, panel: Panel, seat_id: int, kind: str) -> None:
    recipients = [recipient for _, recipient in _members(uow, [seat_id])]
    key = f"{kind}:{seat_id}:{uow.now.isoformat()}"
    enqueue(uow, kind=kind, dedupe_key=key, recipients=recipients, context=_context(panel, seat_id=seat_id))


def ask_for_decision(uow: UnitOfWork, event: RecusalRequested) -> None:
    """回避申请 to the officers, who decide."""
    entry = uow.session.get_one(RecusalEntry, event.entry_id)
    enqueue(
        uow, kind="recusal_requested", dedupe_key=f"recusal-requested:{entry.id}", recipients=_officers(uow),
        context={"entry_id": entry.id, "code": entry.topic.code, "title": entry.topic.title},
    )  # fmt: skip


def tell_of_decision(uow: UnitOfWork, event: RecusalDecided) -> None:
    """回避决定 to the unit that asked, with the reason."""
    entry = uow.session.get_one(RecusalEntry, event.entry_id)
    if entry.organisation_id is not None:
        enqueue(
            uow, kind="recusal_decided", dedupe_key=f"recusal-decided:{entry.id}",
            recipients=people_with_roles(uow.session, [entry.organisation_id], list(BUREAU_ROLES)),
            context={
                "code": entry.topic.code, "title": entry.topic.title, "agreed": event.agreed,
                "opinion": event.opinion, "address": _page_of_requests(uow, entry),
            },
        )  # fmt: skip


def _page_of_requests(uow: UnitOfWork, entry: RecusalEntry) -> str:
    port = SUBJECTS[SubjectKind(entry.subject_kind)]
    return "" if entry.subject_id is None else port.recusals(uow.session, entry.subject_id)


def tell_that_all_is_in(uow: UnitOfWork, event: SeatFinished) -> None:
    """评分齐备 to the officers, when the last member has submitted."""
    if event.all_in:
        panel = uow.session.get_one(Panel, event.panel_id)
        enqueue(
            uow, kind="sheets_complete", dedupe_key=f"sheets-complete:{panel.id}:{event.seat_id}:{event.sheets}",
            recipients=_officers(uow), context=_context(panel),
        )  # fmt: skip


def ask_extra_expert(uow: UnitOfWork, event: ExtraCalled) -> None:
    """增加评审 to a member of the panel who scores one more item (who is new is invited), and to the officers."""
    panel = uow.session.get_one(Panel, event.panel_id)
    members = _members(uow, [event.seat_id])
    context = _context(panel, seat_id=event.seat_id, expert=members[0][1].name)
    key = f"{event.item_id}:{event.seat_id}"
    if event.seated:
        enqueue(
            uow, kind="extra_duty", dedupe_key=f"extra-duty:{key}", context=context,
            recipients=[recipient for _, recipient in members],
        )  # fmt: skip
    enqueue(
        uow, kind="extra_called", dedupe_key=f"extra-called:{key}", recipients=_officers(uow), context=context
    )


def tell_of_missing_expert(uow: UnitOfWork, event: ExtraMissing) -> None:
    """无人可选 to the officers: the result waits until somebody can be chosen."""
    panel = uow.session.get_one(Panel, event.panel_id)
    enqueue(
        uow, kind="extra_missing", dedupe_key=f"extra-missing:{event.item_id}", recipients=_officers(uow),
        context=_context(panel),
    )  # fmt: skip


def tell_of_item_recusal(uow: UnitOfWork, event: ItemRecused) -> None:
    """单项回避 to the officers."""
    panel = uow.session.get_one(Panel, event.panel_id)
    item = uow.session.get_one(PanelItem, event.item_id)
    names = [recipient.name for _, recipient in _members(uow, [event.seat_id])]
    enqueue(
        uow, kind="item_recused", dedupe_key=f"item-recused:{event.item_id}:{event.seat_id}",
        recipients=_officers(uow), context=_context(
            panel, expert=names[0], item=item.label, opinion=event.opinion, draft=panel.state == PanelState.DRAFT,
        ),
    )  # fmt: skip


def tell_of_new_duties(uow: UnitOfWork, event: AssignmentMade) -> None:
    """补齐分配 to the experts who score more now than when they began; at release the invitation says it all."""
    panel = uow.session.get_one(Panel, event.panel_id)
    if event.mended:
        for seat_id, recipient in _members(uow, {seat for _, seat in event.pairs}):
            enqueue(
                uow, kind="duty_given", dedupe_key=f"duty-given:{seat_id}:{event.inputs_sha256[:16]}",
                recipients=[recipient], context=_context(panel, seat_id=seat_id),
            )  # fmt: skip


def tell_of_failed_assignment(uow: UnitOfWork, event: AssignmentFailed) -> None:
    """无法分配 to the officers, while the panel scores; for a draft the officer looks at the page."""
    panel = uow.session.get_one(Panel, event.panel_id)
    if panel.state == PanelState.SCORING:
        enqueue(
            uow, kind="assignment_failed", dedupe_key=f"assignment-failed:{panel.id}:{uow.now.isoformat()}",
            recipients=_officers(uow), context=_context(panel),
        )  # fmt: skip


def tell_of_reopening(uow: UnitOfWork, event: SheetReopened) -> None:
    """评分表重开 to the expert, with the reason."""
    panel = uow.session.get_one(Panel, event.panel_id)
    item = uow.session.get_one(PanelItem, event.item_id)
    enqueue(
        uow, kind="sheet_reopened", dedupe_key=f"sheet-reopened:{event.earlier_sha256[:32]}",
        recipients=[recipient for _, recipient in _members(uow, [event.seat_id])],
        context=_context(panel, seat_id=event.seat_id, opinion=event.opinion, **_named(panel, item)),
    )  # fmt: skip


def _named(panel: Panel, item: PanelItem) -> dict[str, Any]:
    """An item as an expert may know it: by its number in a blind panel, else by its name."""
    if protocol_from(panel.protocol).blind:
        return {"item": "", "number": number_of(item.position)}
    return {"item": item.label, "number": ""}


def tell_of_result(uow: UnitOfWork, event: PanelConcluded) -> None:
    """评审结果 to those who propose and confirm the award."""
    panel = uow.session.get_one(Panel, event.panel_id)
    if panel.subject_kind == SubjectKind.BID:
        enqueue(
            uow, kind="panel_concluded", dedupe_key=f"panel-concluded:{panel.id}",
            recipients=people_with_roles(uow.session, None, (Role.OFFICER, Role.APPROVER)),
            context=_context(panel, topic_id=panel.topic_id),
        )  # fmt: skip


def _officers(uow: UnitOfWork) -> list[Recipient]:
    return people_with_roles(uow.session, None, (Role.OFFICER,))
