"""The outbox: a mailbox in the demonstration, a list of deliveries in production; who is not the recipient of a sealed
mail never learns of it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.audit.seals import close_seal, open_seal
from marketplace.core.actor import ANONYMOUS
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.operations import enqueue
from marketplace.notifications.policy import may_read_letter, may_read_outbox, may_retry
from marketplace.notifications.recipients import Recipient
from tests.support.world import World

SEAL = "topic:7"
OTHERS = ("officer", "approver", "auditor", "secadmin", "auditadmin", "hangzhou_clerk", "expert1")


def use_demo(world: World, demo: bool) -> World:
    parts = world.runtime
    parts.settings = replace(parts.settings, demo=demo)
    return world


@pytest.fixture
def demo(sqlite_world: World) -> World:
    return use_demo(sqlite_world, True)


@pytest.fixture
def production(sqlite_world: World) -> World:
    return use_demo(sqlite_world, False)


def put(
    world: World, key: str, to: str, seal: str | None = None, state: MailState = MailState.WAITING
) -> int:
    person = Recipient(world.people[to], to, f"{to}@sample.example", "zh_Hans_CN")
    with world.uow() as uow:
        if seal:
            close_seal(uow.session, seal)
        enqueue(uow, kind="trial", dedupe_key=key, recipients=[person], context={}, seal_key=seal)
        mail = uow.session.scalars(
            select(OutboxMail).where(OutboxMail.dedupe_key.startswith(f"{key}:"))
        ).one()
        mail.state = state
        return mail.id


def test_in_the_demonstration_everybody_reads_the_mails(demo: World) -> None:
    mail_id = put(demo, "open", "hangzhou_clerk")
    for key in ("officer", "hangzhou_head", "expert1", "sysadmin"):
        browser = demo.browser(key)
        assert "hangzhou_clerk@sample.example" in browser.get("/outbox").get_data(as_text=True)
        page = browser.get(f"/outbox/{mail_id}").get_data(as_text=True)
        assert "这是一封试发邮件" in page
        assert f'href="{demo.runtime.settings.base_url}/"' in page


def test_without_a_mail_server_the_demonstration_says_so(demo: World) -> None:
    assert "没有配置邮件服务器" in demo.browser("officer").get("/outbox").get_data(as_text=True)


def test_visitors_are_sent_to_sign_in(demo: World) -> None:
    assert demo.browser().get("/outbox").status_code == 302
    assert demo.browser().get(f"/outbox/{put(demo, 'open', 'officer')}").status_code == 302


@pytest.mark.parametrize("mode", [True, False])
def test_a_sealed_mail_exists_for_nobody_but_its_recipient(sqlite_world: World, mode: bool) -> None:
    world = use_demo(sqlite_world, mode)
    before = {key: world.browser(key).get("/outbox").get_data(as_text=True).count("<tr") for key in OTHERS}
    mail_id = put(world, "sealed", "ningbo_head", SEAL, MailState.FAILED)
    for key in (*OTHERS, "sysadmin", "ningbo_clerk"):
        browser = world.browser(key)
        page = browser.get("/outbox").get_data(as_text=True)
        assert "ningbo_head@sample.example" not in page
        assert page.count("<tr") == before.get(key, page.count("<tr"))
        assert browser.get(f"/outbox/{mail_id}").status_code in (403, 404)
        assert browser.get(f"/outbox/{mail_id}/letter").status_code in (403, 404)
        assert browser.post(f"/outbox/{mail_id}/retry").status_code in (403, 404)
    assert '全部 <span class="tab-count">0<' in " ".join(
        world.browser("sysadmin").get("/outbox").text.split()
    )


def test_its_recipient_reads_a_sealed_mail_in_the_demonstration(demo: World) -> None:
    mail_id = put(demo, "sealed", "ningbo_head", SEAL)
    browser = demo.browser("ningbo_head")
    assert str(mail_id) in browser.get("/outbox?own=1").text
    assert "这是一封试发邮件" in browser.get(f"/outbox/{mail_id}").text


def test_after_opening_the_mail_is_there(demo: World) -> None:
    mail_id = put(demo, "sealed", "ningbo_head", SEAL)
    with demo.uow() as uow:
        open_seal(uow.session, SEAL, uow.now)
    assert demo.browser("officer").get(f"/outbox/{mail_id}").status_code == 200


def test_in_production_only_the_system_administrator_sees_deliveries_and_no_text(production: World) -> None:
    mail_id = put(production, "open", "hangzhou_clerk")
    for key in OTHERS:
        assert production.browser(key).get("/outbox").status_code == 403
        assert production.browser(key).get(f"/outbox/{mail_id}").status_code == 403
        assert "发件箱" not in production.browser(key).get(f"/outbox/{mail_id}").text.split("<main")[0]
    browser = production.browser("sysadmin")
    assert "hangzhou_clerk@sample.example" in browser.get("/outbox").text
    page = browser.get(f"/outbox/{mail_id}").text
    assert "试发邮件" in page
    assert "这是一封试发邮件" not in page
    assert browser.get(f"/outbox/{mail_id}/letter").status_code == 404


def test_the_letter_is_shown_as_sent_and_can_do_nothing(demo: World) -> None:
    response = demo.browser("officer").get(f"/outbox/{put(demo, 'open', 'officer')}/letter")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert response.text.startswith("<!doctype html>")


def test_the_system_administrator_sends_a_failed_mail_again(production: World) -> None:
    mail_id = put(production, "open", "officer", state=MailState.FAILED)
    browser = production.browser("sysadmin")
    browser.get(f"/outbox/{mail_id}")
    response = browser.post(f"/outbox/{mail_id}/retry")
    assert (response.status_code, response.headers["Location"]) == (302, f"/outbox/{mail_id}")
    with production.reading() as session:
        mail = session.get_one(OutboxMail, mail_id)
        row = session.scalars(select(AuditRow).where(AuditRow.action == "MailRetried")).one()
    assert (mail.state, mail.attempts, mail.next_at) == (MailState.WAITING, 0, production.clock())
    assert (row.person_id, row.subject_id, row.details) == (production.people["sysadmin"], mail_id, {})


def test_others_do_not_send_again(demo: World) -> None:
    mail_id = put(demo, "open", "officer", state=MailState.FAILED)
    browser = demo.browser("officer")
    page = browser.get(f"/outbox/{mail_id}").text
    assert "只有系统管理员可以重新投递" in page
    assert browser.post(f"/outbox/{mail_id}/retry").status_code == 403


def test_an_unknown_mail_is_not_found(demo: World) -> None:
    assert demo.browser("officer").get("/outbox/1").status_code == 404


def test_odd_filters_are_no_filters(demo: World) -> None:
    put(demo, "open", "officer")
    for query in ("state=nonsense", "page=-1", "page=abc", "own=x", "page=99999999999999"):
        assert demo.browser("officer").get(f"/outbox?{query}").status_code == 200
    assert "officer@sample.example" not in demo.browser("officer").get("/outbox?state=sent").text


def test_the_list_costs_the_same_for_one_and_for_thirty_mails(demo: World) -> None:
    browser = demo.browser("officer")
    put(demo, "first", "officer")
    browser.get("/outbox")
    with demo.statements() as few:
        browser.get("/outbox")
    for number in range(30):
        put(demo, f"more{number}", "officer")
    with demo.statements() as many:
        browser.get("/outbox")
    assert len(few) == len(many) <= 6


def test_who_may_read_the_outbox(sqlite_world: World) -> None:
    for key in (*OTHERS, "sysadmin"):
        actor = sqlite_world.actor(key)
        assert (may_read_outbox(actor, True).allowed, may_read_outbox(actor, False).allowed) == (
            True,
            key == "sysadmin",
        )


def test_who_may_read_a_letter(sqlite_world: World) -> None:
    mail = OutboxMail(recipient_person_id=sqlite_world.people["officer"])
    assert may_read_letter(sqlite_world.actor("officer"), mail, False)
    assert may_read_letter(sqlite_world.actor("expert1"), mail, True)
    assert (
        may_read_letter(sqlite_world.actor("sysadmin"), mail, False).reason
        == "系统管理员只管投递，不查看正文"
    )


def test_when_a_mail_may_be_sent_again(sqlite_world: World) -> None:
    reasons = {
        MailState.WAITING: "",
        MailState.FAILED: "",
        MailState.HELD: "",
        MailState.SENT: "邮件已经寄出",
        MailState.SENDING: "邮件正在投递",
    }
    admin, other = sqlite_world.actor("sysadmin"), sqlite_world.actor("secadmin")
    assert {state: may_retry(admin, OutboxMail(state=state)).reason for state in MailState} == reasons
    assert {may_retry(other, OutboxMail(state=state)).reason for state in MailState} == {
        "只有系统管理员可以重新投递"
    }
    assert not may_retry(ANONYMOUS, OutboxMail(state=MailState.FAILED)), "a visitor is not the system"


def test_pages_speak_english(demo: World) -> None:
    mail_id = put(demo, "open", "officer")
    for path in ("/outbox", f"/outbox/{mail_id}"):
        assert "Outbox" in demo.browser("officer", language="en").get(path).text
