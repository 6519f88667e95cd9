"""Recusal asked for by bidders, decided by the office, explained by experts; and what the recused cannot see."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.errors import Invalid, Refused
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Appointment
from marketplace.projects.models import Outcome
from marketplace.projects.outcomes import convene_acceptance
from marketplace.reviews import operations
from marketplace.reviews.models import Duty, Panel, PanelItem, RecusalEntry, Seat
from marketplace.reviews.operations.recusals import Decision
from marketplace.reviews.pool import pool_for
from marketplace.reviews.queries.workload import duties_of
from marketplace.reviews.todos import todos_for
from marketplace.reviews.workflow import DutyState, PanelState, RecusalState, SeatState
from tests.reviews.story import (
    FIVE,
    confirm,
    convene,
    expert_id,
    item_ids,
    marks,
    name_head,
    release,
    score,
    scored_panel,
    scoring_panel,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.reviews.test_assignment import scoring
from tests.support.builders import unit_id
from tests.support.projects import conclude, delivered_project, outcome_id
from tests.support.world import World


def number_of(world: World, key: str) -> int:
    with world.uow("officer") as uow:
        return expert_id(uow, world, key)


def ask(world: World, bid_id: int, key: str = "expert1", reason: str = "近三年为其他揭榜单位提供咨询") -> int:
    response = world.browser("hangzhou_clerk").post(
        f"/bids/{bid_id}/recusals", {"expert_id": str(number_of(world, key)), "named": "", "reason": reason}
    )
    assert response.status_code == 302
    with world.reading() as session:
        return session.scalars(select(func.max(RecusalEntry.id))).one() or 0


def decide(
    world: World, entry_id: int, agreed: bool = True, outcome: str = "forbid", key: str = "expert1"
) -> None:
    decision = Decision(agreed, "经核实，情况属实" if agreed else "没有依据", number_of(world, key), outcome)
    world.do("officer", operations.decide_recusal, (RecusalEntry, entry_id), decision)


def test_a_bidder_asks_and_reads_the_answer_without_learning_of_the_panel(world: World) -> None:
    topic_id, bids = topic_with_bids(world)
    panel_id = convene(world, topic_id)
    seat(world, panel_id, *FIVE)
    bidder, url = world.browser("hangzhou_clerk"), f"/bids/{bids[0]}/recusals"
    assert "申请专家回避" in bidder.get(f"/bids/{bids[0]}").get_data(as_text=True)
    page = bidder.get(url).get_data(as_text=True)
    assert "专家甲（示例）" in page
    assert "专家辛（示例）" in page
    assert "在评审组" not in page
    entry = ask(world, bids[0])
    typed = {"expert_id": "", "named": "某大学 王某（示例）", "reason": "有项目纠纷"}
    assert bidder.post(url, typed).status_code == 302
    officer = world.browser("officer")
    assert officer.get("/panels/recusals").get_data(as_text=True).count('data-code="requested"') == 2
    name_head(world, panel_id)
    waits = f"/panels/{panel_id}/release", {"due_at": "2026-03-10T17:30"}
    assert "回避申请没有决定" in officer.post(*waits).get_data(as_text=True)
    assert officer.post(f"/panels/recusals/{entry}", {"agreed": "yes", "version": "1"}).status_code == 422
    no = {"agreed": "no", "reason": "所述情况与本次评审无关", "version": "1"}
    assert officer.post(f"/panels/recusals/{entry}", no).status_code == 302
    assert officer.post(f"/panels/recusals/{entry}", no).status_code in (403, 409)
    assert officer.post(f"/panels/recusals/{entry + 1}", no).status_code == 302
    assert "所述情况与本次评审无关" in bidder.get(url).get_data(as_text=True)
    assert officer.post(*waits).status_code == 302
    with world.reading() as session:
        query = select(OutboxMail.kind, func.count()).group_by(OutboxMail.kind)
        kinds = {kind: count for kind, count in session.execute(query)}
        assert session.get_one(Panel, panel_id).state == PanelState.SCORING
    assert (kinds["recusal_requested"], kinds["recusal_decided"]) == (4, 4)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"expert_id": "", "named": "", "reason": "x"}, "二者填一项"),
        ({"expert_id": "1", "named": "王某", "reason": "x"}, "二者填一项"),
        ({"expert_id": "999999", "named": "", "reason": "x"}, "没有这位专家"),
        ({"expert_id": "", "named": "王某", "reason": "  "}, "请说明申请回避的理由"),
    ],
)
def test_an_incomplete_request_is_kept_with_its_reason(
    sqlite_world: World, form: dict[str, str], told: str
) -> None:
    _, bids = topic_with_bids(sqlite_world)
    browser = sqlite_world.browser("hangzhou_clerk")
    response = browser.post(f"/bids/{bids[0]}/recusals", form)
    assert (response.status_code, told in response.get_data(as_text=True)) == (422, True)


def test_only_the_bidder_asks_and_only_about_its_own_bid(sqlite_world: World) -> None:
    _, bids = topic_with_bids(sqlite_world)
    url = f"/bids/{bids[0]}/recusals"
    for key in ("ningbo_head", "expert1", "officer", "sysadmin"):
        assert sqlite_world.browser(key).get(url).status_code == 404
        assert sqlite_world.browser(key).post(url, {"reason": "x"}).status_code == 404
    ask(sqlite_world, bids[0])
    again = {"expert_id": str(number_of(sqlite_world, "expert1")), "named": "", "reason": "再次申请"}
    assert sqlite_world.browser("hangzhou_head").post(url, again).status_code == 422
    for key in ("expert1", "hangzhou_clerk", "sysadmin"):
        assert sqlite_world.browser(key).get("/panels/recusals").status_code == 403
    assert sqlite_world.browser("auditor").get("/panels/recusals").status_code == 200
    with sqlite_world.reading() as session:
        entry = session.scalars(select(RecusalEntry)).one()
    yes = {"agreed": "yes", "expert_id": "1", "outcome": "forbid", "reason": "x", "version": "1"}
    for key in ("approver", "auditor", "expert1"):
        assert sqlite_world.browser(key).post(f"/panels/recusals/{entry.id}", yes).status_code == 403


def test_nothing_is_asked_before_the_opening(sqlite_world: World) -> None:
    from marketplace.bids.workflow import BidState
    from marketplace.topics.workflow import TopicState
    from tests.support.builders import build_bid, build_topic

    with sqlite_world.uow() as uow:
        topic = build_topic(uow, TopicState.OPEN)
        bid_id = build_bid(uow, topic, "330100", BidState.SUBMITTED).id
    assert sqlite_world.browser("hangzhou_clerk").get(f"/bids/{bid_id}/recusals").status_code == 404


def test_a_recused_member_sees_nothing_from_that_moment(world: World) -> None:
    panel_id = scoring_panel(world)
    items, mine = item_ids(world, panel_id), seat_id(world, panel_id, "expert1")
    score(world, panel_id, "expert1", [marks(90), marks(80), marks(70)])
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        bids = [item.subject_id for item in panel.items]
    decide(world, ask(world, bids[0]))
    browser = world.browser("expert1")
    for url in (
        f"/reviews/{mine}",
        f"/reviews/{mine}/items/{items[0]}",
        f"/reviews/{mine}/items/{items[1]}",
        f"/panels/{panel_id}",
        f"/panels/{panel_id}/items/{items[0]}",
        f"/bids/{bids[0]}",
        f"/bids/{bids[1]}",
    ):
        assert browser.get(url).status_code == 404, url
    assert browser.get(f"/panels/{panel_id}/recusals").status_code == 403
    for url in ("/reviews", "/account/expert"):
        assert "示例榜题1" not in browser.get(url).get_data(as_text=True), url
    assert f"/reviews/{mine}" not in browser.get("/workbench").get_data(as_text=True)
    with world.reading() as session:
        assert session.get_one(Seat, mine).state == SeatState.RECUSED
        assert set(session.scalars(select(Duty.state).where(Duty.seat_id == mine))) == {DutyState.LIFTED}
        told = session.scalars(select(OutboxMail.text_body).where(OutboxMail.kind == "seat_excluded")).one()
    assert "经核实" not in told
    with pytest.raises(Invalid):
        seat(world, panel_id, "expert1")
    seat(world, panel_id, "expert6")
    confirm(world, panel_id, "expert6")
    for key in (*FIVE[1:], "expert6"):
        score(world, panel_id, key, [marks(60), marks(50), marks(40)])
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    assert browser.get(f"/panels/{panel_id}").status_code == 404
    with world.reading() as session:
        assert session.get_one(Panel, panel_id).items[0].total == 60


def test_the_office_recuses_of_its_own_accord(sqlite_world: World) -> None:
    panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    seat(sqlite_world, panel_id, *FIVE)
    officer, url = sqlite_world.browser("officer"), f"/panels/{panel_id}/recusals"
    assert "专家癸（示例）" in officer.get(url).get_data(as_text=True)
    form = {"expert_id": str(number_of(sqlite_world, "expert1")), "subject_id": "", "outcome": "forbid"}
    assert officer.post(url, form).status_code == 422
    assert officer.post(url, {**form, "outcome": "perhaps", "reason": "曾任顾问"}).status_code == 422
    assert officer.post(url, {**form, "subject_id": "999", "reason": "曾任顾问"}).status_code == 422
    assert officer.post(url, {**form, "reason": "曾任顾问"}).status_code == 302
    page = officer.get(url).get_data(as_text=True)
    assert "省局决定：曾任顾问" in page
    with sqlite_world.reading() as session:
        mine = session.get_one(Seat, seat_id(sqlite_world, panel_id, "expert1"))
        assert (mine.state, mine.reason) == (SeatState.REMOVED, "曾任顾问")
    with pytest.raises(Invalid):
        seat(sqlite_world, panel_id, "expert1")
    for key in ("approver", "auditor"):
        assert sqlite_world.browser(key).get(url).status_code == 200
        assert sqlite_world.browser(key).post(url, {**form, "reason": "x"}).status_code == 403


def test_a_note_leaves_the_expert_on_the_panel(sqlite_world: World) -> None:
    topic_id, bids = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE)
    decide(sqlite_world, ask(sqlite_world, bids[0]), outcome="note")
    release(sqlite_world, panel_id)
    confirm(sqlite_world, panel_id, *FIVE)
    assert "提示" in sqlite_world.browser("officer").get(f"/panels/{panel_id}/recusals").get_data(
        as_text=True
    )


def test_what_must_be_explained_comes_before_any_content(world: World) -> None:
    """A former post is asked about; so is what the office wants to know, also of somebody who scores already."""
    with world.uow() as uow:
        uow.session.add(
            Appointment(
                person_id=world.people["expert1"], organisation_id=unit_id(uow, "330100"), role=Role.CLERK,
                since=uow.now - timedelta(days=900), ended_at=uow.now - timedelta(days=200),
            )
        )  # fmt: skip
    panel_id = convene(world, topic_with_bids(world)[0])
    seat(world, panel_id, *FIVE)
    release(world, panel_id)
    mine, items = seat_id(world, panel_id, "expert1"), item_ids(world, panel_id)
    browser, url = world.browser("expert1"), f"/reviews/{mine}"
    assert "您三年内曾在“杭州市机关事务管理局”任职" in browser.get(url).get_data(as_text=True)
    assert browser.post(f"{url}/confirm", {"confirmed": "y"}).status_code == 422
    assert browser.get(f"{url}/items/{items[0]}").status_code == 404
    answer = {"confirmed": "y", "answer_0": "2025年8月离任，现无任何关系"}
    assert browser.post(f"{url}/confirm", answer).status_code == 302
    assert browser.get(f"{url}/items/{items[0]}").status_code == 200
    office = world.browser("officer")
    assert "2025年8月离任" in office.get(f"/panels/{panel_id}/recusals").get_data(as_text=True)
    form = {
        "expert_id": str(number_of(world, "expert1")),
        "subject_id": "",
        "outcome": "ask",
        "reason": "是否参加过调研",
    }
    assert office.post(f"/panels/{panel_id}/recusals", form).status_code == 302
    assert browser.get(f"{url}/items/{items[0]}").status_code == 404
    page = browser.get(url).get_data(as_text=True)
    assert "省局请您说明：是否参加过调研" in page
    assert "离任时间" not in page
    assert browser.post(f"{url}/confirm", {"confirmed": "y", "answer_0": "没有参加"}).status_code == 302
    assert browser.get(f"{url}/items/{items[0]}").status_code == 200
    with world.reading() as session:
        assert [one["answer"] for one in session.get_one(Seat, mine).answers] == [
            answer["answer_0"],
            "没有参加",
        ]
        assert session.scalar(select(func.count()).where(OutboxMail.kind == "seat_asked")) == 1


def test_after_the_result_nobody_is_recused(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, [[marks(90), marks(80), marks(80)] for _ in FIVE], conclude=False)
    with sqlite_world.reading() as session:
        bid_id = session.get_one(Panel, panel_id).items[0].subject_id
    entry = ask(sqlite_world, bid_id)
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with pytest.raises(Refused):
        decide(sqlite_world, entry)
    decide(sqlite_world, entry, agreed=False)
    with sqlite_world.reading() as session:
        assert session.get_one(RecusalEntry, entry).state == RecusalState.REFUSED
    form = {"expert_id": str(number_of(sqlite_world, "expert2")), "named": "", "reason": "太迟了"}
    late = sqlite_world.browser("hangzhou_clerk").post(f"/bids/{bid_id}/recusals", form)
    assert late.status_code == 403


def test_requests_wait_on_the_officers_workbench(sqlite_world: World) -> None:
    _, bids = topic_with_bids(sqlite_world)
    entry = ask(sqlite_world, bids[0])
    with sqlite_world.reading() as session:
        found = todos_for(session, sqlite_world.actor("officer"), sqlite_world.clock())
        assert ("决定专家回避申请", {"entry_id": entry}) in [(one.what, one.values) for one in found]
        assert not todos_for(session, sqlite_world.actor("approver"), sqlite_world.clock())


def test_the_pages_speak_english(sqlite_world: World) -> None:
    topic_id, bids = topic_with_bids(sqlite_world)
    panel_id, entry = convene(sqlite_world, topic_id), ask(sqlite_world, bids[0])
    officer = sqlite_world.browser("officer", language="en")
    assert "Recusal request" in officer.get("/panels/recusals").get_data(as_text=True)
    assert "What follows" in officer.get(f"/panels/recusals/{entry}").get_data(as_text=True)
    assert "By the rules" in officer.get(f"/panels/{panel_id}/recusals").get_data(as_text=True)
    bidder = sqlite_world.browser("hangzhou_clerk", language="en")
    assert "Requests made" in bidder.get(f"/bids/{bids[0]}/recusals").get_data(as_text=True)


def test_where_items_are_shared_out_only_the_one_item_is_lost(sqlite_world: World) -> None:
    panel_id = scoring(sqlite_world)
    mine = seat_id(sqlite_world, panel_id, "expert1")
    with sqlite_world.reading() as session:
        lost, kept, *_ = session.scalars(
            select(Duty).where(Duty.seat_id == mine).order_by(Duty.item_id)
        ).all()
        subject = session.get_one(PanelItem, lost.item_id).subject_id
    decision = Decision(True, "曾任该单位顾问", number_of(sqlite_world, "expert1"), "forbid")
    sqlite_world.do("officer", operations.recuse_expert, (Panel, panel_id), subject, decision)
    browser = sqlite_world.browser("expert1")
    assert browser.get(f"/reviews/{mine}/items/{lost.item_id}").status_code == 404
    assert browser.get(f"/bids/{subject}").status_code == 404
    assert f"/items/{lost.item_id}" not in browser.get(f"/reviews/{mine}").get_data(as_text=True)
    assert browser.get(f"/reviews/{mine}/items/{kept.item_id}").status_code == 200
    assert sqlite_world.compute() == 1
    with sqlite_world.reading() as session:
        counts = Counter(duty.item_id for duty in duties_of(session, panel_id))
        assert session.get_one(Seat, mine).state == SeatState.CONFIRMED
    assert set(counts.values()) == {3}


def test_the_lead_unit_asks_about_its_outcome_until_the_result(sqlite_world: World) -> None:
    world, project_id = sqlite_world, delivered_project(sqlite_world, partners=("ningbo",))
    url, lead = f"/projects/{project_id}/outcome/recusals", world.browser("hangzhou_clerk")
    typed = {"expert_id": str(number_of(world, "expert1")), "named": "", "reason": "与我单位有合同纠纷"}
    assert url in lead.get(f"/projects/{project_id}/outcome").get_data(as_text=True)
    assert lead.post(url, {**typed, "reason": " "}).status_code == 422
    assert lead.post(url, typed).status_code == 302
    for key in ("ningbo_clerk", "ningbo_head", "wenzhou_clerk", "expert1", "officer"):
        assert world.browser(key).get(url).status_code in {403, 404}, key
        assert world.browser(key).post(url, typed).status_code in {403, 404}, key
    subject = outcome_id(world, project_id)
    panel_id = world.do("officer", convene_acceptance, (Outcome, subject)).id
    with world.reading() as session:
        asked = session.scalars(select(RecusalEntry)).one()
        assert (asked.subject_kind, asked.subject_id) == ("outcome", subject)
    assert "成果验收" in world.browser("officer").get("/panels/recusals").get_data(as_text=True)
    decide(world, asked.id)
    assert "经核实，情况属实" in lead.get(url).get_data(as_text=True)
    with world.reading() as session:
        told = session.scalars(select(OutboxMail.text_body).where(OutboxMail.kind == "recusal_decided")).all()
        assert told
        assert all(url in text for text in told)
    first, second = number_of(world, "expert1"), number_of(world, "expert2")
    with world.uow("officer") as uow:
        panel = uow.session.get_one(Panel, panel_id)
        found = pool_for(uow.session, panel, beijing_date(uow.now)).find(first)
        assert found is not None
        assert not found.free
        others = Decision(True, "省局核实", second, "note")
        assert operations.recuse_expert(uow, panel, None, others).subject_id == subject
    conclude(world, project_id, "80")
    assert lead.post(url, typed).status_code == 403
    assert "没有等待验收的成果" in lead.get(url).get_data(as_text=True)
