"""Changing and resetting passwords, invitations accepted once, the guard against sample accounts."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.application import create_app
from marketplace.audit.models import AuditRow
from marketplace.config import BadSettings, Settings
from marketplace.core.actor import Role
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import OneTimeToken, Organisation, Person, PersonState, UsedPassword
from marketplace.organisations.operations import invitations
from marketplace.organisations.operations.invitations import Newcomer
from marketplace.organisations.passwords import weakness
from tests.organisations.test_sessions import PASSWORD, is_in, signed_in
from tests.support.world import Browser, World

CLERK = "hangzhou.clerk@sample.example"
FRESH = "another fine sentence"


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("ninechars", False),
        ("tenchars!!x", True),
        ("我的口令是一句很长的话", True),
        ("1234567890", False),
        ("9876543210", False),
        ("aaaaaaaaaaaa", False),
        ("Password2026!", False),
        ("qwertyuiop123", False),
        ("zhang.clerk@office.example", False),
        ("zhang.clerk1", False),
        ("张三丰张三丰2026", True),
        ("x" * 129, False),
        ("correct horse battery", True),
    ],
)
def test_the_rules_for_a_password(password: str, accepted: bool) -> None:
    assert (weakness(password, "张三", "zhang.clerk@office.example") is None) is accepted


def change(
    browser: Browser, current: str = PASSWORD, password: str = FRESH, repeat: str | None = None
) -> TestResponse:
    browser.get("/account/password")
    data = {"current": current, "password": password, "repeat": password if repeat is None else repeat}
    return browser.post("/account/password", data)


def mails(world: World, kind: str) -> list[OutboxMail]:
    with world.reading() as session:
        return list(
            session.scalars(select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.created_at))
        )


def test_a_changed_password_ends_all_other_sessions_and_is_told_by_mail(world: World) -> None:
    mine, other = signed_in(world, "hangzhou_clerk"), signed_in(world, "hangzhou_clerk")
    with mine.client.session_transaction() as cookie:
        before = cookie["_user_id"]
    assert change(mine).status_code == 302
    assert is_in(mine)
    assert not is_in(other)
    with mine.client.session_transaction() as cookie:
        assert cookie["_user_id"] != before
    assert [mail.to_address for mail in mails(world, "password_changed")] == [CLERK]
    fresh = world.browser()
    fresh.get("/sign-in")
    assert fresh.post("/sign-in", {"email": CLERK, "password": PASSWORD}).status_code == 422
    assert fresh.post("/sign-in", {"email": CLERK, "password": FRESH}).status_code == 302


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"current": "wrong password"}, "原密码不正确"),
        ({"password": "short"}, "密码至少10个字符"),
        ({"password": PASSWORD}, "不能与最近使用过的5个密码相同"),
        ({"repeat": "something else"}, "两次输入的密码不一致"),
        ({"password": ""}, "请填写新密码"),
        ({"password": "x" * 200}, "密码最多128个字符"),
    ],
)
def test_a_refused_change_says_why_and_changes_nothing(
    sqlite_world: World, data: dict[str, str], told: str
) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    response = change(browser, **data)
    assert response.status_code == 422
    assert told in response.get_data(as_text=True)
    assert change(browser).status_code == 302


def test_the_last_five_passwords_do_not_come_back(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    used = [f"sentence number {n} here" for n in range(6)]
    for before, after in zip([PASSWORD, *used], used, strict=False):
        assert change(browser, before, after).status_code == 302
    assert change(browser, used[5], used[1]).status_code == 422
    assert change(browser, used[5], used[0]).status_code == 302


def test_guessing_the_present_password_locks_the_account(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    for n in range(5):
        assert change(browser, f"wrong password {n}").status_code == 422
    assert change(browser).status_code == 422
    fresh = sqlite_world.browser()
    fresh.get("/sign-in")
    assert fresh.post("/sign-in", {"email": CLERK, "password": PASSWORD}).status_code == 429


def test_whoever_must_change_the_password_gets_nowhere_else(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    with sqlite_world.uow() as uow:
        uow.session.get_one(Person, sqlite_world.people["hangzhou_clerk"]).must_change_password = True
    assert browser.get("/act-as").location == "/account/password"
    assert browser.post("/act-as", {"organisation_id": "1"}).location == "/account/password"
    assert "需要更换" in browser.get("/account/password").get_data(as_text=True)
    assert change(browser).status_code == 302
    assert browser.get("/act-as").status_code == 200


@pytest.mark.parametrize(("days", "must"), [(0, False), (90, True), (92, False)])
def test_passwords_grow_old_only_where_the_setting_says_so(
    sqlite_world: World, days: int, must: bool
) -> None:
    change(signed_in(sqlite_world, "hangzhou_clerk"))
    parts = sqlite_world.runtime
    parts.settings = replace(parts.settings, password_days=days)
    sqlite_world.clock.forward(days=91)
    browser = sqlite_world.browser()
    browser.get("/sign-in")
    assert browser.post("/sign-in", {"email": CLERK, "password": FRESH}).status_code == 302
    assert (browser.get("/act-as").location == "/account/password") is must


def ask(world: World, email: str) -> TestResponse:
    browser = world.browser()
    browser.get("/password/forgotten")
    return browser.post("/password/forgotten", {"email": email})


def link_in(mail: OutboxMail) -> str:
    found = re.search(r"https?://\S+", mail.text_body)
    assert found is not None
    return urlsplit(found.group()).path


def test_a_reset_link_works_once(world: World) -> None:
    other = signed_in(world, "hangzhou_clerk")
    assert ask(world, " Hangzhou.Clerk@sample.example").status_code == 302
    link = link_in(mails(world, "password_reset")[0])
    browser = world.browser()
    for _ in range(2):
        assert browser.get(link).status_code == 200
    assert browser.post(link, {"password": "short", "repeat": "short"}).status_code == 422
    assert browser.post(link, {"password": FRESH, "repeat": FRESH}).location == "/sign-in"
    assert not is_in(other)
    assert browser.get(link).status_code == 404
    assert browser.post(link, {"password": FRESH, "repeat": FRESH}).status_code == 404
    assert browser.post("/sign-in", {"email": CLERK, "password": FRESH}).status_code == 302
    with world.reading() as session:
        assert link.rsplit("/")[-1] not in "".join(
            str(row.details) for row in session.scalars(select(AuditRow))
        )
        assert link.rsplit("/")[-1] not in "".join(session.scalars(select(OneTimeToken.token_sha256)))


def test_asking_for_a_reset_tells_nothing(world: World) -> None:
    with world.uow() as uow:
        uow.session.get_one(Person, world.people["ningbo_clerk"]).state = PersonState.DEACTIVATED
    answers = [
        ask(world, email) for email in (CLERK, "nobody99.clerk@sample.example", "ningbo.clerk@sample.example")
    ]
    assert {(a.status_code, a.location, a.get_data()) for a in answers} == {
        (302, "/sign-in", answers[0].get_data())
    }
    assert [mail.to_address for mail in mails(world, "password_reset")] == [CLERK]


def test_only_three_links_an_hour_and_only_the_last_works(sqlite_world: World) -> None:
    for _ in range(5):
        assert ask(sqlite_world, CLERK).status_code == 302
        sqlite_world.clock.forward(seconds=1)
    sent = mails(sqlite_world, "password_reset")
    assert len(sent) == 3
    browser = sqlite_world.browser()
    assert [browser.get(link_in(mail)).status_code for mail in sent] == [404, 404, 200]


def test_a_reset_link_expires(sqlite_world: World) -> None:
    ask(sqlite_world, CLERK)
    link = link_in(mails(sqlite_world, "password_reset")[0])
    sqlite_world.clock.forward(hours=2)
    assert sqlite_world.browser().get(link).status_code == 404


def test_a_reset_unlocks_the_account(sqlite_world: World) -> None:
    ask(sqlite_world, CLERK)
    assert sqlite_world.browser().get("/password/reset/" + "x" * 43).status_code == 404


def invite(
    world: World, role: Role = Role.CLERK, code: str = "330100", email: str = "new.person@sample.example"
) -> str:
    with world.uow("secadmin") as uow:
        unit = uow.session.scalars(select(Organisation.id).where(Organisation.code == code)).one()
        person, _ = invitations.invite(uow, Newcomer("新人（示例）", email, ((unit, role),)))
    return link_in(mails(world, "invitation")[-1]) if person else ""


def test_an_invitation_opens_the_account_once(world: World) -> None:
    link = invite(world)
    mail = mails(world, "invitation")[0]
    assert "杭州市机关事务管理局：填报" in mail.text_body
    browser = world.browser()
    assert (
        browser.post("/sign-in", {"email": "new.person@sample.example", "password": FRESH}).status_code == 422
    )
    assert "new.person@sample.example" in browser.get(link).get_data(as_text=True)
    assert browser.get(link).status_code == 200
    assert browser.post(link, {"password": FRESH, "repeat": FRESH}).location == "/sign-in"
    assert browser.post(link, {"password": FRESH, "repeat": FRESH}).status_code == 404
    assert browser.get(link).status_code == 404
    assert (
        browser.post("/sign-in", {"email": "new.person@sample.example", "password": FRESH}).status_code == 302
    )
    with world.reading() as session:
        person = session.scalars(select(Person).where(Person.email == "new.person@sample.example")).one()
        assert person.state == PersonState.ACTIVE
        assert session.scalars(select(UsedPassword.person_id)).all() == [person.id]


def test_an_invitation_expires_after_seven_days(world: World) -> None:
    link = invite(world)
    world.clock.forward(days=7, seconds=-1)
    assert world.browser().get(link).status_code == 200
    assert world.do(None, invitations.expire_invitations) == 0
    world.clock.forward(seconds=1)
    assert world.browser().get(link).status_code == 404
    assert world.do(None, invitations.expire_invitations) == 1
    assert world.do(None, invitations.expire_invitations) == 0


def test_a_new_invitation_ends_the_earlier_link(sqlite_world: World) -> None:
    first = invite(sqlite_world)
    sqlite_world.clock.forward(seconds=1)
    with sqlite_world.uow("secadmin") as uow:
        person = uow.session.scalars(select(Person).where(Person.email == "new.person@sample.example")).one()
        invitations.invite_again(uow, person)
    second = link_in(mails(sqlite_world, "invitation")[1])
    browser = sqlite_world.browser()
    assert browser.get(first).status_code == 404
    assert browser.get(second).status_code == 200


def test_a_cancelled_invitation_is_void(sqlite_world: World) -> None:
    link = invite(sqlite_world)
    with sqlite_world.uow("secadmin") as uow:
        person = uow.session.scalars(select(Person).where(Person.email == "new.person@sample.example")).one()
        invitations.cancel(uow, person)
    assert sqlite_world.browser().get(link).status_code == 404


def test_production_does_not_start_with_sample_accounts(sqlite_world: World, tmp_path: Path) -> None:
    settings = Settings(sqlite_world.runtime.settings.database_url, tmp_path, "s" * 40)
    with pytest.raises(BadSettings, match="active sample accounts"):
        create_app(settings)
    assert create_app(replace(settings, demo=True)) is not None
    with sqlite_world.uow() as uow:
        for person in uow.session.scalars(select(Person)):
            person.state = PersonState.DEACTIVATED
    assert create_app(settings) is not None


def test_an_empty_database_does_not_stop_the_start(tmp_path: Path) -> None:
    assert create_app(Settings(f"sqlite:///{tmp_path / 'new.db'}", tmp_path, "s" * 40)) is not None
