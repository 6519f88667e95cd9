"""The opening: once, with the true deadline on record, however late the worker comes; and the formal check."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from marketplace.audit.models import Seal
from marketplace.audit.queries import visible_rows
from marketplace.audit.seals import bid_seal, topic_seal
from marketplace.bids.models import Bid, BidOpening
from marketplace.bids.opening import disqualify_bid, open_due_topics
from marketplace.bids.operations import submit_bid, withdraw_bid
from marketplace.bids.reminders import STEPS, due_step, remind_unsubmitted
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.canonical import sha256_hex
from marketplace.core.database import writing_session
from marketplace.core.errors import Refused
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Organisation
from marketplace.topics.models import Topic
from tests.support.bidding import bid_of, draft_bid, pass_deadline, submitted_bid
from tests.support.world import BEGINNING, World
from tests.topics.content import make_list, published_topic


def opening(world: World, topic_id: int) -> BidOpening | None:
    with world.reading() as session:
        return session.scalar(select(BidOpening).where(BidOpening.topic_id == topic_id))


def topic(world: World, topic_id: int) -> Topic:
    with world.reading() as session:
        return session.get_one(Topic, topic_id)


def mail_kinds(world: World) -> list[str]:
    with world.reading() as session:
        return list(session.scalars(select(OutboxMail.kind).where(OutboxMail.kind.like("%opened%"))))


def open_due(world: World) -> int:
    opened: int = world.do(None, open_due_topics)
    return opened


def test_nothing_opens_before_the_deadline(world: World) -> None:
    topic_id = published_topic(world)
    bid_id = submitted_bid(world, topic_id)
    world.clock.now = topic(world, topic_id).deadline - timedelta(microseconds=1)
    assert open_due(world) == 0
    assert bid_of(world, bid_id).state == "submitted"
    assert opening(world, topic_id) is None


def test_at_the_deadline_everything_submitted_is_opened_and_recorded(world: World) -> None:
    topic_id = published_topic(world)
    first = submitted_bid(world, topic_id, "hangzhou")
    world.clock.forward(minutes=1)
    second = submitted_bid(world, topic_id, "ningbo")
    draft = draft_bid(world, topic_id, "wenzhou")
    pass_deadline(world, topic_id)
    found = opening(world, topic_id)
    assert found is not None
    assert [line["bid_id"] for line in found.record] == [first, second]
    assert all(line["intact"] for line in found.record)
    assert (found.count, found.record_sha256) == (2, sha256_hex(found.record))
    assert found.opened_at == found.deadline == topic(world, topic_id).opened_at
    assert topic(world, topic_id).state == "in_review"
    assert {bid_of(world, first).state, bid_of(world, second).state} == {"opened"}
    assert bid_of(world, draft).state == "draft"
    with world.reading() as session:
        assert session.get_one(Seal, topic_seal(topic_id)).opened_at == found.opened_at


def test_a_submission_under_way_is_opened_or_refused_but_never_lost(world: World) -> None:
    """The opening and a submission at the last moment: whichever comes first, record and receipts agree."""
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id)
    deadline = topic(world, topic_id).deadline
    assert deadline is not None
    world.clock.now = deadline - timedelta(microseconds=1)
    head, system = world.actor("hangzhou_head"), SYSTEM
    gate, parts, outcomes = Barrier(2), world.runtime, []

    def act(actor: Actor, now: datetime, deed: Callable[[UnitOfWork], object]) -> None:
        gate.wait()
        with writing_session(world.engine) as session:
            uow = UnitOfWork(
                session, actor, now, parts.settings, parts.files, parts.reactions, parts.witnesses
            )
            try:
                deed(uow)
                uow.commit()
                outcomes.append(actor.person_name)
            except Refused:
                session.rollback()

    last, first = world.clock.now, deadline
    threads = [
        Thread(target=act, args=(head, last, lambda uow: submit_bid(uow, uow.session.get_one(Bid, bid_id)))),
        Thread(target=act, args=(system, first, open_due_topics)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = opening(world, topic_id)
    assert found is not None
    accepted = head.person_name in outcomes
    assert [line["bid_id"] for line in found.record] == ([bid_id] if accepted else [])
    assert bid_of(world, bid_id).state == ("opened" if accepted else "draft")


def test_three_days_of_downtime_leave_the_true_deadline_on_record(world: World) -> None:
    topic_id = published_topic(world)
    submitted_bid(world, topic_id)
    pass_deadline(world, topic_id, days=3)
    found = opening(world, topic_id)
    assert found is not None
    assert found.opened_at - found.deadline == timedelta(days=3)


def test_opening_twice_does_nothing_more(world: World) -> None:
    topic_id = published_topic(world)
    submitted_bid(world, topic_id)
    pass_deadline(world, topic_id)
    before, mails = opening(world, topic_id), mail_kinds(world)
    world.clock.forward(hours=1)
    assert open_due(world) == 0
    after = opening(world, topic_id)
    assert before is not None
    assert after is not None
    assert (after.id, after.opened_at) == (before.id, before.opened_at)
    assert mail_kinds(world) == mails
    assert sorted(set(mails)) == ["bid_opened", "topic_opened"]


def test_without_bids_the_topic_is_not_awarded(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    draft_bid(sqlite_world, topic_id)
    pass_deadline(sqlite_world, topic_id)
    found = opening(sqlite_world, topic_id)
    assert found is not None
    assert (found.count, found.record) == (0, [])
    assert topic(sqlite_world, topic_id).state == "no_award"


def test_due_topics_open_in_the_order_of_their_deadlines(sqlite_world: World) -> None:
    list_id = make_list(sqlite_world)
    later = published_topic(sqlite_world, 0, list_id)
    sooner = published_topic(sqlite_world, 1, list_id)
    sqlite_world.clock.forward(days=40)
    assert open_due(sqlite_world) == 2
    assert opening(sqlite_world, later) is not None
    assert opening(sqlite_world, sooner) is not None


def test_a_tampered_bid_is_told_by_the_record(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = submitted_bid(sqlite_world, topic_id)
    with sqlite_world.uow() as uow:
        bid = uow.session.get_one(Bid, bid_id)
        bid.content = {**bid.content, "approach": "换过的方案"}
    pass_deadline(sqlite_world, topic_id)
    found = opening(sqlite_world, topic_id)
    assert found is not None
    assert found.record[0]["intact"] is False


def test_a_unit_in_two_bids_is_flagged_at_the_opening_only(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    with sqlite_world.reading() as session:
        company = session.scalars(select(Organisation).where(Organisation.code == "P-C1")).one()
    one = submitted_bid(sqlite_world, topic_id, "hangzhou", partners=(company.id,))
    two = submitted_bid(sqlite_world, topic_id, "ningbo", partners=(company.id,))
    pass_deadline(sqlite_world, topic_id)
    found = opening(sqlite_world, topic_id)
    assert found is not None
    assert {line["bid_id"]: line["overlaps"] for line in found.record} == {
        one: [company.name], two: [company.name],
    }  # fmt: skip


def test_withdrawn_bids_stay_sealed(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = submitted_bid(sqlite_world, topic_id)
    sqlite_world.do("hangzhou_head", withdraw_bid, (Bid, bid_id), "不参加了")
    pass_deadline(sqlite_world, topic_id)
    found = opening(sqlite_world, topic_id)
    assert found is not None
    assert found.count == 0
    assert bid_of(sqlite_world, bid_id).state == "withdrawn"


def test_the_formal_check_needs_an_officer_and_tells_the_bidder(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = submitted_bid(sqlite_world, topic_id)
    with pytest.raises(Refused):
        sqlite_world.do("officer", disqualify_bid, (Bid, bid_id), "早了")
    pass_deadline(sqlite_world, topic_id)
    with pytest.raises(Refused):
        sqlite_world.do("approver", disqualify_bid, (Bid, bid_id), "不是经办")
    sqlite_world.do("officer", disqualify_bid, (Bid, bid_id), "未覆盖榜题")
    bid = bid_of(sqlite_world, bid_id)
    assert (bid.state, bid.decision_reason) == ("disqualified", "未覆盖榜题")
    with sqlite_world.reading() as session:
        sent = session.scalars(select(OutboxMail).where(OutboxMail.kind == "bid_disqualified")).all()
    assert len(sent) == 2
    assert all("未覆盖榜题" in mail.text_body for mail in sent)


@pytest.mark.parametrize(
    ("hours_left", "begun_hours_before", "step"),
    [(49, 100, None), (48, 100, 48), (25, 100, 48), (24, 100, 24), (3, 100, 24), (2, 100, 2), (0.5, 100, 2),
     (0, 100, None), (-1, 100, None), (10, 11, None), (1, 11, 2)],
)  # fmt: skip
def test_the_step_that_is_due(hours_left: float, begun_hours_before: float, step: int | None) -> None:
    deadline = BEGINNING
    begun, now = deadline - timedelta(hours=begun_hours_before), deadline - timedelta(hours=hours_left)
    assert due_step(deadline, begun, now) == step


def test_each_reminder_goes_out_once_under_the_seal_and_not_after_submission(world: World) -> None:
    topic_id = published_topic(world)
    draft_id = draft_bid(world, topic_id, "hangzhou")
    submitted_bid(world, topic_id, "ningbo")
    deadline = topic(world, topic_id).deadline
    for number, hours in enumerate(sorted(STEPS, reverse=True), 1):
        world.clock.now = deadline - timedelta(hours=hours)
        for _ in range(2):
            assert world.do(None, remind_unsubmitted) == 0
        with world.reading() as session:
            sent = session.scalars(select(OutboxMail).where(OutboxMail.kind == "bid_deadline")).all()
        assert len(sent) == 2 * number
    assert {mail.to_address.split(".")[0] for mail in sent} == {"hangzhou"}
    assert {mail.seal_key for mail in sent} == {bid_seal(draft_id)}


def test_a_draft_that_was_never_submitted_stays_secret_after_the_opening(world: World) -> None:
    topic_id = published_topic(world)
    draft_id = draft_bid(world, topic_id, "hangzhou")
    opened_id = submitted_bid(world, topic_id, "ningbo")
    world.clock.now = topic(world, topic_id).deadline
    world.do(None, open_due_topics)
    with world.reading() as session:
        told = {row.subject_id for row in session.scalars(visible_rows()) if row.subject_kind == "bid"}
    assert opened_id in told
    assert draft_id not in told
