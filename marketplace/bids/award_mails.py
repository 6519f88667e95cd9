"""Letters about an award, and the public notice of its result."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from marketplace.bids.events import AwardConfirmed, AwardProposed, AwardRejected
from marketplace.bids.mails import people_by_unit
from marketplace.bids.models import AwardDecision, AwardKind, Bid
from marketplace.bids.queries import opened_bids
from marketplace.bids.workflow import BidState
from marketplace.core.actor import BUREAU_ROLES, Role
from marketplace.core.text import quoted
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.working_days import end_of_working_days
from marketplace.notices.models import NoticeKind
from marketplace.notices.operations import announce
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.models import Person
from marketplace.organisations.queries import people_with_roles
from marketplace.reviews.queries.results import SubjectResult, results_of
from marketplace.reviews.workflow import SubjectKind
from marketplace.topics.models import Topic
from marketplace.topics.rules import rules_from_dict
from marketplace.web.formats import exact_text


def ask_for_confirmation(uow: UnitOfWork, event: AwardProposed) -> None:
    """请复核 to every approver but the one who proposed."""
    topic, decision = _loaded(uow, event.topic_id, event.decision_id)
    approvers = people_with_roles(uow.session, None, (Role.APPROVER,))
    enqueue(
        uow, kind="award_proposed", dedupe_key=f"award-proposed:{decision.id}",
        recipients=[one for one in approvers if one.person_id != decision.proposed_by],
        context=_context(topic, proposer=uow.actor.person_name, opinion=decision.reason,
                         winners=_winners(uow, topic, decision)),
    )  # fmt: skip


def tell_of_rejection(uow: UnitOfWork, event: AwardRejected) -> None:
    """退回重议 to who had proposed."""
    topic, decision = _loaded(uow, event.topic_id, event.decision_id)
    person = uow.session.get_one(Person, decision.proposed_by)
    enqueue(
        uow, kind="award_rejected", dedupe_key=f"award-rejected:{decision.id}",
        recipients=[Recipient(person.id, person.name, person.email, person.locale)],
        context=_context(topic, approver=uow.actor.person_name, opinion=event.opinion),
    )  # fmt: skip


def send_letters(uow: UnitOfWork, event: AwardConfirmed) -> None:
    """揭榜结果通知: to winners and to those not selected, each with its own score and the opinions without names."""
    topic = uow.session.get_one(Topic, event.topic_id)
    bids = [bid for bid in opened_bids(uow.session, topic.id) if bid.state != BidState.DISQUALIFIED]
    results = results_of(uow.session, SubjectKind.BID, [bid.id for bid in bids])
    people = people_by_unit(uow, bids)
    ends_at = end_of_working_days(uow.now, rules_from_dict(topic.list.rules).notice_days)
    for bid in bids:
        _letter(uow, topic, bid, results.get(bid.id), people.get(bid.lead_id, []), ends_at)
    _tell_partners(uow, topic, [bid for bid in bids if bid.state == BidState.AWARDED])


def _letter(
    uow: UnitOfWork,
    topic: Topic,
    bid: Bid,
    result: SubjectResult | None,
    people: Sequence[Recipient],
    ends_at: Any,
) -> None:
    won = bid.state == BidState.AWARDED
    enqueue(
        uow, kind="award_won" if won else "award_lost", dedupe_key=f"award-letter:{bid.id}", recipients=people,
        context=_context(
            topic, number=bid.number, bid_id=bid.id, score=result.total if result else None, ends_at=ends_at,
            opinions=result.opinions if result else (),
        ),
    )  # fmt: skip


def _tell_partners(uow: UnitOfWork, topic: Topic, winners: Sequence[Bid]) -> None:
    for bid in winners:
        units = [partner.organisation_id for partner in bid.partners]
        if units:
            enqueue(
                uow, kind="award_partner", dedupe_key=f"award-partner:{bid.id}",
                recipients=people_with_roles(uow.session, units, BUREAU_ROLES),
                context=_context(topic, number=bid.number, lead=bid.lead.name),
            )  # fmt: skip


def announce_result(uow: UnitOfWork, event: AwardConfirmed) -> None:
    """揭榜结果公示, for as many working days as the list's rules say."""
    topic, decision = _loaded(uow, event.topic_id, event.decision_id)
    days = rules_from_dict(topic.list.rules).notice_days
    ends_at = end_of_working_days(uow.now, days)
    names, english = _names(uow, topic, decision)
    until = exact_text(ends_at)[:16]
    announce(
        uow,
        kind=NoticeKind.RESULT,
        dedupe_key=f"award:{decision.id}",
        topic_id=topic.id,
        title=f"榜题{quoted(topic.title)}揭榜结果公示",
        title_en=f"Award result: {topic.code}",
        body=f"榜题 {topic.code}{quoted(topic.title)}经专家评审和省局复核，{names}\n\n"
        f"公示期：{days}个工作日，至{until}（北京时间）止。工作日按周一至周五计算，遇法定节假日相应顺延。",
        body_en=f"Topic {topic.code} {quoted(topic.title)}, reviewed by experts and confirmed by the province: "
        f"{english}\n\n"
        f"Notice period: {days} working days, until {until} (Beijing time). Working days are counted Monday to "
        "Friday; public holidays extend the period.",
        ends_at=ends_at,
    )


def _names(uow: UnitOfWork, topic: Topic, decision: AwardDecision) -> tuple[str, str]:
    if decision.kind == AwardKind.NONE:
        return "本次不予立项。", "no bid was selected."
    leads = [bid.lead for bid in opened_bids(uow.session, topic.id) if bid.id in decision.bid_ids]
    chinese = "拟确定揭榜单位：\n\n" + "\n".join(f"- {lead.name}" for lead in leads)
    return chinese, "selected to carry it out:\n\n" + "\n".join(
        f"- {lead.name_en or lead.name}" for lead in leads
    )


def _winners(uow: UnitOfWork, topic: Topic, decision: AwardDecision) -> list[str]:
    return [bid.lead.name for bid in opened_bids(uow.session, topic.id) if bid.id in decision.bid_ids]


def _loaded(uow: UnitOfWork, topic_id: int, decision_id: int) -> tuple[Topic, AwardDecision]:
    decision = uow.session.scalars(select(AwardDecision).where(AwardDecision.id == decision_id)).one()
    return uow.session.get_one(Topic, topic_id), decision


def _context(topic: Topic, **more: Any) -> dict[str, Any]:
    return {"topic_id": topic.id, "code": topic.code, "title": topic.title, **more}
