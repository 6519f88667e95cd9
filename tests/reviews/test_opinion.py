"""专家组意见书: what it says, who may read it, how it becomes final, and that it gives nobody's marks away."""

import io
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.core.errors import Invalid, Refused
from marketplace.core.verdict import YES, no
from marketplace.reviews import operations as reviewing
from marketplace.reviews import policy
from marketplace.reviews.analysis import operations as analyses
from marketplace.reviews.analysis.operations import Vote
from marketplace.reviews.models import Panel, PanelOpinion, Seat
from marketplace.reviews.opinion import operations as opinions
from marketplace.reviews.opinion.words import in_words
from marketplace.reviews.queries.own import seat_for
from marketplace.reviews.workflow import PanelState
from tests.reviews.analysis.test_operations import disputed_panel
from tests.reviews.story import (
    FIVE,
    confirm,
    convene,
    item_ids,
    release,
    score,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.reviews.story import marks as given
from tests.support.world import World

ALONE = {"without": "组长出差（示例）"}
"""Why the head's word is not waited for."""


def note(world: World, panel_id: int, item: int | None, text: str, kind: str = "conclusion") -> None:
    world.do("officer", analyses.write_note, (Panel, panel_id), item, kind, text)


def ready_panel(world: World) -> int:
    """A panel whose meeting has voted and written its opinions."""
    panel_id = disputed_panel(world)
    first, second, _ = item_ids(world, panel_id)
    vote = Vote(4, 1, 0, "方案更成熟（示例）")
    world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), first, vote, 5)
    world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), second, Vote(1, 4, 0, "依据不足"), 5)
    note(world, panel_id, first, "建议细化指标（示例）")
    note(world, panel_id, second, "一位专家保留意见（示例）", "dissent")
    note(world, panel_id, None, "同意按名次立项（示例）")
    return panel_id


def download(world: World, key: str, panel_id: int, language: str | None = None, query: str = "") -> Any:
    return world.browser(key, language).get(f"/panels/{panel_id}/opinion.docx{query}")


def words(body: bytes) -> str:
    """All text of a file, its tables and foot included."""
    read = Document(io.BytesIO(body))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    foot = [one.text for one in read.sections[0].footer.paragraphs]
    return "\n".join([*(one.text for one in read.paragraphs), *cells, *foot])


def test_it_becomes_final_only_when_everything_stands(world: World) -> None:
    panel_id = disputed_panel(world)
    first, second, _ = item_ids(world, panel_id)
    finalise = (opinions.finalise_opinion, (Panel, panel_id))
    with pytest.raises(Refused, match="等待评审组表决"):
        world.do("officer", *finalise)
    for item in (first, second):
        world.do(
            "officer", analyses.record_meeting_vote, (Panel, panel_id), item, Vote(3, 2, 0, "（示例）"), 5
        )
    with pytest.raises(Refused, match="请先写好"):
        world.do("officer", *finalise)
    note(world, panel_id, None, "同意（示例）")
    with pytest.raises(Invalid):
        world.do("officer", *finalise, "0" * 64)
    for key in ("approver", "auditor", "expert1"):
        with pytest.raises(Refused):
            world.do(key, *finalise)
    made = world.do("officer", *finalise, **ALONE)
    assert (made.state, made.number, len(made.sha256)) == ("final", 1, 64)
    with pytest.raises(Refused, match="已经定稿"):
        world.do("officer", *finalise)
    with pytest.raises(Refused, match="记录不能再改"):
        note(world, panel_id, first, "事后补写")


def test_taken_back_it_leaves_its_version_behind(sqlite_world: World) -> None:
    panel_id = ready_panel(sqlite_world)
    first = sqlite_world.do("officer", opinions.finalise_opinion, (Panel, panel_id), **ALONE).sha256
    before = download(sqlite_world, "officer", panel_id).data
    with pytest.raises(Invalid):
        sqlite_world.do("officer", opinions.reopen_opinion, (Panel, panel_id), "")
    with pytest.raises(Refused):
        sqlite_world.do("approver", opinions.reopen_opinion, (Panel, panel_id), "错字")
    sqlite_world.do("officer", opinions.reopen_opinion, (Panel, panel_id), "有错字（示例）")
    assert download(sqlite_world, "expert1", panel_id).status_code == 404
    note(sqlite_world, panel_id, None, "同意按名次立项，并请细化（示例）")
    again = sqlite_world.do("officer", opinions.finalise_opinion, (Panel, panel_id), **ALONE)
    assert (again.number, again.sha256 == first) == (2, False)
    assert download(sqlite_world, "officer", panel_id, query="?version=1").data == before
    assert "有错字（示例）" in sqlite_world.browser("auditor").get(f"/panels/{panel_id}/opinion").text
    for key, query in (("expert1", "?version=1"), ("officer", "?version=3"), ("officer", "?version=x")):
        assert download(sqlite_world, key, panel_id, query=query).status_code == 404
    with sqlite_world.reading() as session:
        kept = session.scalars(select(PanelOpinion)).one()
        assert [one["sha256"] for one in kept.earlier] == [first]
        told = session.scalars(select(AuditRow.action).where(AuditRow.subject_id == panel_id)).all()
        assert {"OpinionFinalised", "OpinionReopened", "export"} <= set(told)


def test_what_the_file_says_and_what_it_does_not(sqlite_world: World) -> None:
    panel_id = ready_panel(sqlite_world)
    draft = words(download(sqlite_world, "officer", panel_id).data)
    assert "草稿，未定稿" in draft
    assert "（草稿，未定稿）" in draft
    made = sqlite_world.do("officer", opinions.finalise_opinion, (Panel, panel_id), **ALONE)
    answer = download(sqlite_world, "officer", panel_id)
    assert answer.data == download(sqlite_world, "approver", panel_id).data
    assert "attachment" in answer.headers["Content-Disposition"]
    text = words(answer.data)
    for said in (
        "专家组评审意见书", f"P{panel_id:03d}-V1", "评分专家5位", "评审组成员由省局从专家库中选定", "90.00", "84.00",
        "会议审议表决：同意入选4票，不同意1票", "建议细化指标（示例）", "不同意见：一位专家保留意见（示例）",
        "同意按名次立项（示例）", "（签字）：", "一致性系数α", "全体专家评每一项", f"内容指纹 SHA-256 {made.sha256}",
    ):  # fmt: skip
        assert said in text, said
    for never in ("60.00", "86.00", "71.00", "平均比其他专家", "无明显偏差", "expert1的意见"):
        assert never not in text, never
    english = words(download(sqlite_world, "auditor", panel_id, "en").data)
    assert "Opinion of the Review Panel" in english
    assert "1. What was reviewed" in english
    assert made.sha256 in english


def test_who_reads_it_and_who_learns_names_of_recused_experts(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE, "expert6", "expert7")
    release(sqlite_world, panel_id)
    gone = seat_id(sqlite_world, panel_id, "expert7")
    with sqlite_world.uow("expert7") as uow:
        reviewing.recuse_seat(uow, seat_for(uow.session, uow.actor, gone), "亲属任职（示例）")
        name = uow.actor.person_name
    sqlite_world.do(
        "officer", reviewing.remove_member, (Panel, panel_id), *_seat(sqlite_world, panel_id, "expert6")
    )
    confirm(sqlite_world, panel_id, *FIVE)
    for key in FIVE:
        score(sqlite_world, panel_id, key, [given(90), given(80), given(70)])
    sqlite_world.do("officer", reviewing.conclude_panel, (Panel, panel_id))
    sqlite_world.compute()
    note(sqlite_world, panel_id, None, "同意（示例）")
    page = f"/panels/{panel_id}/opinion"
    for key, status in (
        ("officer", 200),
        ("approver", 200),
        ("auditor", 200),
        ("expert1", 404),
        ("expert3", 200),
        ("expert7", 404),
    ):
        assert sqlite_world.browser(key).get(page).status_code == status, key
    sqlite_world.do("officer", opinions.finalise_opinion, (Panel, panel_id), **ALONE)
    for key, status in (
        ("expert1", 200), ("expert6", 404), ("expert7", 404), ("hangzhou_head", 403), ("secadmin", 403),
    ):  # fmt: skip
        assert sqlite_world.browser(key).get(page).status_code == status, key
        assert download(sqlite_world, key, panel_id).status_code == status, key
    office, member = (words(download(sqlite_world, key, panel_id).data) for key in ("officer", "expert1"))
    assert "本人申明" in office
    assert "本人申明" in member
    assert name in office
    assert name not in member
    assert "所在单位为牵头单位" in member
    assert "专家组意见书" in sqlite_world.browser("expert1").get(f"/panels/{panel_id}").text


def _seat(world: World, panel_id: int, key: str) -> tuple[Any, str]:
    return (Seat, seat_id(world, panel_id, key)), "时间冲突（示例）"


def test_finalising_by_form(sqlite_world: World) -> None:
    panel_id = ready_panel(sqlite_world)
    page = f"/panels/{panel_id}/opinion"
    officer = sqlite_world.browser("officer")
    seen = officer.get(page).text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    assert officer.post(page, {"seen": "abc"}).status_code == 422
    assert sqlite_world.browser("approver").post(page, {"seen": seen}).status_code == 403
    assert officer.post(page, {"seen": seen, **ALONE}).status_code == 302
    assert seen in officer.get(page).text
    chair = officer.get(f"/panels/{panel_id}/analysis").text
    assert "记录不能再改" in chair
    assert 'id="note-form"' not in chair
    assert officer.post(f"{page}/reopen", {"reason": " "}).status_code == 422
    assert officer.post(f"{page}/reopen", {"reason": "错字（示例）"}).status_code == 302


def test_who_may_finalise(sqlite_world: World) -> None:
    done, scoring = PanelState.CONCLUDED, PanelState.SCORING
    for key, own, state, final, ready, allowed in (
        ("officer", True, done, False, True, True),
        ("officer", False, done, False, True, False),
        ("officer", True, scoring, False, True, False),
        ("officer", True, done, True, True, False),
        ("officer", True, done, False, False, False),
        ("approver", True, done, False, True, False),
        ("expert1", True, done, False, True, False),
    ):
        actor = sqlite_world.actor(key)
        chair = actor.person_id if own else 0
        verdict = policy.may_finalise_opinion(actor, chair, state, final, YES if ready else no("没有意见"))
        assert bool(verdict) is allowed, (key, own, state, final, ready)


def test_numbers_in_words() -> None:
    found = [in_words(number) for number in (1, 10, 11, 20, 35, 99, 100)]
    assert found == ["一", "十", "十一", "二十", "三十五", "九十九", "100"]
