"""Every rung of the ladder by time travel: once, to the right people, after any downtime, with two workers."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from marketplace.core.actor import SYSTEM
from marketplace.core.database import writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Appointment, Organisation
from marketplace.projects.models import Milestone, ReminderSent
from marketplace.projects.operations import pass_milestone, return_milestone
from marketplace.projects.reminders import LADDER
from marketplace.projects.reminding import remind_due
from tests.support.projects import milestone_ids, opened_project, report
from tests.support.world import World

OFFICERS = {"officer@sample.example", "officer2@sample.example"}


def sent(world: World) -> list[tuple[str, datetime, datetime]]:
    with world.reading() as session:
        rows = session.scalars(select(ReminderSent).order_by(ReminderSent.id)).all()
    return [(row.rung, row.due_at, row.sent_at) for row in rows]


def addressees(world: World, rung: str) -> set[str]:
    with world.reading() as session:
        query = select(OutboxMail.to_address).where(
            OutboxMail.kind == "milestone_reminder", OutboxMail.dedupe_key.contains(f":{rung}:")
        )
        found = session.scalars(query).all()
    assert len(found) == len(set(found))
    return set(found)


def due(world: World, milestone_id: int) -> datetime:
    with world.reading() as session:
        return session.get_one(Milestone, milestone_id).due_at


def walk(world: World, milestone_id: int, to: timedelta, step: timedelta = timedelta(hours=6)) -> None:
    """The worker looks every few hours until ``to`` after the due moment."""
    end = due(world, milestone_id) + to
    while world.clock.now < end:
        world.clock.now = min(end, world.clock.now + step)
        with world.uow() as uow:
            remind_due(uow)


def one_open(world: World, lead: str = "hangzhou") -> int:
    """A project with one milestone left: the second is far away."""
    return milestone_ids(world, opened_project(world, lead, (2, 12)))[0]


@pytest.mark.parametrize(
    ("lead", "owners", "superior"),
    [
        ("anji", {"anji.clerk", "anji.head"}, {"huzhou.clerk@sample.example", "huzhou.head@sample.example"}),
        ("hangzhou", {"hangzhou.clerk", "hangzhou.head"}, OFFICERS),
        ("canteen", {"canteen.clerk", "canteen.head"}, OFFICERS),
    ],
)
def test_each_rung_goes_out_once_to_its_audience(
    world: World, lead: str, owners: set[str], superior: set[str]
) -> None:
    milestone_id = one_open(world, lead)
    end = due(world, milestone_id)
    walk(world, milestone_id, timedelta(days=20), timedelta(hours=12))
    assert [rung for rung, _, _ in sent(world)] == [rung.code for rung in LADDER]
    for (_, due_at, sent_at), rung in zip(sent(world), LADDER, strict=True):
        assert due_at == rung.due_at(end)
        assert timedelta(0) <= sent_at - due_at < timedelta(hours=12)
    own = {f"{name}@sample.example" for name in owners}
    for code in ("T-30", "T-7", "T-1", "T"):
        assert addressees(world, code) == own
    assert addressees(world, "T+3") == {address for address in own if ".head@" in address}
    assert addressees(world, "T+7") == superior
    assert addressees(world, "T+14") == OFFICERS


def test_submission_ends_the_reminders(world: World) -> None:
    milestone_id = one_open(world)
    walk(world, milestone_id, timedelta(days=-5), timedelta(days=1))
    assert [rung for rung, _, _ in sent(world)] == ["T-30", "T-7"]
    report(world, milestone_id)
    walk(world, milestone_id, timedelta(days=2), timedelta(days=1))
    world.do("officer", pass_milestone, (Milestone, milestone_id))
    walk(world, milestone_id, timedelta(days=30), timedelta(days=5))
    assert [rung for rung, _, _ in sent(world)] == ["T-30", "T-7"]


def test_a_return_resumes_the_ladder_without_what_fell_into_the_check(world: World) -> None:
    milestone_id = one_open(world)
    walk(world, milestone_id, timedelta(days=-9), timedelta(days=2))
    report(world, milestone_id)
    walk(world, milestone_id, timedelta(days=-1, hours=-1), timedelta(days=1))
    world.do("officer", return_milestone, (Milestone, milestone_id), "缺少纪要")
    walk(world, milestone_id, timedelta(days=4), timedelta(hours=12))
    assert [rung for rung, _, _ in sent(world)] == ["T-30", "T", "T+3"]


def test_a_return_after_the_due_date_escalates_from_there(world: World) -> None:
    milestone_id = one_open(world)
    world.clock.now = due(world, milestone_id) + timedelta(days=4)
    report(world, milestone_id)
    world.do("officer", return_milestone, (Milestone, milestone_id), "不完整")
    walk(world, milestone_id, timedelta(days=40), timedelta(days=2))
    assert [rung for rung, _, _ in sent(world)] == ["T+7", "T+14"]


def test_three_days_of_downtime_lose_nothing_and_repeat_nothing(world: World) -> None:
    first = one_open(world)
    second = one_open(world, "anji")
    end = due(world, first)
    world.clock.now = end - timedelta(days=2, hours=12)
    with world.uow() as uow:
        assert remind_due(uow) == 4
    world.clock.now += timedelta(days=3)
    for expected in (4, 0):
        with world.uow() as uow:
            assert remind_due(uow) == expected
    rows = sent(world)
    assert [rung for rung, _, _ in rows] == ["T-30", "T-30", "T-7", "T-7", "T-1", "T-1", "T", "T"]
    assert [due_at for _, due_at, _ in rows] == sorted(due_at for _, due_at, _ in rows)
    assert {sent_at for _, _, sent_at in rows[4:]} == {world.clock.now}
    assert rows[-1][1] == end - timedelta(days=1)
    assert due(world, second) == end


def test_rungs_before_the_opening_are_skipped(sqlite_world: World) -> None:
    world = sqlite_world
    milestone_id = milestone_ids(world, opened_project(world, "hangzhou", (1, 12)))[0]
    world.clock.now = due(world, milestone_id) - timedelta(days=25)
    with world.uow() as uow:
        remind_due(uow)
    late = [rung for rung, _, _ in sent(world)]
    world.clock.now = due(world, milestone_id)
    with world.uow() as uow:
        remind_due(uow)
    assert [rung for rung, _, _ in sent(world)] == [*late, "T-7", "T-1", "T"]
    with world.reading() as session:
        opened = session.get_one(Milestone, milestone_id).project.opened_at
    assert all(due_at >= opened for _, due_at, _ in sent(world))


def test_two_workers_at_once_send_each_reminder_once(world: World) -> None:
    for lead in ("hangzhou", "anji", "canteen", "ningbo"):
        one_open(world, lead)
    milestone_id = one_open(world, "yiwu")
    world.clock.now = due(world, milestone_id)
    done: list[int] = []
    gate = threading.Barrier(2)

    def work() -> None:
        parts = world.runtime
        with writing_session(world.engine) as session:
            uow = UnitOfWork(
                session, SYSTEM, world.clock(), parts.settings, parts.files, parts.reactions, parts.witnesses
            )
            gate.wait()
            count = remind_due(uow)
            uow.commit()
            done.append(count)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sum(done) == 20
    assert len(sent(world)) == 20
    assert len({(rung, due_at) for rung, due_at, _ in sent(world)}) == 4
    assert len(addressees(world, "T")) == 10


def test_an_escalation_without_readers_reaches_the_province(sqlite_world: World) -> None:
    world = sqlite_world
    milestone_id = one_open(world, "anji")
    with world.uow() as uow:
        bureau = uow.session.scalars(select(Organisation).where(Organisation.code == "330500")).one()
        uow.session.execute(
            update(Appointment).where(Appointment.organisation_id == bureau.id).values(ended_at=uow.now)
        )
    walk(world, milestone_id, timedelta(days=8), timedelta(days=1))
    assert addressees(world, "T+7") == OFFICERS


def test_a_reminder_does_not_make_an_open_form_stale(sqlite_world: World) -> None:
    world = sqlite_world
    milestone_id = one_open(world)
    with world.reading() as session:
        before = session.get_one(Milestone, milestone_id).version
    walk(world, milestone_id, timedelta(days=1), timedelta(days=7))
    assert sent(world)
    with world.reading() as session:
        assert session.get_one(Milestone, milestone_id).version == before


def test_the_mail_tells_how_late_it_is(sqlite_world: World) -> None:
    world = sqlite_world
    milestone_id = one_open(world)
    walk(world, milestone_id, timedelta(days=20), timedelta(days=2))
    with world.reading() as session:
        subjects = session.scalars(
            select(OutboxMail.subject)
            .where(OutboxMail.kind == "milestone_reminder")
            .order_by(OutboxMail.created_at)
        ).all()
    assert list(dict.fromkeys(subjects)) == [
        "里程碑还有 30 天到期：第1阶段（示例）", "里程碑还有 7 天到期：第1阶段（示例）",
        "里程碑还有 1 天到期：第1阶段（示例）", "里程碑今天到期：第1阶段（示例）",
        "里程碑已逾期 3 天：第1阶段（示例）", "里程碑已逾期 7 天：第1阶段（示例）",
        "里程碑已逾期 14 天：第1阶段（示例）",
    ]  # fmt: skip
