"""Sessions on the server: idle and absolute end, extension, ending one's own, the unit acted for, no lost text."""

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.organisations.models import Appointment, Organisation, Person, SignInSession
from marketplace.organisations.passwords import hash_password
from tests.support.world import Browser, World

PASSWORD = "correct horse battery"


def signed_in(world: World, key: str, browser: Browser | None = None) -> Browser:
    """A browser that signs in by itself, once."""
    memory = world.runtime.settings.argon2_memory_kib
    with world.uow() as uow:
        person = uow.session.get_one(Person, world.people[key])
        person.password_hash = person.password_hash or hash_password(PASSWORD, memory)
        email = person.email
    browser = browser or world.browser()
    browser.get("/sign-in")
    assert browser.post("/sign-in", {"email": email, "password": PASSWORD}).status_code == 302
    browser.get("/account/sessions")
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/account/sessions").status_code == 200


@pytest.mark.parametrize(
    ("key", "minutes"),
    [("hangzhou_clerk", 30), ("hangzhou_head", 30), ("officer", 15), ("approver", 15), ("expert1", 15), ("auditor", 15),
     ("sysadmin", 15), ("secadmin", 15), ("auditadmin", 15)],
)  # fmt: skip
def test_an_idle_session_ends_after_the_time_of_the_role(sqlite_world: World, key: str, minutes: int) -> None:
    browser = signed_in(sqlite_world, key)
    sqlite_world.clock.forward(minutes=minutes, seconds=-1)
    assert is_in(browser)
    sqlite_world.clock.forward(minutes=minutes)
    assert not is_in(browser)


def test_a_session_ends_after_twelve_hours_however_busy(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    for _ in range(36):
        sqlite_world.clock.forward(minutes=19)
        assert is_in(browser)
    sqlite_world.clock.forward(minutes=36)
    assert not is_in(browser)


def test_presence_is_noted_at_most_once_a_minute(world: World) -> None:
    browser = signed_in(world, "hangzhou_clerk")
    began = world.clock()
    world.clock.forward(seconds=59)
    is_in(browser)
    assert _last_seen(world) == began
    seen = world.clock.forward(seconds=1)
    is_in(browser)
    assert _last_seen(world) == seen


def _last_seen(world: World) -> object:
    with world.reading() as session:
        return session.scalars(select(SignInSession.last_seen_at)).one()


def test_the_page_tells_when_the_session_ends(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "officer")
    now = sqlite_world.clock.forward(minutes=5)
    page = browser.get("/account/sessions").get_data(as_text=True)
    assert f'data-session-expires="{now.replace(minute=20).isoformat()}"' in page


def test_extending_keeps_the_person_signed_in(world: World) -> None:
    browser = signed_in(world, "officer")
    now = world.clock.forward(minutes=14)
    response = browser.post("/session/extend", headers={"Accept": "application/json"})
    assert response.json == {"expires_at": now.replace(minute=29).isoformat()}
    world.clock.forward(minutes=14)
    assert is_in(browser)
    assert browser.post("/session/extend").status_code == 302


def test_extending_an_ended_session_is_refused(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "officer")
    sqlite_world.clock.forward(minutes=16)
    assert browser.post("/session/extend", headers={"Accept": "application/json"}).status_code == 401


def test_own_sessions_are_listed_and_ended(world: World) -> None:
    first, second = signed_in(world, "hangzhou_clerk"), signed_in(world, "hangzhou_clerk")
    signed_in(world, "officer")
    page = first.get("/account/sessions").get_data(as_text=True)
    assert page.count("<tr>") == 3
    other = re.findall(r"/account/sessions/(\d+)/end\"", page)
    assert len(other) == 1
    assert first.post(f"/account/sessions/{other[0]}/end").status_code == 302
    assert is_in(first)
    assert not is_in(second)
    assert first.post(f"/account/sessions/{other[0]}/end").status_code == 404


def test_nobody_ends_the_session_of_another(sqlite_world: World) -> None:
    mine, theirs = signed_in(sqlite_world, "hangzhou_clerk"), signed_in(sqlite_world, "officer")
    with sqlite_world.reading() as session:
        query = select(SignInSession.id).where(SignInSession.person_id == sqlite_world.people["officer"])
        their_id = session.scalars(query).one()
    assert mine.post(f"/account/sessions/{their_id}/end").status_code == 404
    assert is_in(theirs)


def test_all_other_sessions_end_at_once(sqlite_world: World) -> None:
    mine, others = signed_in(sqlite_world, "officer"), [signed_in(sqlite_world, "officer") for _ in range(3)]
    assert mine.post("/account/sessions/end-others").status_code == 302
    assert is_in(mine)
    assert not any(is_in(other) for other in others)


def test_the_page_costs_the_same_with_many_sessions(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "officer")
    with sqlite_world.statements() as few:
        browser.get("/account/sessions")
    for _ in range(10):
        signed_in(sqlite_world, "officer")
    with sqlite_world.statements() as many:
        browser.get("/account/sessions")
    assert len(few) == len(many) <= 3


def two_units(world: World) -> tuple[int, int]:
    """The clerk of Hangzhou also acts for Anji."""
    with world.uow() as uow:
        units = dict(uow.session.execute(select(Organisation.code, Organisation.id)).all())
        uow.session.add(
            Appointment(
                person_id=world.people["hangzhou_clerk"],
                organisation_id=units["330523"],
                role="clerk",
                since=uow.now,
            )
        )
    return units["330100"], units["330523"]


def test_one_person_chooses_which_unit_to_act_for(world: World) -> None:
    hangzhou, anji = two_units(world)
    browser = signed_in(world, "hangzhou_clerk")
    page = browser.get("/act-as").get_data(as_text=True)
    assert "杭州市机关事务管理局" in page
    assert f'value="{anji}"' in page
    assert f'value="{hangzhou}"' not in page
    assert browser.post("/act-as", {"organisation_id": str(anji)}).status_code == 302
    assert 'user-menu-unit">安吉县' in browser.get("/act-as").get_data(as_text=True)
    with world.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "ActingChosen")).one()
    assert row.details["organisation_name"].startswith("安吉县")


@pytest.mark.parametrize("value", ["", "x", "-1", "99999999", "9" * 40])
def test_nobody_acts_for_a_foreign_unit(sqlite_world: World, value: str) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    assert browser.post("/act-as", {"organisation_id": value}).status_code == 404


def test_a_unit_one_was_removed_from_is_no_choice(sqlite_world: World) -> None:
    _, anji = two_units(sqlite_world)
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    browser.post("/act-as", {"organisation_id": str(anji)})
    with sqlite_world.uow() as uow:
        for post in uow.session.scalars(select(Appointment).where(Appointment.organisation_id == anji)):
            post.ended_at = uow.now
    assert 'user-menu-unit">杭州市' in browser.get("/account/sessions").get_data(as_text=True)


def hidden_fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def expired_post(world: World, browser: Browser, **fields: str) -> str:
    """Submits something after the session has ended; answers the page that asks to sign in again."""
    world.clock.forward(minutes=31)
    response = browser.post("/act-as?from=form", fields)
    assert response.status_code == 401
    return response.get_data(as_text=True)


TEXT = '第一行 <b>不丢</b>\n第二行 "引号" & 符号'


def test_text_typed_before_the_end_is_not_lost(world: World) -> None:
    """Sign in again on the page that comes, and the very same fields can be submitted."""
    hangzhou, anji = two_units(world)
    browser = signed_in(world, "hangzhou_clerk")
    page = expired_post(world, browser, organisation_id=str(anji), summary=TEXT, current_password="secret")
    assert "<b>不丢</b>" not in page
    fields = hidden_fields(page)
    assert fields["kept-summary"] == TEXT
    assert "secret" not in page
    email = "hangzhou.clerk@sample.example"
    wrong = browser.post(
        "/sign-in",
        {**fields, "email": email, "password": "wrong password", "csrf_token": fields["csrf_token"]},
    )
    assert wrong.status_code == 422
    assert hidden_fields(wrong.get_data(as_text=True))["kept-summary"] == TEXT
    resumed = browser.post("/sign-in", {**fields, "email": email, "password": PASSWORD})
    assert resumed.status_code == 200
    text = resumed.get_data(as_text=True)
    again = hidden_fields(text)
    assert again["summary"] == TEXT
    assert 'action="/act-as?from=form"' in text
    assert browser.client.post("/act-as?from=form", data=again).status_code == 302
    assert 'user-menu-unit">安吉县' in browser.get("/act-as").get_data(as_text=True)


def test_another_person_does_not_get_the_text(sqlite_world: World) -> None:
    signed_in(sqlite_world, "ningbo_clerk")
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    fields = hidden_fields(expired_post(sqlite_world, browser, summary=TEXT))
    response = browser.post(
        "/sign-in", {**fields, "email": "ningbo.clerk@sample.example", "password": PASSWORD}
    )
    assert response.status_code == 302
    assert "不是同一人" in browser.get("/account/sessions").get_data(as_text=True)


def test_another_site_cannot_plant_text(sqlite_world: World) -> None:
    """Without a valid CSRF token nothing is taken up, and a forged seal is worth nothing."""
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    sqlite_world.clock.forward(minutes=31)
    response = browser.client.post("/act-as", data={"organisation_id": "1", "csrf_token": "forged"})
    assert (response.status_code, response.location) == (302, "/sign-in")
    browser.get("/sign-in")
    forged = {
        "kept_seal": "WzEsIi9hY3QtYXMiXQ.x.y",
        "kept-summary": TEXT,
        "email": "hangzhou.clerk@sample.example",
    }
    assert browser.post("/sign-in", {**forged, "password": PASSWORD}).status_code == 302


def test_a_visitor_who_posts_is_sent_to_sign_in(sqlite_world: World) -> None:
    browser = sqlite_world.browser()
    browser.get("/sign-in")
    assert browser.post("/act-as", {"organisation_id": "1"}).location == "/sign-in"


def test_pages_still_open_work_after_signing_in_again(sqlite_world: World) -> None:
    """The same person signs in again in another tab: the first tab's form is still good."""
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    before = browser.token
    sqlite_world.clock.forward(minutes=31)
    signed_in(sqlite_world, "hangzhou_clerk", browser)
    response = browser.client.post("/account/sessions/end-others", data={"csrf_token": before})
    assert response.status_code == 302


def test_settings_decide_the_limits(sqlite_world: World) -> None:
    parts = sqlite_world.runtime
    parts.settings = replace(parts.settings, idle_minutes=5)
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    sqlite_world.clock.forward(minutes=5)
    assert not is_in(browser)


def test_everybody_chooses_the_language_of_the_mails(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    assert browser.post("/account/language", {"locale": "xx"}).status_code == 404
    assert browser.post("/account/language", {"locale": "en"}).status_code == 302
    assert "My sessions" in browser.get("/account/sessions").get_data(as_text=True)
    with sqlite_world.reading() as session:
        assert session.get_one(Person, sqlite_world.people["hangzhou_clerk"]).locale == "en"


def test_the_account_page_says_who_one_is_and_where_to_change_it(world: World) -> None:
    hangzhou, anji = two_units(world)
    browser = signed_in(world, "hangzhou_clerk")
    page = browser.get("/account").get_data(as_text=True)
    with world.reading() as session:
        person = session.get_one(Person, world.people["hangzhou_clerk"])
        assert person.name in page
        assert person.email in page
    assert "杭州市机关事务管理局" in page
    assert f'value="{anji}"' in page
    assert f'value="{hangzhou}"' not in page, "the unit acted for is marked, not offered"
    assert "目前在1处登录" in page
    assert {"/account/password", "/account/sessions"} <= set(re.findall(r'href="([^"]+)"', page))


def test_choosing_a_unit_on_the_account_page_leads_back_to_it(sqlite_world: World) -> None:
    _, anji = two_units(sqlite_world)
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    fields = hidden_fields(browser.get("/account").get_data(as_text=True))
    answer = browser.post("/act-as", {"organisation_id": str(anji), "next": fields["next"]})
    assert answer.location == "/account"
    assert 'user-menu-unit">安吉县' in browser.get("/account").get_data(as_text=True)


def test_every_page_leads_to_the_account_and_it_costs_the_same_with_many_sessions(
    sqlite_world: World,
) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    assert 'href="/account"' in browser.get("/workbench").get_data(as_text=True)
    with sqlite_world.statements() as few:
        browser.get("/account")
    for _ in range(12):
        signed_in(sqlite_world, "hangzhou_clerk")
    with sqlite_world.statements() as many:
        browser.get("/account")
    assert len(many) == len(few)


def test_somebody_without_a_post_reads_whom_to_ask(sqlite_world: World) -> None:
    browser = signed_in(sqlite_world, "hangzhou_clerk")
    with sqlite_world.uow() as uow:
        for post in uow.session.scalars(
            select(Appointment).where(Appointment.person_id == sqlite_world.people["hangzhou_clerk"])
        ):
            post.ended_at = uow.now
    assert "您目前没有任职" in browser.get("/account").get_data(as_text=True)


def test_a_visitor_has_no_account_page(sqlite_world: World) -> None:
    assert sqlite_world.browser().get("/account").status_code in (302, 401)
