"""The one door to bids (揭榜申请唯一入口): no other module selects ``Bid``.

Before the opening only the lead unit's own clerks and heads pass, and those of a partner that the lead has asked to
confirm, for as long as its answer is open or yes; for everybody else the bid does not exist: not its content, not its
files, not its number. Afterwards the province, the auditor, the partners and the panel's members
read what was opened. What was never submitted stays the unit's own for ever.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.audit.seals import bid_seal
from marketplace.bids.consent import Evidence
from marketplace.bids.models import Bid, BidOpening, BidPartner, Receipt
from marketplace.bids.policy import acts_for, may_open_desk
from marketplace.bids.workflow import OPENED_STATES, BidState, ConsentState
from marketplace.core.actor import BUREAU_ROLES, Actor, Role
from marketplace.core.database import one_at_a_time
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, no
from marketplace.files.access import DENIED, Access
from marketplace.files.models import Attachment
from marketplace.files.queries import attachments_of, counts_of
from marketplace.organisations.models import Organisation, Person
from marketplace.organisations.queries import units_with
from marketplace.reviews.queries.own import may_read_subject
from marketplace.reviews.workflow import SubjectKind
from marketplace.search.finders import mentions
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState

FILE_OWNER = "bid"
AGREEMENT = "agreement"
"""Purpose of the files that are the joint agreement (联合体协议)."""
MOST_OWN = 200


def _whole() -> Select[Bid]:
    """A bid with what every page of it shows, in two statements whatever its size."""
    return select(Bid).options(
        joinedload(Bid.topic, innerjoin=True).joinedload(Topic.list, innerjoin=True),
        joinedload(Bid.lead, innerjoin=True),
        selectinload(Bid.partners).options(
            joinedload(BidPartner.organisation, innerjoin=True), joinedload(BidPartner.answerer)
        ),
    )


def _opened() -> ColumnElement[bool]:
    return Bid.state.in_(OPENED_STATES)


def _visible_to(actor: Actor) -> ColumnElement[bool]:
    """The seal as a condition: what this actor may learn of."""
    ways: list[ColumnElement[bool]] = [false()]
    if actor.has(*BUREAU_ROLES):
        partner = Bid.partners.any(BidPartner.organisation_id == actor.organisation_id)
        ways += [Bid.lead_id == actor.organisation_id, and_(_opened(), partner), _asked(actor)]
    if may_open_desk(actor):
        ways.append(_opened())
    return or_(*ways)


def _asked(actor: Actor) -> ColumnElement[bool]:
    """Bids that the actor's unit is asked to join, or has agreed to join, while their topic is open."""
    word = and_(
        BidPartner.organisation_id == actor.organisation_id,
        BidPartner.state.in_([ConsentState.ASKED, ConsentState.GIVEN]),
    )
    joined = Bid.id.in_(select(BidPartner.bid_id).where(word))
    return and_(joined, Bid.topic.has(Topic.state == TopicState.OPEN))


def bid_for(session: Session, actor: Actor, bid_id: int) -> Bid:
    """One bid that the actor may see; NotFound for what is not there and for what is not hers alike."""
    way = _visible_to(actor)
    if actor.has(Role.EXPERT) and may_read_subject(session, actor, SubjectKind.BID, bid_id):
        way = or_(way, _opened())
    found = session.scalar(_whole().where(Bid.id == bid_id, way))
    if found is None:
        raise NotFound
    return found


def own_bid_for(session: Session, actor: Actor, bid_id: int) -> Bid:
    """One bid of the actor's own unit (to work on it)."""
    found = bid_for(session, actor, bid_id)
    if not acts_for(actor, found.lead_id):
        raise NotFound
    return found


def own_bids(session: Session, actor: Actor) -> Sequence[Bid]:
    """The unit's own bids, the nearest deadline first; none for people without a unit."""
    if not actor.has(*BUREAU_ROLES):
        return ()
    query = (
        select(Bid)
        .join(Bid.topic)
        .options(joinedload(Bid.topic, innerjoin=True), joinedload(Bid.lead, innerjoin=True))
        .where(Bid.lead_id == actor.organisation_id)
        .order_by(Topic.state != TopicState.OPEN, Topic.deadline.desc(), Bid.id)
        .limit(MOST_OWN)
    )
    return session.scalars(query).all()


def live_own_bids(session: Session, actor: Actor) -> Sequence[Bid]:
    """The unit's own bids on which something can still happen before the award, and others' bids that wait for its
    word, the nearest deadline first."""
    waiting = select(BidPartner.bid_id).where(
        BidPartner.organisation_id == actor.organisation_id, BidPartner.state == ConsentState.ASKED
    )
    query = (
        select(Bid)
        .join(Bid.topic)
        .options(joinedload(Bid.topic, innerjoin=True))
        .where(
            or_(Bid.lead_id == actor.organisation_id, Bid.id.in_(waiting)),
            or_(
                and_(
                    Topic.state == TopicState.OPEN,
                    Bid.state.in_(
                        [BidState.DRAFT, BidState.WITH_HEAD, BidState.WITHDRAWN, BidState.SUBMITTED]
                    ),
                ),
                Bid.state == BidState.OPENED,
            ),
        )
        .order_by(Topic.deadline, Bid.id)
        .limit(MOST_OWN)
    )
    return session.scalars(query).all()


def own_bid_count(actor: Actor) -> Select[int]:
    """How many bids the actor's unit leads (for its own workbench only)."""
    return select(func.count()).select_from(Bid).where(Bid.lead_id == actor.organisation_id)


def joined_bids(session: Session, actor: Actor) -> Sequence[tuple[Bid, BidPartner]]:
    """Others' bids in which the actor's unit is a partner, with its place in each: opened ones, and before the opening
    those it has been asked about (it knows of them, though it may read only those it did not refuse)."""
    if not actor.has(*BUREAU_ROLES):
        return ()
    known = and_(Topic.state == TopicState.OPEN, BidPartner.asked_at.is_not(None))
    query = (
        select(Bid, BidPartner)
        .join(BidPartner, BidPartner.bid_id == Bid.id)
        .join(Bid.topic)
        .options(joinedload(Bid.topic, innerjoin=True), joinedload(Bid.lead, innerjoin=True))
        .where(BidPartner.organisation_id == actor.organisation_id, or_(_opened(), known))
        .order_by(Topic.state != TopicState.OPEN, Topic.deadline.desc(), Bid.id)
        .limit(MOST_OWN)
    )
    return [(bid, partner) for bid, partner in session.execute(query)]


def bids_by_words(session: Session, actor: Actor, words: Sequence[str], most: int) -> Sequence[Any]:
    """Bids that the actor may see whose topic, number or lead unit matches: id, number, state, title, unit."""
    if not actor.has(*BUREAU_ROLES) and not may_open_desk(actor):
        return ()
    query = (
        select(Bid.id, Bid.number, Bid.state, Topic.title, Organisation.name.label("unit"))
        .join(Bid.topic)
        .join(Bid.lead)
        .where(_visible_to(actor), *mentions(words, Topic.title, Topic.code, Bid.number, Organisation.name))
        .order_by(Bid.drafted_at.desc(), Bid.id)
        .limit(most)
    )
    return session.execute(query).all()


def own_bid_on(session: Session, actor: Actor, topic_id: int) -> Bid | None:
    """The actor's unit's own bid for a topic, if there is one."""
    if not actor.has(*BUREAU_ROLES):
        return None
    return session.scalar(_whole().where(Bid.topic_id == topic_id, Bid.lead_id == actor.organisation_id))


def bids_of_topic(session: Session, actor: Actor, topic: Topic) -> Sequence[Bid]:
    """已启封的申请 of a topic in the order of submission. Nobody gets anything before the opening."""
    return opened_bids(session, topic.id) if may_open_desk(actor) else ()


def lines_of_topic(session: Session, actor: Actor, topic_id: int) -> Sequence[Any]:
    """The same as plain lines for the list: id, number, state, submitted_at, budget_fen, is_sample and the lead's name
    as ``unit``; no line carries the form."""
    return session.execute(_opened_lines(), {"topic": topic_id}).all() if may_open_desk(actor) else ()


@cache
def _opened_lines() -> Executable:
    lines = select(
        Bid.id, Bid.number, Bid.state, Bid.submitted_at, Bid.budget_fen, Bid.is_sample,
        Organisation.name.label("unit"),
    )  # fmt: skip
    return (
        lines.join(Organisation, Organisation.id == Bid.lead_id)
        .where(Bid.topic_id == bindparam("topic"), _opened())
        .order_by(Bid.submitted_at, Bid.id)
    )


def partner_names(session: Session, topic_id: int) -> dict[int, list[str]]:
    """参与单位 of the opened bids of a topic, by bid, in the order given there."""
    found: dict[int, list[str]] = {}
    for bid_id, name in session.execute(_opened_partners(), {"topic": topic_id}):
        found.setdefault(bid_id, []).append(name)
    return found


@cache
def _opened_partners() -> Executable:
    return (
        select(BidPartner.bid_id, Organisation.name)
        .join(Bid, Bid.id == BidPartner.bid_id)
        .join(Organisation, Organisation.id == BidPartner.organisation_id)
        .where(Bid.topic_id == bindparam("topic"), _opened())
        .order_by(BidPartner.position)
    )


def opened_bids(session: Session, topic_id: int) -> Sequence[Bid]:
    """The same for the program itself (panels, awards): only what has been opened."""
    query = _whole().where(Bid.topic_id == topic_id, _opened()).order_by(Bid.submitted_at, Bid.id)
    return session.scalars(query).all()


def opened_bid(session: Session, bid_id: int) -> Bid:
    """One opened bid for the program itself."""
    found = session.scalar(_whole().where(Bid.id == bid_id, _opened()))
    if found is None:
        raise NotFound
    return found


def opened_by_id(session: Session, bid_ids: Sequence[int]) -> dict[int, Bid]:
    """Several of them, by id."""
    query = _whole().where(Bid.id.in_(list(bid_ids)), _opened())
    return {bid.id: bid for bid in session.scalars(query)}


def opening_of(session: Session, topic_id: int) -> BidOpening | None:
    """启封记录 of a topic."""
    return session.scalar(_opening(), {"topic": topic_id})


@cache
def _opening() -> Select[BidOpening]:
    return select(BidOpening).where(BidOpening.topic_id == bindparam("topic"))


def consent_evidence(session: Session, bid: Bid) -> Evidence:
    """What besides their own words counts of the partners of a bid that has passed the door; two statements, none
    without partners."""
    if not bid.partners:
        return Evidence()
    heads = units_with(session, [partner.organisation_id for partner in bid.partners], [Role.HEAD])
    return Evidence(frozenset(heads), any(file.purpose == AGREEMENT for file in files_of(session, bid)))


def alone_verdict(session: Session, bid: Bid, unit_id: int) -> Verdict:
    """一单位一申请: a unit takes part in one bid of a topic only. Asked when it submits its own, and when it agrees to
    join; what stands against it is known to the unit itself, and nobody else's bids count."""
    others = Bid.topic_id == bid.topic_id, Bid.id != bid.id
    leads = select(Bid.id).where(*others, Bid.lead_id == unit_id, Bid.state == BidState.SUBMITTED)
    if session.scalar(leads.limit(1)) is not None:
        return no(N_("本单位已对本榜题提交揭榜申请，不能再参与其他单位的申请"))
    joined = (
        select(Bid.id)
        .join(BidPartner, BidPartner.bid_id == Bid.id)
        .where(*others, BidPartner.organisation_id == unit_id, BidPartner.state == ConsentState.GIVEN)
    )
    if session.scalar(joined.limit(1)) is not None:
        return no(N_("本单位已同意参与其他单位对本榜题的申请；同一榜题只能参加一份申请"))
    return YES


def one_word_at_a_time(session: Session, topic_id: int, unit_id: int) -> None:
    """Two answers of one unit about one topic wait for each other, so that ``alone_verdict`` holds."""
    one_at_a_time(session, f"unit-word:{topic_id}:{unit_id}")


def lock_bid(session: Session, bid: Bid) -> None:
    """Holds a bid that has passed the door still, with its partners as they now stand."""
    fresh = _whole().where(Bid.id == bid.id).with_for_update(of=Bid)
    session.scalars(fresh.execution_options(populate_existing=True)).one()


def receipts_of(session: Session, bid: Bid) -> Sequence[Receipt]:
    """All receipts of a bid that has passed the door, newest first."""
    query = select(Receipt).where(Receipt.bid_id == bid.id)
    return session.scalars(query.order_by(Receipt.submitted_at.desc(), Receipt.id)).all()


def files_of(session: Session, bid: Bid) -> list[Attachment]:
    """The files of a bid that has passed the door."""
    return attachments_of(session, FILE_OWNER, [bid.id])[bid.id]


def file_counts(session: Session, bid_ids: Sequence[int]) -> dict[int, int]:
    """How many files each of several bids has that have passed the door."""
    return counts_of(session, FILE_OWNER, bid_ids)


def person_name(session: Session, person_id: int) -> str:
    """Who submitted."""
    return session.get_one(Person, person_id).name


def file_access(session: Session, actor: Actor, bid_id: int, now: datetime) -> Access:
    """附件查看规则: a file is as open as its bid."""
    try:
        found = bid_for(session, actor, bid_id)
    except NotFound:
        return DENIED
    return Access(True, bid_seal(found.id))


def due_for_opening(session: Session, now: datetime, only: int | None = None) -> Sequence[Topic]:
    """Open topics whose deadline has passed, the oldest first, locked against submissions under way; or one of them."""
    query = (
        select(Topic)
        .where(*_over(now))
        .order_by(Topic.deadline, Topic.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query if only is None else query.where(Topic.id == only)).all()


def keys_for_opening(session: Session, now: datetime) -> Sequence[int]:
    """Their ids, in that order, not locked."""
    return session.scalars(select(Topic.id).where(*_over(now)).order_by(Topic.deadline, Topic.id)).all()


def _over(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Topic.state == TopicState.OPEN, Topic.deadline <= now


def sealed_submissions(session: Session, topic_id: int) -> Sequence[Bid]:
    """For the opening alone: everything submitted for a topic, in the order of submission."""
    query = _whole().where(Bid.topic_id == topic_id, Bid.state == BidState.SUBMITTED)
    return session.scalars(query.order_by(Bid.submitted_at, Bid.id)).all()


def live_receipts(session: Session, topic_id: int) -> dict[int, Receipt]:
    """For the opening alone: the receipt in force of each submitted bid."""
    query = (
        select(Receipt)
        .join(Bid, Bid.id == Receipt.bid_id)
        .where(Bid.topic_id == topic_id, Bid.state == BidState.SUBMITTED, Receipt.withdrawn_at.is_(None))
    )
    return {receipt.bid_id: receipt for receipt in session.scalars(query)}


def unsubmitted(
    session: Session, now: datetime, within: timedelta, only: int | None = None
) -> Sequence[tuple[Bid, Topic]]:
    """For the reminders alone: begun but not submitted, with a deadline that comes soon; or one of them."""
    query = (
        select(Bid, Topic)
        .join(Topic, Topic.id == Bid.topic_id)
        .where(
            Topic.state == TopicState.OPEN,
            Topic.deadline > now,
            Topic.deadline <= now + within,
            Bid.state.in_([BidState.DRAFT, BidState.WITH_HEAD, BidState.WITHDRAWN]),
        )
        .order_by(Topic.deadline, Bid.id)
    )
    query = query if only is None else query.where(Bid.id == only)
    return [(bid, topic) for bid, topic in session.execute(query)]


def lock_topic(session: Session, topic_id: int) -> Topic:
    """Holds the topic still while a bid is being submitted or withdrawn, so that the opening waits."""
    query = select(Topic).where(Topic.id == topic_id).options(joinedload(Topic.list, innerjoin=True))
    locked = query.with_for_update(read=True, of=Topic).execution_options(populate_existing=True)
    return session.scalars(locked).one()


def organisations_by_id(session: Session, ids: Sequence[int]) -> dict[int, Organisation]:
    """Chosen partners."""
    return {o.id: o for o in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}


def partner_facts(bid: Bid) -> list[dict[str, Any]]:
    """The partners as they stand in a receipt."""
    return [_partner_fact(partner) for partner in bid.partners]


def _partner_fact(partner: BidPartner) -> dict[str, Any]:
    facts = {
        "organisation_id": partner.organisation_id, "name": partner.organisation.name, "task": partner.task,
    }  # fmt: skip
    if partner.state == ConsentState.HISTORIC:  # submitted before partners were asked: its hash stands
        return facts
    return facts | {
        "share_fen": partner.share_fen, "consent": partner.state, "terms_sha256": partner.terms_sha256,
        "answered_at": partner.answered_at.isoformat() if partner.answered_at else None,
    }  # fmt: skip


def file_facts(files: Sequence[Attachment]) -> list[dict[str, Any]]:
    """The files as they stand in a receipt."""
    return [
        {"id": f.id, "name": f.name, "size": f.size, "sha256": f.sha256}
        | ({"purpose": f.purpose} if f.purpose else {})
        for f in files
    ]


def title_of(bid_id: ColumnElement[Any]) -> ScalarSelect[str]:
    """The title of the topic that the bid of this number is for: only for those who acted on it."""
    found = select(Topic.title).join(Bid, Bid.topic_id == Topic.id).where(Bid.id == bid_id)
    return found.scalar_subquery()
