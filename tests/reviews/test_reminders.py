"""Experts hear of their sheets three days before, one day before and on the day; the day after, the officers hear."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.notifications.models import OutboxMail
from marketplace.notifications.worker import Worker
from marketplace.organisations.models import Person
from marketplace.reviews import operations
from marketplace.reviews.models import Panel, Seat, SheetReminder
from marketplace.reviews.reminders import LADDER, remind_experts
from marketplace.schedule import JOBS
from tests.reviews.story import (
    FIVE,
    confirm,
    convene,
    marks,
    release,
    score,
    scoring_panel,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.support.world import World

EVERY = [rung.code for rung in LADDER]
"""Released on 2 March at 9:00 for a week: due on 9 March at 9:00, so T-3 begins on 6 March at 0:00 in Beijing."""


def rungs(world: World, panel_id: int, key: str) -> list[str]:
    mine = seat_id(world, panel_id, key)
    with world.reading() as session:
        query = select(SheetReminder.rung).where(SheetReminder.seat_id == mine).order_by(SheetReminder.id)
        return list(session.scalars(query))


def mails(world: World, kind: str) -> list[OutboxMail]:
    with world.reading() as session:
        query = select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.dedupe_key)
        return list(session.scalars(query))


def deadline(world: World, panel_id: int) -> datetime:
    with world.reading() as session:
        due_at = session.get_one(Panel, panel_id).due_at
    assert due_at is not None
    return due_at


def walk(world: World, to: datetime, hours: int = 6) -> None:
    """The worker looks every few hours until then."""
    while world.clock.now < to:
        world.clock.now = min(to, world.clock.now + timedelta(hours=hours))
        world.do(None, remind_experts)


def test_each_rung_once_at_the_beginning_of_its_day(world: World) -> None:
    panel_id = scoring_panel(world)
    end = deadline(world, panel_id)
    walk(world, end + timedelta(days=5))
    for key in FIVE:
        assert rungs(world, panel_id, key) == EVERY
    with world.reading() as session:
        rows = session.scalars(select(SheetReminder)).all()
    for row in rows:
        assert row.due_at <= row.sent_at < row.due_at + timedelta(hours=6)
    assert {row.due_at.hour for row in rows} == {16}, "midnight in Beijing"
    assert len(mails(world, "sheet_reminder")) == 3 * 5
    overdue = mails(world, "sheets_overdue")
    assert {mail.to_address for mail in overdue} == {"officer@sample.example", "officer2@sample.example"}
    assert len(overdue) == 2, "one mail names all who are late"
    assert "5 位专家" in overdue[0].text_body
    with world.reading() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.action == "SheetReminded")).all()) == 20


def test_the_words_say_how_long_and_how_many(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        uow.session.get_one(Person, sqlite_world.people["expert2"]).locale = "en"
    panel_id = scoring_panel(sqlite_world)
    walk(sqlite_world, deadline(sqlite_world, panel_id))
    by_address: dict[str, list[str]] = {}
    for mail in sorted(mails(sqlite_world, "sheet_reminder"), key=lambda mail: mail.created_at):
        by_address.setdefault(mail.to_address, []).append(mail.subject)
    chinese, english = by_address["expert1@sample.example"], by_address["expert2@sample.example"]
    assert [subject.split("：")[0] for subject in chinese] == [
        "评分还有 3 天截止",
        "评分还有 1 天截止",
        "评分今天截止",
    ]
    assert english[0].startswith("Score sheets are due in 3 days")
    body = mails(sqlite_world, "sheet_reminder")[0].text_body
    assert "您还有 3 项没有提交评分" in body
    assert f"/reviews/{seat_id(sqlite_world, panel_id, 'expert1')}" in body


def test_who_has_submitted_hears_nothing_more(world: World) -> None:
    panel_id = scoring_panel(world)
    end = deadline(world, panel_id)
    walk(world, end - timedelta(days=2))
    score(world, panel_id, "expert1", [marks(80)] * 3)
    score(world, panel_id, "expert2", [marks(80)] * 3, submit=False)
    walk(world, end + timedelta(days=3))
    assert rungs(world, panel_id, "expert1") == ["T-3"]
    assert rungs(world, panel_id, "expert2") == EVERY, "a draft is not a submission"
    names = mails(world, "sheets_overdue")[0].text_body
    assert "专家甲" not in names
    assert "专家乙" in names


def test_who_has_left_the_panel_hears_nothing_more(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    end = deadline(sqlite_world, panel_id)
    walk(sqlite_world, end - timedelta(days=2))
    left = seat_id(sqlite_world, panel_id, "expert1")
    sqlite_world.do("expert1", operations.recuse_seat, (Seat, left), "本人与牵头单位有合作（示例）")
    walk(sqlite_world, end + timedelta(days=3))
    assert rungs(sqlite_world, panel_id, "expert1") == ["T-3"]


def test_who_has_not_answered_yet_is_reminded_too(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE)
    release(sqlite_world, panel_id)
    confirm(sqlite_world, panel_id, *FIVE[1:])
    walk(sqlite_world, deadline(sqlite_world, panel_id) - timedelta(days=2))
    assert rungs(sqlite_world, panel_id, "expert1") == ["T-3"]


def test_after_downtime_everything_due_happens_once(world: World) -> None:
    panel_id = scoring_panel(world)
    world.clock.now = deadline(world, panel_id) + timedelta(days=2)
    for expected in (20, 0):
        done = Worker(world.app, JOBS).run_once()
        assert done is not None
        assert done["remind-experts"] == expected
    assert rungs(world, panel_id, "expert3") == EVERY


@pytest.mark.parametrize("state", ["draft", "concluded"])
def test_only_a_panel_that_scores_reminds(sqlite_world: World, state: str) -> None:
    panel_id = scoring_panel(sqlite_world)
    end = deadline(sqlite_world, panel_id)
    with sqlite_world.uow() as uow:
        uow.session.get_one(Panel, panel_id).state = state
    walk(sqlite_world, end + timedelta(days=2), hours=24)
    assert mails(sqlite_world, "sheet_reminder") == []
