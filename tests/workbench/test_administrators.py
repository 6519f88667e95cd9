"""The workbench of the administrators: what waits for them, and what they have done."""

import pytest

from marketplace.audit.seals import close_seal
from marketplace.core.actor import Role
from marketplace.notifications.failures import note
from marketplace.notifications.lease import LeaseKeeper
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.models import Person
from marketplace.organisations.operations.invitations import Newcomer, invite
from tests.support.world import World

SOMEBODY = Recipient(1, "收件人（示例）", "p@sample.example", "zh_Hans_CN")


def part(world: World, key: str, name: str) -> str:
    page = world.browser(key).get("/workbench").get_data(as_text=True)
    return page[page.index(f'id="{name}"') :].split("</section>")[0]


def failed_mail(world: World, key: str, seal: str | None = None) -> None:
    with world.uow() as uow:
        if seal:
            close_seal(uow.session, seal)
        enqueue(uow, kind="trial", dedupe_key=key, recipients=[SOMEBODY], context={}, seal_key=seal)
        uow.session.flush()
        mail = uow.session.query(OutboxMail).filter_by(dedupe_key=f"{key}:1").one()
        mail.state = MailState.FAILED


def test_failed_mails_wait_for_the_system_administrator(sqlite_world: World) -> None:
    failed_mail(sqlite_world, "sealed", "topic:7")
    assert "投递失败" not in part(sqlite_world, "sysadmin", "todo")
    failed_mail(sqlite_world, "open")
    todo = part(sqlite_world, "sysadmin", "todo")
    assert "有1封邮件投递失败" in todo
    assert 'href="/outbox?state=failed"' in todo
    assert "投递失败" not in part(sqlite_world, "secadmin", "todo")


def test_what_the_jobs_could_not_do_is_shown_unless_sealed(sqlite_world: World) -> None:
    world = sqlite_world
    page = world.browser("sysadmin").get("/manage/system").text
    assert "未运行" in page
    assert "定时任务没有未办成的事项" in page
    with world.uow() as uow:
        note(uow, "remind-unsubmitted-bids", 4711, "KeyError", sealed=True)
    assert world.browser("sysadmin").get("/manage/system").text.count("KeyError") == 0
    assert "没有办成" not in part(world, "sysadmin", "todo")
    with world.uow() as uow:
        note(uow, "expire-invitations", 4712, "ValueError")
    assert LeaseKeeper(world.engine, world.clock, 30).keep()
    page = world.browser("sysadmin").get("/manage/system").text
    for text in ("邀请过期", "ValueError", "运行中"):
        assert text in page
    assert "4712" not in page
    assert "定时任务有1件事项没有办成" in part(world, "sysadmin", "todo")


@pytest.mark.parametrize("key", ["secadmin", "auditadmin", "auditor", "officer", "hangzhou_head"])
def test_the_system_page_is_the_system_administrators(sqlite_world: World, key: str) -> None:
    assert sqlite_world.browser(key).get("/manage/system").status_code == 403


def test_an_invitation_runs_and_then_waits_for_the_security_administrator(sqlite_world: World) -> None:
    world = sqlite_world
    with world.uow("secadmin") as uow:
        unit = uow.session.get_one(Person, world.people["officer"]).appointments[0].organisation_id
        invite(uow, Newcomer("新来者（示例）", "new@sample.example", ((unit, Role.OFFICER),)))
    assert "新来者（示例）" in part(world, "secadmin", "ongoing")
    assert "新来者（示例）" not in part(world, "secadmin", "todo")
    done = part(world, "secadmin", "done")
    assert "邀请人员" in done
    assert "新来者（示例）" in done
    assert "登录" not in done, "signing in is no deed"
    world.clock.forward(days=8)
    assert "新来者（示例）" in part(world, "secadmin", "todo")
    assert "新来者（示例）" not in part(world, "secadmin", "ongoing")
    assert "新来者（示例）" not in part(world, "sysadmin", "todo")


@pytest.mark.parametrize(
    ("key", "start"),
    [
        ("sysadmin", "/manage/system"),
        ("secadmin", "/manage/people"),
        ("auditadmin", "/audit/chain"),
        ("hangzhou_clerk", "/topics"),
    ],
)
def test_whom_nothing_waits_for_learns_where_to_go(sqlite_world: World, key: str, start: str) -> None:
    assert f'class="btn btn-secondary" href="{start}"' in part(sqlite_world, key, "todo")
