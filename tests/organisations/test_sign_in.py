"""Signing in: right and wrong passwords, locks, unknown accounts, the cast, and where one lands."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.audit.models import AuditRow
from marketplace.organisations.models import Person, PersonState, SignInLock, SignInSession
from marketplace.organisations.passwords import hash_password
from tests.support.world import Browser, World

PASSWORD = "correct horse battery"
CLERK = "hangzhou.clerk@sample.example"
NOBODY = "nobody99.clerk@sample.example"


@pytest.fixture(autouse=True)
def known_password(request: pytest.FixtureRequest) -> None:
    """The clerk of Hangzhou has a password."""
    name = "world" if "world" in request.fixturenames else "sqlite_world"
    world: World = request.getfixturevalue(name)
    with world.uow() as uow:
        person = uow.session.get_one(Person, world.people["hangzhou_clerk"])
        person.password_hash = hash_password(PASSWORD, world.runtime.settings.argon2_memory_kib)


def enter(
    world: World, email: str = CLERK, password: str = PASSWORD, browser: Browser | None = None, **more: str
) -> TestResponse:
    browser = browser or world.browser()
    browser.get("/sign-in")
    return browser.post("/sign-in", {"email": email, "password": password, **more})


def labels(world: World) -> list[str]:
    with world.reading() as session:
        return list(
            session.scalars(select(AuditRow.label).where(AuditRow.label.like("%登录%")).order_by(AuditRow.id))
        )


def test_the_right_password_opens_a_session_on_the_server(world: World) -> None:
    browser = world.browser()
    response = enter(world, " Hangzhou.Clerk@SAMPLE.example ", browser=browser)
    assert (response.status_code, response.location) == (302, "/workbench")
    assert browser.get("/account/sessions").status_code == 200
    with world.reading() as session:
        record = session.scalars(select(SignInSession)).one()
        row = session.scalars(select(AuditRow)).one()
    assert record.person_id == world.people["hangzhou_clerk"]
    assert record.idle_minutes == 30
    assert (row.label, row.person_id, row.details["how"]) == ("登录", record.person_id, "password")
    assert row.address == "127.0.0.1"


def test_unknown_account_wrong_password_and_deactivated_account_look_the_same(world: World) -> None:
    with world.uow() as uow:
        uow.session.get_one(Person, world.people["ningbo_clerk"]).state = PersonState.DEACTIVATED
    emails = [CLERK, NOBODY, "ningbo.clerk@sample.example", "wenzhou.clerk@sample.example"]
    answers = [enter(world, email, "wrong password") for email in emails]
    bodies = {_without_what_was_typed(a, e) for a, e in zip(answers, emails, strict=True)}
    assert {answer.status_code for answer in answers} == {422}
    assert len(bodies) == 1
    assert "邮箱或密码不正确" in bodies.pop()
    assert labels(world) == ["登录失败"] * 4


def _without_what_was_typed(response: TestResponse, email: str) -> str:
    text = response.get_data(as_text=True).replace(email, "")
    return re.sub(r'name="csrf_token"[^>]*>', "", text)


def test_an_unknown_account_costs_the_same_hashing(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time is compared by the work done: one verification whether the account exists or not."""
    from marketplace.organisations import passwords

    seen: list[int] = []
    real = passwords._hasher(64)

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            seen.append(1)
            return real.verify(stored, password)

        hash = staticmethod(real.hash)

    monkeypatch.setattr(passwords, "_hasher", lambda _kib: Counting())
    counts = []
    for email in (CLERK, NOBODY):
        seen.clear()
        assert enter(sqlite_world, email, "wrong password").status_code == 422
        counts.append(len(seen))
    assert counts == [1, 1]


@pytest.mark.parametrize("email", [CLERK, NOBODY])
def test_five_wrong_tries_lock_known_and_unknown_accounts_alike(world: World, email: str) -> None:
    codes = [enter(world, email, f"wrong password {n}").status_code for n in range(5)]
    assert codes == [422, 422, 422, 422, 429]
    locked = enter(world, email, PASSWORD)
    assert locked.status_code == 429
    assert "请20分钟后再试" in locked.get_data(as_text=True) or "请21分钟后再试" in locked.get_data(
        as_text=True
    )
    assert labels(world)[-2:] == ["多次登录失败，暂停登录", "登录失败：已暂停登录"]
    world.clock.forward(minutes=20, seconds=1)
    assert enter(world, email, PASSWORD).status_code == (302 if email == CLERK else 422)


def test_wrong_tries_far_apart_do_not_lock(sqlite_world: World) -> None:
    for _ in range(6):
        assert enter(sqlite_world, password="wrong password").status_code == 422
        sqlite_world.clock.forward(minutes=4)
    assert enter(sqlite_world).status_code == 302


def test_a_success_begins_the_count_anew(sqlite_world: World) -> None:
    for _ in range(2):
        for _ in range(4):
            assert enter(sqlite_world, password="wrong password").status_code == 422
        assert enter(sqlite_world).status_code == 302


def test_many_wrong_tries_from_one_address_lock_the_address(world: World) -> None:
    codes = [enter(world, f"guess{n}@sample.example", "wrong password").status_code for n in range(20)]
    assert set(codes[:19]) == {422}
    assert codes[19] == 429
    assert enter(world).status_code == 429


def test_a_correct_password_proven_before_the_lock_does_not_pass_it(sqlite_world: World) -> None:
    """The lock is asked again where it counts: inside the writing transaction."""
    from marketplace.organisations.credentials import prove
    from marketplace.organisations.operations.sign_in import sign_in

    parts = sqlite_world.runtime
    proof = prove(parts.engine, parts.settings, CLERK, PASSWORD)
    wrong = prove(parts.engine, parts.settings, CLERK, "wrong password")
    for _ in range(5):
        sqlite_world.do(None, sign_in, wrong)
    assert sqlite_world.do(None, sign_in, proof).token is None


def test_a_password_changed_meanwhile_does_not_pass(sqlite_world: World) -> None:
    from marketplace.organisations.credentials import prove
    from marketplace.organisations.operations.sign_in import sign_in

    parts = sqlite_world.runtime
    proof = prove(parts.engine, parts.settings, CLERK, PASSWORD)
    with sqlite_world.uow() as uow:
        uow.session.get_one(Person, sqlite_world.people["hangzhou_clerk"]).password_hash = "another"
    assert sqlite_world.do(None, sign_in, proof).token is None


def test_hashing_does_not_hold_the_write_lock(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from marketplace.organisations import credentials

    real: Callable[[str | None, str, int], bool] = credentials.verify_password

    def write_meanwhile(stored: str | None, password: str, memory: int) -> bool:
        with sqlite_world.uow() as uow:
            uow.session.get_one(Person, sqlite_world.people["officer"]).title = "written meanwhile"
        return real(stored, password, memory)

    monkeypatch.setattr(credentials, "verify_password", write_meanwhile)
    browser = sqlite_world.browser()
    assert enter(sqlite_world, browser=browser).status_code == 302
    assert enter(sqlite_world, browser=browser).status_code == 302


@pytest.mark.parametrize(
    "wish",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
    ],
)
def test_sign_in_leads_nowhere_else(sqlite_world: World, wish: str) -> None:
    assert enter(sqlite_world, next=wish).location == "/workbench"


def test_the_summary_of_a_wrong_password_change_follows_the_page(sqlite_world: World) -> None:
    page = sqlite_world.browser("officer").post("/account/password", {}).text
    assert page.index("请填写原密码") < page.index("请填写新密码")


def test_sign_in_leads_where_one_wanted(sqlite_world: World) -> None:
    browser = sqlite_world.browser()
    asked = browser.get("/account/sessions?x=1")
    assert asked.location == "/sign-in?next=/account/sessions?x%3D1"
    page = browser.get(asked.location).get_data(as_text=True)
    assert 'value="/account/sessions?x=1"' in page
    assert "登录后回到您要打开的页面" in page
    assert "登录后回到您要打开的页面" not in browser.get("/sign-in").text
    assert (
        enter(sqlite_world, browser=browser, next="/account/sessions?x=1").location == "/account/sessions?x=1"
    )


def test_a_new_session_replaces_token_and_csrf_token(sqlite_world: World) -> None:
    browser = sqlite_world.browser()
    browser.get("/sign-in")
    before = browser.token
    enter(sqlite_world, browser=browser)
    with browser.client.session_transaction() as cookie:
        first = cookie["_user_id"]
    enter(sqlite_world, browser=browser)
    with browser.client.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    browser.get("/sign-in")
    assert browser.token != before
    with sqlite_world.reading() as session:
        ended = session.scalars(select(SignInSession).where(SignInSession.ended_at.is_not(None))).all()
    assert len(ended) == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"email": CLERK},
        {"password": "x"},
        {"email": "x" * 300, "password": "y"},
        {"email": CLERK, "password": "y" * 200},
    ],
)
def test_bad_input_is_answered_with_the_form(sqlite_world: World, data: dict[str, str]) -> None:
    browser = sqlite_world.browser()
    browser.get("/sign-in")
    response = browser.post("/sign-in", data)
    assert response.status_code == 422
    assert "y" * 200 not in response.get_data(as_text=True)


def test_a_post_without_csrf_token_is_refused(sqlite_world: World) -> None:
    response = sqlite_world.app.test_client().post("/sign-in", data={"email": CLERK, "password": PASSWORD})
    assert response.status_code == 400


def test_sign_out_ends_the_session_on_the_server(world: World) -> None:
    browser = world.browser()
    enter(world, browser=browser)
    with browser.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    browser.get("/account/sessions")
    assert browser.post("/sign-out").status_code == 302
    with browser.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert browser.get("/account/sessions").status_code == 302
    assert labels(world) == ["登录", "退出登录"]


def in_demo(world: World, password: str | None = None) -> World:
    parts = world.runtime
    parts.settings = replace(parts.settings, demo=True, demo_password=password)
    return world


def test_a_demonstration_offers_the_cast_in_its_parts(sqlite_world: World) -> None:
    page = in_demo(sqlite_world).browser().get("/sign-in").get_data(as_text=True)
    heads = re.findall(r"<h3>(.*?)</h3>", page)
    assert heads == ["省局", "市县", "直属单位", "专家", "监督与管理"]
    assert page.count('class="cast-button"') == len(sqlite_world.people)


def test_one_click_steps_into_a_part(world: World) -> None:
    browser = in_demo(world).browser()
    browser.get("/sign-in")
    response = browser.post("/sign-in/demo", {"person_id": str(world.people["approver"])})
    assert response.status_code == 302
    assert "省局审定（示例）" in browser.get("/account/sessions").get_data(as_text=True)


def test_nobody_steps_in_outside_a_demonstration(sqlite_world: World) -> None:
    browser = sqlite_world.browser()
    assert "cast-button" not in browser.get("/sign-in").get_data(as_text=True)
    assert (
        browser.post("/sign-in/demo", {"person_id": str(sqlite_world.people["approver"])}).status_code == 403
    )
    with sqlite_world.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInSession)) == 0


@pytest.mark.parametrize("person_id", ["", "x", "9" * 30, "-1", "٣"])
def test_stepping_into_nobody_is_not_found(sqlite_world: World, person_id: str) -> None:
    browser = in_demo(sqlite_world).browser()
    browser.get("/sign-in")
    assert browser.post("/sign-in/demo", {"person_id": person_id}).status_code == 404


def test_only_sample_people_can_be_stepped_into(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        uow.session.get_one(Person, sqlite_world.people["approver"]).is_demo = False
    browser = in_demo(sqlite_world).browser()
    browser.get("/sign-in")
    assert (
        browser.post("/sign-in/demo", {"person_id": str(sqlite_world.people["approver"])}).status_code == 403
    )


def test_the_demo_password_fits_the_cast_and_only_in_a_demonstration(sqlite_world: World) -> None:
    assert enter(sqlite_world, "officer@sample.example", "the demo password").status_code == 422
    in_demo(sqlite_world, "the demo password")
    assert enter(sqlite_world, "officer@sample.example", "the demo password").status_code == 302
    assert enter(sqlite_world, "officer@sample.example", "another password").status_code == 422


def test_the_sign_in_page_speaks_english(sqlite_world: World) -> None:
    page = in_demo(sqlite_world).browser(language="en").get("/sign-in").get_data(as_text=True)
    assert "Sign in with your account" in page
    assert "Cities and counties" in page


def test_locks_and_counts_hold_no_address_book(sqlite_world: World) -> None:
    """What was typed as an account is kept as a hash only."""
    for _ in range(5):
        enter(sqlite_world, NOBODY, "wrong password")
    with sqlite_world.reading() as session:
        assert NOBODY not in "".join(session.scalars(select(SignInLock.counter)))


def test_wrong_tries_at_the_same_moment_are_all_counted(world: World) -> None:
    """Twelve at once, as over several processes: four are merely wrong, the fifth closes the account, the others
    find it closed."""
    from concurrent.futures import ThreadPoolExecutor

    from marketplace.organisations.credentials import prove
    from marketplace.organisations.operations.sign_in import sign_in

    parts = world.runtime
    wrong = prove(parts.engine, parts.settings, CLERK, "wrong password")
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _n: world.do(None, sign_in, wrong).locked_until, range(12)))
    assert [found.count(None), len(found)] == [4, 12]
