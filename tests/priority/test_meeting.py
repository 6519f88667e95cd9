"""What the figures leave open is decided by the meeting, by two persons, before a list can be published."""

import io
import json
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from marketplace.core.errors import Invalid, Refused
from marketplace.notices.models import Notice
from marketplace.priority import archive, meeting
from marketplace.priority.decisions import Typed, propose_decisions, refuse_decision
from marketplace.priority.deliberation import Standing, standing_of
from marketplace.priority.models import MeetingDecision, Placement, Snapshot
from marketplace.priority.operations import (
    correct_list,
    drop_correction,
    propose_correction,
    publish_list,
)
from marketplace.priority.snapshots import placed, verify_snapshot
from marketplace.priority.todos import ongoing_for, todos_for
from tests.support.projects import accepted_project
from tests.support.rounds import MEETING, Key, announced, computed, confirm, decided, held, published
from tests.support.staging import staged
from tests.support.world import World

NINGBO, WENZHOU = "宁波市机关事务管理局", "温州市机关事务管理局"
REASON = "应用面更广（示例）"


@staged
def open_round(world: World) -> Key:
    """Two places: Hangzhou is certain, Ningbo and Wenzhou have the same figures."""
    for unit, score in (("hangzhou", "91"), ("ningbo", "85"), ("wenzhou", "85")):
        accepted_project(world, unit, score)
    return computed(world, announced(world, places=2))


def keys(world: World, key: Key) -> list[str]:
    """The candidates left to the meeting: Ningbo's and Wenzhou's."""
    return [row["key"] for row in standing(world, key).agenda]


def standing(world: World, key: Key) -> Standing:
    with world.reading() as session:
        found = standing_of(session, session.get_one(*key), world.clock())
    assert isinstance(found, Standing), found
    return found


def propose(world: World, key: Key, *typed: Typed, who: str = "officer") -> list[int]:
    return [one.id for one in world.do(who, propose_decisions, key, typed, held(world))]


def refusal(world: World, who: str, verb: Any, *args: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        world.do(who, verb, *args)
    return {
        name: problem if isinstance(problem, str) else problem[0] % problem[1]
        for name, problem in refused.value.problems.items()
    }


def newest(world: World) -> Snapshot:
    with world.reading() as session:
        return session.scalars(select(Snapshot).order_by(Snapshot.id.desc()).limit(1)).one()


def test_no_list_goes_out_with_an_open_row(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    problem = refusal(world, "approver", publish_list, key)["meeting"]
    assert f"{NINGBO}、{WENZHOU}" in problem
    ningbo, wenzhou = keys(world, key)
    ids = propose(world, key, Typed(ningbo, True, REASON))
    assert f"{NINGBO}、{WENZHOU}" in refusal(world, "approver", publish_list, key)["meeting"]
    confirm(world, key, ids)
    assert refusal(world, "approver", publish_list, key)["meeting"].endswith(f"：{WENZHOU}")
    confirm(world, key, propose(world, key, Typed(wenzhou, False, REASON)))
    changed = propose(world, key, Typed(wenzhou, False, "换一个理由（示例）"))
    assert "待确认" in refusal(world, "approver", publish_list, key)["meeting"]
    confirm(world, key, changed)
    assert world.do("approver", publish_list, key).number == 1


def test_two_persons_decide_also_in_the_database(world: World) -> None:
    key = open_round(world)
    ningbo, _wenzhou = keys(world, key)
    (one,) = propose(world, key, Typed(ningbo, True, REASON), who="approver")
    for who, reason in (("officer", "由省局审定办理"), ("approver", "请由另一人办理")):
        with pytest.raises(Refused, match=reason):
            confirm(world, key, [one], who)
    same = update(MeetingDecision).values(state="confirmed", decided_by=world.people["approver"])
    with pytest.raises(IntegrityError), world.uow() as uow:
        uow.session.execute(same)
    confirm(world, key, [one], "approver2")
    with pytest.raises(Refused, match="已经办理"):
        confirm(world, key, [one], "approver2")
    with pytest.raises(Refused):
        world.do("hangzhou_head", propose_decisions, key, [Typed(ningbo, True, REASON)], held(world))


def test_the_meeting_decides_the_places_not_the_ranks(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    world.do("approver", publish_list, decided(world, key, keys(world, key)[1]))
    snapshot = newest(world)
    content = snapshot.content
    assert [row["unit"] for row in placed(content)] == ["杭州市机关事务管理局", WENZHOU]
    assert [row["rank"] for row in content["rows"]] == [1, 2, 3]
    assert verify_snapshot(snapshot).ok
    packed = archive.pack(content)
    assert archive.verify(packed).findings == ()
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        told = json.loads(file.read("meeting.json"))
    assert [one["selected"] for one in told["decisions"]] == [False, True]
    with world.reading() as session:
        assert session.scalars(select(Placement.rank).order_by(Placement.rank)).all() == [1, 3]
        body = session.scalars(select(Notice).where(Notice.kind == "ranking")).one().body
    assert f"3. {WENZHOU} 91.00（经{MEETING}审议决定，2026年3月2日）" in body
    assert NINGBO not in body


def test_no_more_places_than_announced(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    ningbo, wenzhou = keys(world, key)
    both = [Typed(ningbo, True, REASON), Typed(wenzhou, True, REASON)]
    assert (
        "最多可再决定入选1个"
        in refusal(world, "officer", propose_decisions, key, both, held(world))["meeting"]
    )
    first = propose(world, key, both[0])
    assert "多出1个" in refusal(world, "officer", propose_decisions, key, both[1:], held(world))["meeting"]
    confirm(world, key, first)
    changed = propose(world, key, Typed(ningbo, False, REASON))
    instead = propose(world, key, both[1])
    with pytest.raises(Invalid):
        confirm(world, key, instead)
    confirm(world, key, [*changed, *instead])
    assert world.do("approver", publish_list, key).content["meeting"]["listed"][1] == wenzhou


def test_bad_decisions_are_refused_beside_their_row(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    ningbo, wenzhou = keys(world, key)
    typed = [Typed("unit:1", True, REASON), Typed(ningbo, False, ""), Typed(wenzhou, False, "长" * 1001)]
    problems = refusal(world, "officer", propose_decisions, key, typed, held(world))
    assert set(problems) == {"rows.0.selected", "rows.1.reason", "rows.2.reason"}
    assert set(refusal(world, "officer", propose_decisions, key, [], held(world))) == {"meeting"}
    ids = propose(world, key, Typed(ningbo, True, REASON))
    again = [Typed(ningbo, False, REASON)]
    assert (
        "待确认" in refusal(world, "officer", propose_decisions, key, again, held(world))["rows.0.selected"]
    )
    confirm(world, key, ids)
    same = refusal(world, "officer", propose_decisions, key, [Typed(ningbo, True, REASON)], held(world))
    assert same == {"rows.0.selected": "与现决定相同"}


def test_a_refused_decision_leaves_the_row_open(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    (one,) = propose(world, key, Typed(keys(world, key)[0], True, REASON))
    reference = (MeetingDecision, one)
    with pytest.raises(Invalid):
        world.do("approver", refuse_decision, key, reference, "")
    world.do("approver", refuse_decision, key, reference, "记录与会议纪要不符（示例）")
    assert len(standing(world, key).settled.undecided) == 2
    assert NINGBO in refusal(world, "approver", publish_list, key)["meeting"]


def test_decisions_hold_for_the_same_figures_and_for_no_others(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    decided(world, key)
    pending = propose(world, key, Typed(keys(world, key)[1], False, "换一个理由（示例）"))
    confirm(world, key, pending)
    world.clock.forward(hours=1)
    computed(world, key)
    assert standing(world, key).settled.undecided == []
    waiting = propose(world, key, Typed(keys(world, key)[1], False, "再换一个理由（示例）"))
    accepted_project(world, "huzhou", "60")
    assert "重新测算" in refusal(world, "officer", propose_decisions, key, [], held(world))["meeting"]
    computed(world, key)
    found = standing(world, key)
    assert (len(found.settled.undecided), found.counted, len(found.outdated)) == (2, [], 4)
    with pytest.raises(Invalid) as stale:
        confirm(world, key, waiting)
    assert "不再适用" in str(stale.value.problems["meeting"])
    assert NINGBO in refusal(world, "approver", publish_list, key)["meeting"]
    assert "已经过时的会议决定" in page(world, "officer", key)
    world.do("approver", publish_list, decided(world, key))


def test_a_correction_may_change_a_decision(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    ningbo, wenzhou = keys(world, key)
    world.do("approver", publish_list, decided(world, key, ningbo))
    world.clock.forward(days=1)
    world.do("officer", propose_correction, key, "会议纪要更正（示例）")
    world.compute()
    assert "没有变化" in refusal(world, "approver", correct_list, key)["rows"]
    turned = [Typed(ningbo, False, REASON), Typed(wenzhou, True, REASON)]
    ids = propose(world, key, *turned)
    assert "待确认" in refusal(world, "approver", correct_list, key)["meeting"]
    confirm(world, key, ids)
    shown = text(world, "officer", f"/priority/{key[1]}")
    assert f"更正后列入：{WENZHOU}" in shown
    assert f"更正后不再列入：{NINGBO}" in shown
    world.do("approver", correct_list, key)
    assert [row["unit"] for row in placed(newest(world).content)][1] == WENZHOU
    assert f"更正后列入：{WENZHOU}" in text(world, "ningbo_head", f"/priority/{key[1]}/snapshots/2")


def test_what_was_typed_for_a_declined_correction_does_not_count_in_the_next(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    ningbo, wenzhou = keys(world, key)
    world.do("approver", publish_list, decided(world, key, ningbo))
    world.clock.forward(days=1)
    world.do("officer", propose_correction, key, "会议纪要更正（示例）")
    world.compute()
    confirm(world, key, propose(world, key, Typed(ningbo, False, REASON)))
    propose(world, key, Typed(wenzhou, True, REASON))
    world.do("approver", drop_correction, key, "不成立（示例）")
    world.clock.forward(days=1)
    world.do("officer", propose_correction, key, "再次更正（示例）")
    world.compute()
    found = standing(world, key)
    assert ({one["key"]: one["selected"] for one in found.counted}, found.pending) == (
        {ningbo: True, wenzhou: False}, [],
    )  # fmt: skip


def test_money_rounds_have_no_such_decisions(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    key = announced(world, places=2)
    with world.uow() as uow:
        uow.session.get_one(*key).kind = "funding"
    assert "资助方案" in refusal(world, "officer", propose_decisions, key, [], held(world))["meeting"]
    assert world.browser("officer").get(f"/priority/{key[1]}/meeting").status_code == 404


FORGERIES: dict[str, Any] = {
    "no decision about": lambda found: found["decisions"].pop(),
    "3 on the list for 2 places": lambda found: found["decisions"][1].update(selected=True),
    "was not the meeting's": lambda found: found["decisions"].append(
        {**found["decisions"][0], "key": found["listed"][0]}
    ),
    "meeting.listed": lambda found: found["listed"].pop(),
    "meeting.figures_sha256": lambda found: found.update(figures_sha256="0" * 64),
    "meeting.decisions[0].zh": lambda found: found["decisions"][0].update(reason="另一个理由（示例）"),
    "meeting.decisions[0].meeting.on": lambda found: found["decisions"][0]["meeting"].update(on="20260320"),
    "meeting.decisions[1].en": lambda found: found["decisions"][1]["meeting"].update(on="2026-03-21"),
}


@pytest.fixture(scope="module")
def settled() -> dict[str, Any]:
    """A pilot list of an earlier format, as it would be frozen now."""
    from tests.priority.test_archive import ARCHIVES

    with zipfile.ZipFile(ARCHIVES / "format3-pilot.zip") as file:
        found = json.loads(file.read("content.json"))
    content = {**found, "format": meeting.NAMED}
    chosen = [
        {
            "key": row["key"],
            "selected": row["rank"] <= 2,
            "reason": REASON,
            "proposed_at": "",
            "confirmed_at": "",
            "meeting": {"name": MEETING, "on": "2026-03-20"},
        }
        for row in meeting.agenda(content)
    ]
    return {**content, "meeting": meeting.record(content, chosen)}


def test_the_list_is_computed_again_from_ranking_and_decisions(settled: dict[str, Any]) -> None:
    assert archive.verify(archive.pack(settled)).findings == ()
    assert settled["meeting"]["listed"] == ["unit:1", "unit:2"]
    told = settled["meeting"]["decisions"][1]
    assert told["zh"] == f"经{MEETING}（2026年3月20日）审议，决定该单位不入选，理由：应用面更广（示例）。"
    assert told["en"].startswith(
        f"The meeting “{MEETING}” of 20 March 2026 considered the unit and did not select it; the reason given: “应用"
    )


@pytest.mark.parametrize("where", FORGERIES)
def test_a_forged_decision_is_named(settled: dict[str, Any], where: str) -> None:
    forged = json.loads(json.dumps(settled))
    FORGERIES[where](forged["meeting"])
    assert any(where in finding for finding in archive.verify(archive.pack(forged)).findings)
    assert meeting.findings(forged)


def test_a_snapshot_without_its_decisions_is_found_out(settled: dict[str, Any]) -> None:
    bare = {name: value for name, value in settled.items() if name != "meeting"}
    assert archive.verify(archive.pack(bare)).findings == ("meeting: the meeting's decisions are missing",)
    before = {**bare, "format": meeting.SINCE - 1}
    assert (meeting.findings(before), [row["key"] for row in placed(before)]) == ([], ["unit:1", "unit:2"])


def test_it_waits_on_the_desk_of_whom_it_concerns(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)

    def waiting(who: str, list_: Any = todos_for) -> list[str]:
        with world.reading() as session:
            items = list_(session, world.actor(who), world.clock())
        return [item.what % item.params for item in items if item.endpoint == "priority.deliberation"]

    assert (waiting("officer"), waiting("approver")) == (["记录会议审议决定（2项）"], [])
    ids = propose(world, key, Typed(keys(world, key)[0], True, REASON))
    assert (waiting("officer"), waiting("approver")) == (
        ["记录会议审议决定（1项）"],
        ["确认会议审议决定（1项）"],
    )
    assert waiting("officer", ongoing_for) == ["会议审议决定待确认（1项）"]
    confirm(world, key, ids)
    assert (waiting("approver"), waiting("hangzhou_head")) == ([], [])
    world.do("approver", publish_list, decided(world, key))
    assert waiting("officer") == []


def text(world: World, who: str, url: str, language: str | None = None) -> str:
    response = world.browser(who, language).get(url)
    assert response.status_code == 200, url
    return response.get_data(as_text=True)


def page(world: World, who: str, key: Key, language: str | None = None) -> str:
    return text(world, who, f"/priority/{key[1]}/meeting", language)


def test_the_meeting_is_recorded_and_confirmed_on_its_page(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    ningbo, wenzhou = keys(world, key)
    url = f"/priority/{key[1]}/meeting"
    officer, approver = world.browser("officer"), world.browser("approver")
    officer.get(url)
    rows = {"rows-0-key": ningbo, "rows-0-selected": "", "rows-0-reason": "只有理由（示例）",
            "rows-1-key": wenzhou, "rows-1-selected": "1", "rows-1-reason": REASON,
            "meeting_name": MEETING, "meeting_on": held(world).day}  # fmt: skip
    bad = officer.post(url, rows)
    assert (bad.status_code, "请选择入选或不入选" in bad.get_data(as_text=True)) == (422, True)
    bad = officer.post(url, {**rows, "rows-0-reason": "", "rows-1-reason": ""})
    assert (bad.status_code, "请写明会议理由" in bad.get_data(as_text=True)) == (422, True)
    assert officer.post(url, {**rows, "rows-0-reason": ""}).status_code == 302
    assert officer.post(url, {**rows, "rows-0-selected": "0"}).status_code == 422
    one = {name: value for name, value in rows.items() if not name.startswith("rows-1")}
    assert officer.post(url, {**one, "rows-0-selected": "0", "rows-0-reason": REASON}).status_code == 302
    shown = approver.get(url).get_data(as_text=True)
    assert "全部确认" in shown
    assert f"{NINGBO}、{WENZHOU}" in text(world, "approver", f"/priority/{key[1]}")
    assert approver.post(f"{url}/confirm", {"ids": "1,x"}).status_code == 404
    assert approver.post(f"{url}/2/refuse", {"reason": ""}).status_code == 422
    assert officer.post(f"{url}/confirm", {"ids": "1,2"}).status_code == 403
    assert approver.post(f"{url}/confirm", {"ids": "1,2"}).status_code == 302
    assert "Selected by the meeting" in page(world, "auditor", key, "en")
    for who, status in (("hangzhou_head", 403), ("expert1", 403), ("sysadmin", 403)):
        assert world.browser(who).get(url).status_code == status
    approver.get(f"/priority/{key[1]}")
    world.do("approver", publish_list, key)
    assert approver.get(url).status_code == 302


def test_the_published_list_and_its_workbook_tell_the_decisions(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    world.do("approver", publish_list, decided(world, key, keys(world, key)[1]))
    shown = text(world, "hangzhou_head", f"/priority/{key[1]}")
    assert "会议决定入选" in shown
    assert "会议决定不入选" in shown
    assert f"经{MEETING}（2026年3月2日）审议，决定该单位入选，理由：会议研究决定（示例）。" in shown
    assert f"会议：{MEETING}，2026年3月2日。会议理由：会议研究决定（示例）" in shown
    english = text(world, "hangzhou_head", f"/priority/{key[1]}/snapshots/1", "en")
    assert f"The meeting “{MEETING}” of 2 March 2026 considered the unit and selected it" in english
    assert f"Meeting: {MEETING}, 2 Mar 2026" in english
    data = world.browser("hangzhou_head").get(f"/priority/{key[1]}/export").get_data()
    rows = list(load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))
    head = next(row for row in rows if row and "会议决定" in row)
    places = [head.index(name) for name in ("列入", "结论", "会议决定", "会议理由", "会议名称", "会议日期")]
    told = [[row[place] for place in places] for row in rows[rows.index(head) + 1 :]][1:3]
    rests_on = ["会议研究决定（示例）", MEETING, "2026-03-02"]
    assert told == [
        ["否", "需会议审议", "不入选", *rests_on], ["是", "需会议审议", "入选", *rests_on],
    ]  # fmt: skip


def test_the_page_needs_as_many_statements_for_many_rows(sqlite_world: World) -> None:
    world = sqlite_world
    counts = []
    for unit in ("hangzhou", "ningbo", "wenzhou", "huzhou"):
        accepted_project(world, unit, "85")
        if unit in ("ningbo", "huzhou"):
            key = computed(world, announced(world, places=1))
            decided(world, key)
            with world.statements() as seen:
                page(world, "approver", key)
            counts.append(len(seen))
    assert counts[0] == counts[1]


def test_published_rounds_of_old_stay_published(sqlite_world: World) -> None:
    """A list without open rows needs no meeting."""
    world = sqlite_world
    accepted_project(world, "hangzhou", "91")
    published(world)
    assert newest(world).content["meeting"]["decisions"] == []
