"""The award's page as each of the cast, the proposal and its confirmation by form, and the workbench."""

import pytest
from sqlalchemy import select

from marketplace.bids.award_todos import ongoing_for, todos_for
from marketplace.bids.models import AwardDecision, Bid
from marketplace.bids.workflow import AwardState
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState
from tests.awards.story import LONG_REASON, REASON, propose, ranked_topic
from tests.reviews.story import topic_with_bids
from tests.support.builders import build_bid, build_topic
from tests.support.world import World


def bid_ids(world: World, topic_id: int) -> list[str]:
    with world.reading() as session:
        query = select(Bid.id).where(Bid.topic_id == topic_id).order_by(Bid.lead_id)
        return [str(one) for one in session.scalars(query)]


def test_from_proposal_to_award_by_form(world: World) -> None:
    topic_id = ranked_topic(world)
    url, bids = f"/manage/topics/{topic_id}/award", bid_ids(world, topic_id)
    officer = world.browser("officer")
    text = officer.get(url).get_data(as_text=True)
    assert f'value="{bids[0]}" id="bid-{bids[0]}" checked' in text
    assert f'id="bid-{bids[2]}"' not in text
    assert "低于合格线60分" in text
    for wrong in (
        {"bids": [bids[0]], "reason": ""},
        {"bids": [bids[1]], "reason": REASON},
        {"bids": [bids[0], bids[1]], "reason": REASON},
        {"bids": ["999"], "reason": LONG_REASON},
        {"bids": ["x"], "reason": LONG_REASON},
        {"reason": REASON},
    ):
        answer = officer.post(f"{url}/propose", wrong)
        assert answer.status_code == 422, wrong
        assert str(wrong["reason"]) in answer.get_data(as_text=True)
    assert officer.post(f"{url}/propose", {"bids": [bids[0]], "reason": REASON}).status_code == 302
    assert officer.post(f"{url}/confirm", {"confirmed": "y"}).status_code == 403
    assert "提出意见和复核确认" not in officer.get(url).get_data(as_text=True)
    approver = world.browser("approver")
    assert "复核确认" in approver.get(url).get_data(as_text=True)
    assert approver.post(f"{url}/confirm").status_code == 422
    assert approver.post(f"{url}/reject", {"opinion": ""}).status_code == 422
    assert approver.post(f"{url}/confirm", {"confirmed": "y"}).status_code == 302
    assert approver.post(f"{url}/confirm", {"confirmed": "y"}).status_code == 403
    with world.reading() as session:
        assert session.get_one(Topic, topic_id).state == TopicState.AWARDED
    assert "已确认" in approver.get(url).get_data(as_text=True)


def test_sending_back_by_form(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world)
    propose(sqlite_world, topic_id)
    url, approver = f"/manage/topics/{topic_id}/award", sqlite_world.browser("approver2")
    approver.get(url)
    assert approver.post(f"{url}/reject", {"opinion": "请说明经费来源"}).status_code == 302
    assert "请说明经费来源" in approver.get(url).get_data(as_text=True)
    assert approver.post(f"{url}/confirm", {"confirmed": "y"}).status_code == 404
    with sqlite_world.reading() as session:
        assert session.scalars(select(AwardDecision.state)).all() == [AwardState.REJECTED]


def test_the_proposing_approver_reads_why_she_cannot_confirm(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world)
    propose(sqlite_world, topic_id, key="approver")
    url, approver = f"/manage/topics/{topic_id}/award", sqlite_world.browser("approver")
    assert "提出意见和复核确认不能是同一人" in approver.get(url).get_data(as_text=True)
    assert approver.post(f"{url}/confirm", {"confirmed": "y"}).status_code == 403


@pytest.mark.parametrize("concluded", [True, False])
def test_who_sees_the_award(sqlite_world: World, concluded: bool) -> None:
    topic_id = ranked_topic(sqlite_world, conclude=concluded)
    url = f"/manage/topics/{topic_id}/award"
    for key in ("officer", "approver", "auditor"):
        answer = sqlite_world.browser(key).get(url)
        assert answer.status_code == 200
        assert ("90.00" in answer.get_data(as_text=True)) == concluded
    for key in (
        "expert1",
        "recused_expert",
        "hangzhou_head",
        "hangzhou_clerk",
        "sysadmin",
        "secadmin",
        "auditadmin",
    ):
        assert sqlite_world.browser(key).get(url).status_code == 403, key
    assert sqlite_world.browser().get(url).status_code in (302, 401, 403)


def test_nothing_is_told_of_a_topic_that_has_not_been_opened(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world, state=TopicState.OPEN)
    for key in ("officer", "approver", "auditor"):
        assert sqlite_world.browser(key).get(f"/manage/topics/{topic_id}/award").status_code == 404
    assert sqlite_world.browser("officer").get("/manage/topics/999999/award").status_code == 404


def test_the_page_costs_the_same_for_many_bids(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world)
    browser, url = sqlite_world.browser("officer"), f"/manage/topics/{topic_id}/award"
    browser.get(url)
    counts = []
    for more in (True, False):
        with sqlite_world.statements() as seen:
            assert browser.get(url).status_code == 200
        counts.append(len(seen))
        with sqlite_world.uow() as uow:
            topic = uow.session.get_one(Topic, topic_id)
            units = ("330400", "330500", "330600", "330700", "330800", "330900", "331000", "331100")
            for code in units if more else ():
                build_bid(uow, topic, code, partners=("P-U1",))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_both_languages(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world)
    propose(sqlite_world, topic_id)
    browser = sqlite_world.browser("approver", language="en")
    text = browser.get(f"/manage/topics/{topic_id}/award").get_data(as_text=True)
    assert "Proposal waiting for confirmation" in text
    assert "Pass line 60" in text


def test_the_workbench_of_the_province(sqlite_world: World) -> None:
    topic_id = ranked_topic(sqlite_world)
    now = sqlite_world.clock()

    def lines(key: str) -> tuple[list[str], list[str]]:
        with sqlite_world.reading() as session:
            actor = sqlite_world.actor(key)
            todo, running = todos_for(session, actor, now), ongoing_for(session, actor, now)
            return [item.what for item in todo], [item.what for item in running]

    assert lines("officer") == lines("approver") == (["提出立项意见"], [])
    propose(sqlite_world, topic_id, key="approver")
    assert lines("officer") == lines("approver") == ([], ["立项意见等待复核"])
    assert lines("approver2") == (["复核立项意见"], [])
    for key in ("expert1", "hangzhou_head", "auditor", "sysadmin"):
        assert lines(key) == ([], [])
    with sqlite_world.uow() as uow:
        build_topic(uow)
    assert lines("officer") == ([], ["立项意见等待复核"])
