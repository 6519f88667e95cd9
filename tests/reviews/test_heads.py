"""组长: who may be named, where it is shown, what the head sees and confirms."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.audit.models import AuditRow
from marketplace.core.errors import Invalid, Refused
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import OutboxMail
from marketplace.reviews import operations
from marketplace.reviews.analysis.operations import write_note
from marketplace.reviews.heads import rank_of
from marketplace.reviews.models import Duty, Panel, ReopeningProposal, ScoreSheet, Seat
from marketplace.reviews.opinion import operations as opinions
from marketplace.reviews.opinion.confirming import confirm_opinion
from marketplace.reviews.opinion.reading import draft_of, opinion_of
from marketplace.reviews.queries.own import place_for, seat_for
from marketplace.reviews.todos import todos_for
from marketplace.topics.rules import DEFAULT_RULES
from tests.reviews.story import (
    FIVE,
    confirm,
    convene,
    expert_id,
    head_key,
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
from tests.reviews.test_opinion import download, note, ready_panel, words
from tests.support.world import World

TABLE = [[marks(80), marks(70), marks(60)]] * 5


@contextmanager
def invalid(name: str) -> Iterator[None]:
    """What is done inside is refused because of this field."""
    with pytest.raises(Invalid) as told:
        yield
    assert name in told.value.problems


def todos(world: World, key: str) -> list[str]:
    with world.reading() as session:
        return [item.what for item in todos_for(session, world.actor(key), world.clock())]


def mails(world: World, kind: str) -> dict[int | None, str]:
    """Mails of a kind, by recipient."""
    query = select(OutboxMail.recipient_person_id, OutboxMail.text_body).where(OutboxMail.kind == kind)
    with world.reading() as session:
        return {who: body for who, body in session.execute(query)}


def seen_by(world: World, panel_id: int) -> str:
    """The fingerprint of the draft as it stands."""
    with world.reading() as session:
        return draft_of(session, session.get_one(Panel, panel_id), opinion_of(session, panel_id)).sha256


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("正高级工程师", 0),
        ("教授", 0),
        ("副教授", 1),
        ("高级工程师", 1),
        ("副研究员", 1),
        ("工程师", 2),
        ("", 2),
    ],
)
def test_the_proposal_goes_by_title(title: str, rank: int) -> None:
    assert rank_of(title) == rank


def test_a_panel_begins_with_a_head_and_says_who(sqlite_world: World) -> None:
    panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    seat(sqlite_world, panel_id, *FIVE)
    with pytest.raises(Refused, match="指定组长"):
        sqlite_world.do(
            "officer", operations.release_panel, (Panel, panel_id), sqlite_world.clock().replace(month=6)
        )
    for key in ("approver", "auditor", "expert1"):
        with pytest.raises(Refused):
            sqlite_world.do(
                key, operations.name_head, (Panel, panel_id), seat_id(sqlite_world, panel_id, "expert2")
            )
    page = sqlite_world.browser("officer")
    assert "开始评分以前，须从成员中指定一位组长" in page.get(f"/panels/{panel_id}").text
    chosen = {"head": seat_id(sqlite_world, panel_id, "expert2")}
    assert page.post(f"/panels/{panel_id}/head", data={"head": "99999"}).status_code == 422
    assert page.post(f"/panels/{panel_id}/head", data=chosen).status_code == 302
    assert page.post(f"/panels/{panel_id}/head", data=chosen).status_code == 422
    name_head(sqlite_world, panel_id, "expert4")
    release(sqlite_world, panel_id)
    assert mails(sqlite_world, "head_named") == {}
    told = mails(sqlite_world, "panel_invitation")
    assert [who for who, text in told.items() if "您是本评审组组长" in text] == [
        sqlite_world.people["expert4"]
    ]
    assert len(told) == 5
    mine = seat_id(sqlite_world, panel_id, "expert4")
    for key, said in (("expert4", True), ("expert2", False)):
        own = seat_id(sqlite_world, panel_id, key)
        assert ("您是本评审组组长" in sqlite_world.browser(key).get(f"/reviews/{own}").text) is said
    with sqlite_world.reading() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.action == "HeadNamed").order_by(AuditRow.id)
        ).all()
        assert [row.details["seat_id"] for row in rows][-1] == mine
        assert all(row.reason for row in rows)


def test_only_a_member_without_conflict_may_head(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    assert head_key(sqlite_world, panel_id) == "expert3"
    with sqlite_world.uow("expert1") as uow:
        operations.recuse_seat(
            uow, seat_for(uow.session, uow.actor, _seat(sqlite_world, panel_id, 0)), "亲属任职"
        )
    with pytest.raises(Refused, match="已不在评审组"):
        name_head(sqlite_world, panel_id, "expert1")
    second = seat_id(sqlite_world, panel_id, "expert2")
    with invalid("head"):
        sqlite_world.do("officer", operations.name_head, (Panel, panel_id), second)
    sqlite_world.do("officer", operations.name_head, (Panel, panel_id), second, "原组长出差（示例）")
    assert list(mails(sqlite_world, "head_named")) == [sqlite_world.people["expert2"]]
    with sqlite_world.uow() as uow:
        uow.session.get_one(Seat, seat_id(sqlite_world, panel_id, "expert4")).extra = True
    with pytest.raises(Refused, match="只评个别项"):
        name_head(sqlite_world, panel_id, "expert4")


def _seat(world: World, panel_id: int, number: int) -> int:
    return seat_id(world, panel_id, FIVE[number])


def test_the_database_keeps_to_one_head(world: World) -> None:
    panel_id = convene(world, topic_with_bids(world)[0])
    seat(world, panel_id, *FIVE)
    name_head(world, panel_id)
    second = seat_id(world, panel_id, "expert5")
    with pytest.raises(IntegrityError):
        world.do("officer", _heads_too, (Seat, second))


def _heads_too(uow: UnitOfWork, second: Seat) -> None:
    second.heads = True
    uow.session.flush()


def test_without_a_head_there_is_no_result(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, TABLE, conclude=False)
    with sqlite_world.uow("expert3") as uow:
        operations.recuse_seat(
            uow, seat_for(uow.session, uow.actor, _seat(sqlite_world, panel_id, 2)), "示例原因"
        )
    assert "这位专家是评审组组长，请另行指定组长" in next(iter(mails(sqlite_world, "seat_recused").values()))
    seat(sqlite_world, panel_id, "expert6")
    confirm(sqlite_world, panel_id, "expert6")
    score(sqlite_world, panel_id, "expert6", TABLE[0])
    assert todos(sqlite_world, "officer") == ["指定组长"]
    assert "评审组没有组长" in sqlite_world.browser("officer").get(f"/panels/{panel_id}").text
    with pytest.raises(Refused, match="没有组长"):
        sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
    name_head(sqlite_world, panel_id, "expert6")
    assert todos(sqlite_world, "officer") == ["汇总评审结果"]
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))


def test_a_head_who_gives_up_one_item_stands_down(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    with sqlite_world.uow() as uow:
        panel = uow.session.get_one(Panel, panel_id)
        panel.protocol = {**(panel.protocol or {}), "scores_per_item": 3}
        for duty in uow.session.scalars(select(Duty)):
            duty.origin = "assigned"
    mine, item = _seat(sqlite_world, panel_id, 2), item_ids(sqlite_world, panel_id)[0]
    with sqlite_world.uow("expert3") as uow:
        operations.recuse_item(uow, place_for(uow.session, uow.actor, mine, item), "曾任顾问（示例）")
    assert sqlite_world.people["officer"] in mails(sqlite_world, "head_missing")
    with invalid("head"):
        name_head(sqlite_world, panel_id, "expert3")
    name_head(sqlite_world, panel_id, "expert2")


def test_the_head_reads_the_analysis_without_severity(sqlite_world: World) -> None:
    panel_id = ready_panel(sqlite_world)
    address = f"/panels/{panel_id}/analysis"
    assert sqlite_world.browser("expert1").get(address).status_code == 404
    page = sqlite_world.browser("expert3").get(address).text
    assert "评分分析（组长页）" in page
    assert "得分对照" in page
    for never in ("专家宽严</", "平均比其他专家", "偏离超过误差的两倍", "重新分析"):
        assert never not in page, never
    assert "专家宽严</" in sqlite_world.browser("officer").get(address).text
    item = item_ids(sqlite_world, panel_id)[0]
    sqlite_world.do("expert3", write_note, (Panel, panel_id), item, "discussion", "组长记录（示例）")
    for key in ("expert1", "approver"):
        with pytest.raises(Refused):
            sqlite_world.do(key, write_note, (Panel, panel_id), item, "discussion", "不应记录")


def test_the_opinion_needs_the_heads_word_on_this_very_text(sqlite_world: World) -> None:
    panel_id = ready_panel(sqlite_world)
    assert todos(sqlite_world, "expert3") == ["核对并确认专家组意见书"]
    assert "拟定专家组意见书" in todos(sqlite_world, "officer")
    assert download(sqlite_world, "expert1", panel_id).status_code == 404
    assert download(sqlite_world, "expert3", panel_id).status_code == 200
    seen = seen_by(sqlite_world, panel_id)
    for key in ("officer", "expert1"):
        with pytest.raises(Refused, match="只有本评审组组长"):
            sqlite_world.do(key, confirm_opinion, (Panel, panel_id), seen)
    with pytest.raises(Invalid):
        sqlite_world.do("expert3", confirm_opinion, (Panel, panel_id), "0" * 64)
    with invalid("without"):
        sqlite_world.do("officer", opinions.finalise_opinion, (Panel, panel_id))
    head = sqlite_world.browser("expert3")
    assert seen in head.get(f"/panels/{panel_id}/opinion").text
    assert head.post(f"/panels/{panel_id}/opinion/confirm", data={"seen": seen}).status_code == 302
    assert (todos(sqlite_world, "expert3"), "组长已确认，意见书待定稿" in todos(sqlite_world, "officer")) == (
        [],
        True,
    )
    note(sqlite_world, panel_id, None, "改了一句（示例）")
    assert todos(sqlite_world, "expert3") == ["核对并确认专家组意见书"]
    with invalid("without"):
        sqlite_world.do("officer", opinions.finalise_opinion, (Panel, panel_id))
    again = seen_by(sqlite_world, panel_id)
    sqlite_world.do("expert3", confirm_opinion, (Panel, panel_id), again)
    with pytest.raises(Refused, match="已经确认"):
        sqlite_world.do("expert3", confirm_opinion, (Panel, panel_id), again)
    made = sqlite_world.do("officer", opinions.finalise_opinion, (Panel, panel_id), again)
    assert (made.sha256, made.confirmation["sha256"]) == (again, again)
    for key in ("officer", "expert1", "expert3"):
        assert "确认这份文本" in sqlite_world.browser(key).get(f"/panels/{panel_id}/opinion").text
    said = words(download(sqlite_world, "officer", panel_id).data)
    with sqlite_world.reading() as session:
        name = session.get_one(Seat, _seat(sqlite_world, panel_id, 2)).expert.person.name
    assert f"组长{name}（签字）" in said
    assert f"组长{name}已于" in said
    assert "拟定专家组意见书" not in todos(sqlite_world, "officer")


def test_when_the_head_does_not_answer_a_reason_is_kept(sqlite_world: World) -> None:
    panel_id = ready_panel(sqlite_world)
    page = sqlite_world.browser("officer")
    seen = {"seen": seen_by(sqlite_world, panel_id)}
    refused = page.post(f"/panels/{panel_id}/opinion", data=seen)
    assert (refused.status_code, "不等确认即定稿的" in refused.text) == (422, True)
    reason = {"without": "多次联系未答复（示例）"}
    assert page.post(f"/panels/{panel_id}/opinion", data={**seen, **reason}).status_code == 302
    assert reason["without"] in words(download(sqlite_world, "expert1", panel_id).data)
    assert reason["without"] in page.get(f"/panels/{panel_id}/opinion").text
    sqlite_world.do("officer", opinions.reopen_opinion, (Panel, panel_id), "有错字（示例）")
    assert reason["without"] in words(download(sqlite_world, "officer", panel_id, query="?version=1").data)
    with sqlite_world.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "OpinionFinalised")).one()
        assert row.reason == reason["without"]


def test_a_panel_from_before_has_no_head_and_needs_no_word(sqlite_world: World) -> None:
    panel_id = ready_panel(sqlite_world)
    with sqlite_world.uow() as uow:
        uow.session.get_one(Seat, _seat(sqlite_world, panel_id, 2)).heads = False
    for address in ("", "/analysis", "/opinion"):
        assert sqlite_world.browser("officer").get(f"/panels/{panel_id}{address}").status_code == 200
    made = sqlite_world.do("officer", opinions.finalise_opinion, (Panel, panel_id))
    assert made.confirmation is None
    assert "组长（签字）" in words(download(sqlite_world, "officer", panel_id).data)


def test_the_chair_cannot_head_her_own_panel(sqlite_world: World) -> None:
    panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    seat(sqlite_world, panel_id, *FIVE)
    with sqlite_world.uow("officer") as uow:
        expert = uow.session.get_one(Seat, _seat(sqlite_world, panel_id, 0)).expert
        assert expert.id == expert_id(uow, sqlite_world, "expert1")
        uow.session.get_one(Panel, panel_id).convened_by = expert.person_id
    with invalid("head"):
        name_head(sqlite_world, panel_id, "expert1")


def test_the_head_proposes_and_the_chair_decides(sqlite_world: World) -> None:
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    mine, own = _seat(world, panel_id, 2), sqlite_world.browser("expert3")
    assert "还没有提交的评分表" in own.get(f"/reviews/{mine}").text
    score(world, panel_id, "expert1", TABLE[0])
    assert "建议重开评分表" not in world.browser("expert1").get(f"/reviews/{_seat(world, panel_id, 0)}").text
    with world.reading() as session:
        first, second, *_ = session.scalars(select(ScoreSheet.id).order_by(ScoreSheet.item_id))
    asked = {"sheet": first, "reason": "误填一项（示例）"}
    address = f"/reviews/{mine}/proposals"
    for wrong in ({**asked, "reason": " "}, {**asked, "sheet": "1"}, {**asked, "sheet": "x"}):
        assert own.post(address, data=wrong).status_code == 422
    assert world.browser("expert1").post(address, data=asked).status_code == 404
    other = f"/reviews/{_seat(world, panel_id, 0)}/proposals"
    assert world.browser("expert1").post(other, data=asked).status_code == 403
    assert own.post(address, data=asked).status_code == 302
    assert own.post(address, data=asked).status_code == 422
    assert own.post(address, data={**asked, "sheet": second}).status_code == 302
    assert world.people["officer"] in mails(world, "reopening_proposed")
    assert (todos(world, "officer"), todos(world, "officer2")) == (["答复组长的重开建议，%(count)s件"], [])
    office, seat_page = world.browser("officer"), f"/panels/{panel_id}/seats/{_seat(world, panel_id, 0)}"
    assert "误填一项（示例）" in office.get(f"/panels/{panel_id}").text
    assert office.get(seat_page).text.count("组长建议重开：误填一项（示例）") == 2
    with world.reading() as session:
        sheet = session.get_one(ScoreSheet, first)
        proposals = {one.sheet_id: one.id for one in session.scalars(select(ReopeningProposal))}
    reopen = f"{seat_page}/items/{sheet.item_id}/reopen"
    assert office.post(reopen, data={"reason": "同意更正（示例）"}).status_code == 302
    decline = f"{seat_page}/proposals/{proposals[second]}/decline"
    assert office.post(decline, data={"reason": " "}).status_code == 422
    assert world.browser("officer2").post(decline, data={"reason": "无须"}).status_code == 403
    assert office.post(decline, data={"reason": "理由不足（示例）"}).status_code == 302
    assert office.post(decline, data={"reason": "再次"}).status_code == 403
    assert office.post(f"{seat_page}/proposals/999/decline", data={"reason": "无"}).status_code == 404
    assert list(mails(world, "reopening_declined")) == [world.people["expert3"]]
    page = own.get(f"/reviews/{mine}").text
    assert "理由不足（示例）" in page
    assert "已重开" in page
    assert "答复组长的重开建议，%(count)s件" not in todos(world, "officer")


def test_the_proposal_names_no_unit_of_a_blind_panel(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world, rules=replace(DEFAULT_RULES, blind=True))
    score(sqlite_world, panel_id, "expert1", TABLE[0])
    page = sqlite_world.browser("expert3").get(f"/reviews/{_seat(sqlite_world, panel_id, 2)}").text
    assert "材料01 · " in page
    assert "杭州市机关事务管理局" not in page
