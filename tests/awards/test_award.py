"""Proposing, confirming and sending back on both databases; what follows from it."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from marketplace.audit.queries import history_of
from marketplace.bids import award
from marketplace.bids.models import AwardDecision, Bid
from marketplace.bids.workflow import AwardState, BidState
from marketplace.core.clock import BEIJING
from marketplace.core.errors import Invalid, Refused, WrongState
from marketplace.core.working_days import add_working_days, end_of_working_days
from marketplace.notices.models import Notice, NoticeKind
from marketplace.notifications.models import OutboxMail
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState
from tests.awards.story import LONG_REASON, REASON, bids_by_lead, confirm_award, propose, ranked_topic
from tests.reviews.story import topic_with_bids
from tests.support.builders import build_bid, build_topic
from tests.support.world import World


def states(world: World, topic_id: int) -> tuple[str, list[str]]:
    with world.reading() as session:
        topic = session.get_one(Topic, topic_id)
        query = select(Bid.state).where(Bid.topic_id == topic_id).order_by(Bid.lead_id)
        return topic.state, list(session.scalars(query))


def test_an_award_of_two_persons(world: World) -> None:
    topic_id = ranked_topic(world)
    decision = propose(world, topic_id)
    assert states(world, topic_id) == (TopicState.IN_REVIEW, [BidState.OPENED] * 3)
    confirm_award(world, decision)
    won, lost = BidState.AWARDED, BidState.NOT_SELECTED
    assert states(world, topic_id) == (TopicState.AWARDED, [won, lost, lost])
    with world.reading() as session:
        found = session.get_one(AwardDecision, decision)
        assert found.state == AwardState.CONFIRMED
        assert found.confirmed_by == world.people["approver"]
        assert session.get_one(Topic, topic_id).decided_at == world.clock()
        labels = [row.label for row in history_of(session, "topic", topic_id)]
        assert labels == ["提出立项意见", "确认立项决定"]


def test_no_award(world: World) -> None:
    topic_id = ranked_topic(world, (50, 40, 30))
    confirm_award(world, propose(world, topic_id, ()))
    assert states(world, topic_id) == (TopicState.NO_AWARD, [BidState.NOT_SELECTED] * 3)
    with world.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.kind == NoticeKind.RESULT)).one()
        assert "本次不予立项" in notice.body


def test_a_race_may_have_two_winners(world: World) -> None:
    topic_id = ranked_topic(world, award_mode="race", max_awardees=2)
    confirm_award(world, propose(world, topic_id, (0, 1)))
    assert states(world, topic_id)[1] == [BidState.AWARDED, BidState.AWARDED, BidState.NOT_SELECTED]


@pytest.mark.parametrize(
    ("chosen", "reason", "field"),
    [((0, 1), REASON, "bids"), ((2,), LONG_REASON, "bids"), ((1,), REASON, "reason"), ((0,), "", "reason")],
)
def test_what_the_rules_forbid(sqlite_world: World, chosen: tuple[int, ...], reason: str, field: str) -> None:
    topic_id = ranked_topic(sqlite_world)
    with pytest.raises(Invalid) as refused:
        propose(sqlite_world, topic_id, chosen, reason)
    assert set(refused.value.problems) == {field}


def test_a_departure_with_its_reason(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world)
    confirm_award(sqlite_world, propose(sqlite_world, topic_id, (1,), LONG_REASON))
    assert states(sqlite_world, topic_id)[1] == [
        BidState.NOT_SELECTED, BidState.AWARDED, BidState.NOT_SELECTED,
    ]  # fmt: skip


def test_nothing_before_the_panel_has_concluded(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world, conclude=False)
    with pytest.raises(Refused, match="形成评审结果后"):
        propose(sqlite_world, topic_id)
    other, _ = topic_with_bids(sqlite_world)
    with pytest.raises(Refused, match="形成评审结果后"):
        propose(sqlite_world, other)


def test_a_bid_of_another_topic_cannot_win(sqlite_world: World) -> None:
    topic_id, other = ranked_topic(sqlite_world), ranked_topic(sqlite_world)
    with sqlite_world.uow("officer") as uow:
        stranger, topic = bids_by_lead(uow, other)[:1], uow.session.get_one(Topic, topic_id)
        with pytest.raises(Invalid):
            award.propose_award(uow, topic, stranger, LONG_REASON)


@pytest.mark.parametrize("key", ["auditor", "sysadmin", "expert1", "hangzhou_head"])
def test_outsiders_neither_propose_nor_confirm(sqlite_world: World, key: str) -> None:
    topic_id = ranked_topic(sqlite_world)
    with pytest.raises(Refused):
        propose(sqlite_world, topic_id, key=key)
    decision = propose(sqlite_world, topic_id)
    with pytest.raises(Refused):
        confirm_award(sqlite_world, decision, key)


def test_two_persons(world: World) -> None:
    """Neither an officer nor the proposing approver confirms; the database keeps the rule as well."""
    topic_id = ranked_topic(world)
    decision = propose(world, topic_id, key="approver")
    for key in ("approver", "officer"):
        with pytest.raises(Refused):
            confirm_award(world, decision, key)
        with pytest.raises(Refused):
            world.do(key, award.reject_award, (AwardDecision, decision), "不同意")
    with pytest.raises(IntegrityError), world.uow() as uow:
        uow.session.execute(text("UPDATE award_decision SET confirmed_by = proposed_by"))
    confirm_award(world, decision, "approver2")
    with pytest.raises((Refused, WrongState)):
        confirm_award(world, decision, "approver2")


def test_one_live_decision_for_a_topic(world: World) -> None:
    topic_id = ranked_topic(world)
    first = propose(world, topic_id)
    with pytest.raises(Refused, match="已有立项意见"):
        propose(world, topic_id)
    with pytest.raises(IntegrityError), world.uow() as uow:
        uow.session.add(
            AwardDecision(
                topic_id=topic_id, kind="none", bid_ids=[], reason=REASON, proposed_by=world.people["officer2"],
                proposed_at=uow.now,
            )
        )  # fmt: skip
    with pytest.raises(Invalid):
        world.do("approver", award.reject_award, (AwardDecision, first), "")
    world.do("approver", award.reject_award, (AwardDecision, first), "请补充理由")
    assert states(world, topic_id)[0] == TopicState.IN_REVIEW
    confirm_award(world, propose(world, topic_id, key="officer2"), "approver2")
    with world.reading() as session:
        found = session.scalars(select(AwardDecision.state).order_by(AwardDecision.id)).all()
        assert found == [AwardState.REJECTED, AwardState.CONFIRMED]


def test_two_confirmations_at_the_same_moment(world: World) -> None:
    """Both press the button: one award, one set of letters, the other learns that it has been done."""
    topic_id = ranked_topic(world)
    decision = propose(world, topic_id)
    actors = {key: world.actor(key) for key in ("approver", "approver2")}
    start, answers = threading.Barrier(2), []

    def press(key: str) -> None:
        start.wait()
        try:
            confirm_award(world, decision, key)
            answers.append("done")
        except (Refused, WrongState, StaleDataError):
            answers.append("late")

    threads = [threading.Thread(target=press, args=(key,)) for key in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "late"]
    with world.reading() as session:
        query = select(func.count()).where(OutboxMail.kind.in_(["award_won", "award_lost"]))
        assert session.scalar(query) == 6
        assert session.scalar(select(func.count()).where(Notice.kind == NoticeKind.RESULT)) == 1


def test_the_limit_of_running_projects(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        for _ in range(2):
            running = build_topic(uow, TopicState.AWARDED)
            build_bid(uow, running, "330100", BidState.AWARDED)
    topic_id = ranked_topic(sqlite_world)
    with pytest.raises(Invalid) as refused:
        propose(sqlite_world, topic_id)
    assert refused.value.problems["bids"] == ("在研项目已达上限%(limit)s项", {"limit": 2})
    propose(sqlite_world, topic_id, (1,))


def test_a_unit_that_reaches_its_limit_after_the_proposal_stops_the_confirmation(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world)
    decision = propose(sqlite_world, topic_id)
    with sqlite_world.uow() as uow:
        for _ in range(2):
            running = build_topic(uow, TopicState.AWARDED)
            build_bid(uow, running, "330100", BidState.AWARDED)
    with pytest.raises(Invalid):
        confirm_award(sqlite_world, decision)
    assert states(sqlite_world, topic_id)[0] == TopicState.IN_REVIEW


def test_two_topics_confirmed_at_once_do_not_pass_the_limit_together(world: World) -> None:
    """One place is left and two awards want it: whoever comes second is told."""
    first, second = (propose(world, ranked_topic(world)) for _ in range(2))
    with world.uow() as uow:
        build_bid(uow, build_topic(uow, TopicState.AWARDED), "330100", BidState.AWARDED)
    for key in ("approver", "approver2"):
        world.actor(key)
    start, answers = threading.Barrier(2), []

    def press(key: str, decision: int) -> None:
        start.wait()
        try:
            confirm_award(world, decision, key)
            answers.append("done")
        except Invalid:
            answers.append("at the limit")

    pairs = (("approver", first), ("approver2", second))
    threads = [threading.Thread(target=press, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["at the limit", "done"]


def test_letters_and_notice(world: World) -> None:
    topic_id = ranked_topic(world)
    with world.uow() as uow:
        winner = bids_by_lead(uow, topic_id)[0]
        from marketplace.bids.models import BidPartner
        from tests.support.builders import unit_id

        uow.session.add(
            BidPartner(bid_id=winner.id, organisation_id=unit_id(uow, "330523"), position=1, task="参与")
        )
    confirm_award(world, propose(world, topic_id))
    with world.reading() as session:
        query = select(OutboxMail).where(OutboxMail.kind.like("award%")).order_by(OutboxMail.to_address)
        mails = session.scalars(query).all()
        by_kind: dict[str, list[OutboxMail]] = {}
        for mail in mails:
            by_kind.setdefault(mail.kind, []).append(mail)
        assert {kind: len(found) for kind, found in by_kind.items()} == {
            "award_proposed": 2, "award_won": 2, "award_lost": 4, "award_partner": 2,
        }  # fmt: skip
        assert {mail.to_address.split("@")[0] for mail in by_kind["award_won"]} == {
            "hangzhou.clerk", "hangzhou.head",
        }  # fmt: skip
        won = by_kind["award_won"][0].text_body
        assert "评审得分：90.00" in won
        assert "expert1的意见" in won
        for mail in (*by_kind["award_won"], *by_kind["award_lost"]):
            assert "专家甲" not in mail.text_body
        lost = next(mail for mail in by_kind["award_lost"] if "wenzhou" in mail.to_address).text_body
        assert "55.00" in lost
        assert "90.00" not in lost
        notice = session.scalars(select(Notice).where(Notice.kind == NoticeKind.RESULT)).one()
        assert "杭州市机关事务管理局" in notice.body
        assert "Hangzhou" in notice.body_en
        assert "90" not in notice.body
        assert notice.ends_at == datetime(2026, 3, 10, tzinfo=BEIJING)


def test_nobody_is_asked_to_confirm_her_own_proposal(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world)
    propose(sqlite_world, topic_id, key="approver")
    with sqlite_world.reading() as session:
        query = select(OutboxMail.to_address).where(OutboxMail.kind == "award_proposed")
        assert session.scalars(query).all() == ["approver2@sample.example"]


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02", 5, "2026-03-09"),
        ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-07", 1, "2026-03-09"),
        ("2026-03-08", 5, "2026-03-13"),
        ("2026-12-28", 5, "2027-01-04"),
        ("2026-03-02", 0, "2026-03-02"),
    ],
)
def test_working_days(start: str, days: int, end: str) -> None:
    first, last = (datetime.fromisoformat(one).date() for one in (start, end))
    assert add_working_days(first, days) == last
    noon = datetime.fromisoformat(f"{start}T12:00:00+08:00")
    assert end_of_working_days(noon, days).astimezone(BEIJING).isoformat()[:16].endswith("T00:00")


def test_working_days_are_counted_forwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(datetime.fromisoformat("2026-03-02").date(), -1)
