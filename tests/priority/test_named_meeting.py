"""A decision rests on a named, dated meeting; decisions from before meetings were recorded stay valid and readable."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from marketplace.audit.models import AuditRow
from marketplace.core.errors import Invalid
from marketplace.notices.models import Notice
from marketplace.priority import archive, meeting
from marketplace.priority.decisions import Typed, propose_decisions
from marketplace.priority.funding.record import plan_payload
from marketplace.priority.held import LONGEST_NAME, Held
from marketplace.priority.models import MeetingDecision
from marketplace.priority.operations import correct_list, propose_correction, publish_list
from marketplace.priority.snapshots import verify_snapshot
from tests.priority.test_meeting import (
    NINGBO,
    REASON,
    keys,
    newest,
    open_round,
    page,
    propose,
    refusal,
    standing,
    text,
)
from tests.support.rounds import MEETING, Key, announced, computed, confirm, decided, held
from tests.support.world import World

TODAY = date(2026, 3, 2)
"""Of the world, and of the announcement."""


def recorded(world: World, key: Key, meeting: Held) -> MeetingDecision:
    """One decision of this meeting."""
    typed = [Typed(keys(world, key)[0], True, REASON)]
    (one,) = world.do("officer", propose_decisions, key, typed, meeting)
    return one


def of_old(world: World) -> None:
    """All decisions as they were before meetings were recorded."""
    with world.uow() as uow:
        uow.session.execute(update(MeetingDecision).values(meeting_name=None, meeting_on=None))


def test_a_decision_rests_on_a_named_and_dated_meeting(world: World) -> None:
    key = open_round(world)
    made = recorded(world, key, held(world))
    confirm(world, key, [made.id])
    with world.reading() as session:
        assert session.scalars(select(MeetingDecision)).one().held == Held(MEETING, TODAY)
        rows = session.scalars(select(AuditRow).where(AuditRow.action.like("MeetingDecision%"))).all()
    assert [(row.details["meeting_name"], row.details["meeting_on"]) for row in rows] == [
        (MEETING, "2026-03-02")
    ] * 2
    assert standing(world, key).counted[0]["meeting"] == {"name": MEETING, "on": "2026-03-02"}


BAD: dict[str, tuple[Held, str, str]] = {
    "no name": (Held("", TODAY), "meeting_name", "请填写会议名称"),
    "blank": (Held(" \t", TODAY), "meeting_name", "请填写会议名称"),
    "too long": (Held("会" * (LONGEST_NAME + 1), TODAY), "meeting_name", "不超过100字"),
    "two lines": (Held("局长办公会\n另一行", TODAY), "meeting_name", "只能是一行文字"),
    "invisible": (Held("局长\u202e办公会", TODAY), "meeting_name", "只能是一行文字"),
    "NUL": (Held("局长\x00办公会", TODAY), "meeting_name", "只能是一行文字"),
    "no day": (Held(MEETING, None), "meeting_on", "请填写会议日期"),
    "tomorrow": (Held(MEETING, date(2026, 3, 3)), "meeting_on", "不能晚于今天"),
    "before the rules": (Held(MEETING, date(2026, 3, 1)), "meeting_on", "规则公布之日（2026-03-02）"),
}


@pytest.mark.parametrize("case", BAD)
def test_no_decision_without_a_proper_meeting(sqlite_world: World, case: str) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    bad, field, told = BAD[case]
    typed = [Typed(keys(world, key)[0], True, REASON)]
    problems = refusal(world, "officer", propose_decisions, key, typed, bad)
    assert (set(problems), told in problems[field]) == ({field}, True)


def test_the_days_are_those_of_beijing(sqlite_world: World) -> None:
    """Announced at half past midnight, recorded at half past eleven in the evening before: both in Beijing."""
    world = sqlite_world
    key = open_round(world)
    world.clock.now = datetime(2026, 3, 3, 15, 59, tzinfo=UTC)
    late = Held(MEETING, date(2026, 3, 4))
    with pytest.raises(Invalid):
        recorded(world, key, late)
    world.clock.forward(minutes=1)
    assert recorded(world, key, late).held == late
    world.clock.now = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
    other = computed(world, announced(world, places=2))
    with pytest.raises(Invalid):
        recorded(world, other, Held(MEETING, date(2026, 3, 5)))
    assert recorded(world, other, Held(MEETING, date(2026, 3, 6))).meeting_on == date(2026, 3, 6)


def test_the_page_says_beside_the_field_what_is_wrong_and_keeps_what_was_typed(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    url = f"/priority/{key[1]}/meeting"
    officer = world.browser("officer")
    officer.get(url)
    good = {
        "rows-0-key": keys(world, key)[0], "rows-0-selected": "1", "rows-0-reason": REASON,
        "meeting_name": "局长<b>办公会", "meeting_on": "2026-03-02",
    }  # fmt: skip
    for change, told, kept in (
        ({"meeting_name": ""}, "请填写会议名称，不超过100字", 'value="2026-03-02"'),
        ({"meeting_name": "会" * 101}, "100", "会" * 101),
        ({"meeting_on": ""}, "请填写会议日期", 'value="局长&lt;b&gt;办公会"'),
        ({"meeting_on": "2026-03-03"}, "会议日期不能晚于今天", 'value="2026-03-03"'),
        ({"meeting_on": "2026-02-28"}, "会议日期不能早于规则公布之日（2026-03-02）", 'value="2026-02-28"'),
        ({"meeting_on": "2026-02-30"}, 'id="meeting_on-error"', 'value="2026-02-30"'),
        ({"meeting_on": "三月二日"}, 'id="meeting_on-error"', 'value="三月二日"'),
    ):
        bad = officer.post(url, {**good, **change})
        shown = bad.get_data(as_text=True)
        assert (bad.status_code, told in shown, kept in shown, REASON in shown) == (422, True, True, True)
    assert "Not a valid" not in shown
    assert officer.post(url, good).status_code == 302


def test_nobody_types_the_meeting_twice(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    assert MEETING not in page(world, "officer", key)
    recorded(world, key, held(world))
    shown = page(world, "officer", key)
    assert f'value="{MEETING}"' in shown
    assert 'value="2026-03-02"' in shown
    other = computed(world, announced(world, places=2))
    assert MEETING not in page(world, "officer", other), "another list"


def test_the_second_person_sees_which_meeting_it_was(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    recorded(world, key, held(world))
    shown = page(world, "approver", key)
    assert f"会议：{MEETING}，2026年3月2日。" in shown[shown.index('id="pending"') :]
    assert f"Meeting: {MEETING}, 2 Mar 2026" in page(world, "auditor", key, "en")
    assert f"会议：{MEETING}，2026年3月2日。" in text(world, "approver", f"/priority/{key[1]}")


def test_the_trail_tells_it_in_words(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    recorded(world, key, held(world))
    for language, told in ((None, f"会议名称：{MEETING}"), ("en", f"Name of the meeting: {MEETING}")):
        assert told in text(world, "auditor", "/audit", language)


def test_the_public_notice_names_it(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    decided(world, key)
    with world.uow() as uow:
        uow.session.execute(update(MeetingDecision).values(meeting_name="局长*办公会*"))
    world.do("approver", publish_list, key)
    with world.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.kind == "ranking")).one()
    assert "（经局长\\*办公会\\*审议决定，2026年3月2日）" in notice.body
    assert "(decided by the meeting “局长\\*办公会\\*” of 2 Mar 2026)" in notice.body_en


def test_decisions_of_old_stay_valid_and_readable(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    decided(world, key)
    of_old(world)
    for who, url in (("approver", f"/priority/{key[1]}"), ("officer", f"/priority/{key[1]}/meeting")):
        shown = text(world, who, url)
        assert "会议决定入选" in shown
        assert "会议：" not in shown
    world.do("approver", publish_list, key)
    content = newest(world).content
    assert all("meeting" not in one for one in content["meeting"]["decisions"])
    assert "经会议审议，决定该单位入选" in text(world, "hangzhou_head", f"/priority/{key[1]}")
    assert archive.verify(archive.pack(content)).findings == ()
    assert verify_snapshot(newest(world)).ok
    assert world.browser("hangzhou_head").get(f"/priority/{key[1]}/export").status_code == 200
    with world.reading() as session:
        assert (
            "（经会议审议决定）" in session.scalars(select(Notice).where(Notice.kind == "ranking")).one().body
        )


def test_a_decision_of_old_can_be_recorded_again_with_its_meeting(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    made = recorded(world, key, held(world))
    confirm(world, key, [made.id])
    same = [Typed(keys(world, key)[0], True, REASON)]
    assert refusal(world, "officer", propose_decisions, key, same, held(world)) == {
        "rows.0.selected": "与现决定相同"
    }
    of_old(world)
    confirm(world, key, [recorded(world, key, held(world)).id])
    assert [one.get("meeting") for one in standing(world, key).counted] == [
        None, {"name": MEETING, "on": "2026-03-02"},
    ]  # fmt: skip
    assert standing(world, key).record["decisions"][0]["meeting"]["name"] == MEETING


def test_a_correction_may_name_the_meeting_alone(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    decided(world, key)
    of_old(world)
    world.do("approver", publish_list, key)
    world.clock.forward(days=1)
    world.do("officer", propose_correction, key, "补记会议（示例）")
    world.compute()
    assert "没有变化" in refusal(world, "approver", correct_list, key)["rows"]
    known = standing(world, key).counted
    again = [Typed(one["key"], one["selected"], one["reason"]) for one in known]
    ids = [one.id for one in world.do("officer", propose_decisions, key, again, held(world))]
    confirm(world, key, ids)
    world.do("approver", correct_list, key)
    assert {one["meeting"]["name"] for one in newest(world).content["meeting"]["decisions"]} == {MEETING}


def test_one_meeting_for_one_candidate_another_for_the_next(sqlite_world: World) -> None:
    world, key = sqlite_world, open_round(sqlite_world)
    ningbo, wenzhou = keys(world, key)
    confirm(world, key, propose(world, key, Typed(ningbo, True, REASON)))
    world.clock.forward(days=3)
    later = Held("2026年第4次局长办公会（示例）", date(2026, 3, 5))
    (one,) = world.do("officer", propose_decisions, key, [Typed(wenzhou, False, REASON)], later)
    confirm(world, key, [one.id])
    told = [one["meeting"]["name"] for one in standing(world, key).record["decisions"]]
    assert told == [MEETING, later.name]
    assert NINGBO in page(world, "officer", key)


def test_earlier_formats_name_no_meeting() -> None:
    from tests.priority.test_archive import ARCHIVES

    checked = archive.verify((ARCHIVES / "format4-pilot.zip").read_bytes())
    assert checked.findings == ()
    content = content_of("format4-pilot.zip")
    content["meeting"]["decisions"][0]["meeting"] = {"name": MEETING, "on": "2026-03-02"}
    assert "decisions of this format name no meeting" in meeting.findings(content)


def content_of(name: str) -> dict[str, Any]:
    """What an archive among the tests' holds."""
    import io
    import zipfile

    from tests.priority.test_archive import ARCHIVES

    with zipfile.ZipFile(io.BytesIO((ARCHIVES / name).read_bytes())) as file:
        return dict(json.loads(file.read("content.json")))


def test_what_was_decided_about_a_plan_of_the_format_before_holds_for_it_still() -> None:
    """The plan's payload, to whose hash deviations are bound, is the same in both formats."""
    content = content_of("format4-funding.zip")
    parts = content["plan"]["terms"], content["plan"]["requests"]
    assert plan_payload(*parts, content) == plan_payload(*parts, {**content, "format": meeting.NAMED})
