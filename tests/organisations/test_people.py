"""People administration: who reaches which page, invitations, appointments, separation of administrators."""

import re

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from marketplace.audit.models import AuditRow
from marketplace.core.actor import Role
from marketplace.core.errors import Refused
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Appointment, Organisation, Person, PersonState
from marketplace.organisations.operations import invitations
from marketplace.organisations.operations.invitations import Newcomer
from marketplace.organisations.operations.posts import add_post
from tests.support.world import World

NEWCOMER = {
    "name": "新来的（示例）",
    "email": "new.person@sample.example",
    "role": "clerk",
    "phone": "13800001234",
}


def unit(world: World, code: str) -> int:
    with world.reading() as session:
        return session.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def invite(world: World, key: str, code: str = "330100", **changes: str) -> TestResponse:
    browser = world.browser(key)
    browser.get("/manage/people/new")
    return browser.post("/manage/people", {**NEWCOMER, "organisation_id": str(unit(world, code)), **changes})


def newcomer(world: World) -> Person:
    with world.reading() as session:
        return session.scalars(select(Person).where(Person.email == NEWCOMER["email"])).one()


def test_who_reaches_the_pages_of_people(sqlite_world: World) -> None:
    clerk = f"/manage/people/{sqlite_world.people['hangzhou_clerk']}"
    pages = ("/manage/people", "/manage/people/new", "/manage/people/import", clerk, f"{clerk}/edit")
    expected = {
        "secadmin": [200] * 5, "hangzhou_head": [200] * 5, "ningbo_head": [200, 200, 200, 404, 404],
        "hangzhou_clerk": [403] * 5, "officer": [403] * 5, "approver": [403] * 5, "expert1": [403] * 5,
        "auditor": [403] * 5, "sysadmin": [403] * 5, "auditadmin": [403] * 5, None: [302] * 5,
    }  # fmt: skip
    for key, codes in expected.items():
        browser = sqlite_world.browser(key)
        assert [browser.get(page).status_code for page in pages] == codes, key


@pytest.mark.parametrize("action", ["deactivate", "reactivate", "invite", "cancel", "posts", "phone", "edit"])
def test_people_of_other_units_are_out_of_reach(sqlite_world: World, action: str) -> None:
    browser = sqlite_world.browser("ningbo_head")
    browser.get("/manage/people")
    path = f"/manage/people/{sqlite_world.people['hangzhou_clerk']}/{action}"
    assert browser.post(path, {"name": "x"}).status_code == 404
    assert sqlite_world.browser("hangzhou_clerk").client.post(path).status_code == 403


def test_a_head_sees_only_the_own_unit(sqlite_world: World) -> None:
    page = sqlite_world.browser("hangzhou_head").get("/manage/people").get_data(as_text=True)
    assert "hangzhou.clerk@" in page
    assert "ningbo.clerk@" not in page
    assert "officer@" not in page


def test_the_list_is_narrowed_and_costs_the_same(sqlite_world: World) -> None:
    browser = sqlite_world.browser("secadmin")
    browser.get("/manage/people")
    with sqlite_world.statements() as few:
        page = browser.get("/manage/people?q=杭州市机关&role=clerk&state=active").get_data(as_text=True)
    assert "hangzhou.clerk@" in page
    assert "hangzhou.head@" not in page
    with sqlite_world.statements() as many:
        browser.get("/manage/people")
    assert len(few) == len(many) <= 5
    assert "没有符合条件的人员" in browser.get("/manage/people?q=%25&role=nonsense").get_data(as_text=True)
    assert browser.get("/manage/people?page=-1&state=x").status_code == 200


def test_an_invited_person_waits_for_the_link_to_be_opened(world: World) -> None:
    assert invite(world, "secadmin", email="New.Person@SAMPLE.example ").status_code == 302
    person = newcomer(world)
    assert person.state == PersonState.INVITED
    with world.reading() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "invitation")).one()
        row = session.scalars(select(AuditRow).where(AuditRow.action == "PersonInvited")).one()
    assert mail.to_address == NEWCOMER["email"]
    assert row.person_name == "安全管理员（示例）"
    secret = re.search(r"/invitation/(\S+)", mail.text_body)
    assert secret is not None
    assert secret.group(1) not in str(row.details)


def test_a_head_invites_to_the_own_unit(sqlite_world: World) -> None:
    assert invite(sqlite_world, "hangzhou_head").status_code == 302
    refused = invite(sqlite_world, "hangzhou_head", code="330200", email="other@sample.example")
    assert refused.status_code == 422
    refused = invite(sqlite_world, "hangzhou_head", role="expert", email="other@sample.example")
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "officer@sample.example"}, "此邮箱已有账号"),
        ({"email": "no address"}, "请填写有效的邮箱"),
        ({"email": "a@b"}, "请填写有效的邮箱"),
        ({"name": ""}, "请填写姓名"),
        ({"name": "长" * 81}, "80"),
        ({"phone": "not a number"}, "请填写有效的电话号码"),
        ({"organisation_id": "99999999"}, ""),
        ({"organisation_id": ""}, "请选择单位"),
        ({"role": "king"}, ""),
    ],
)
def test_a_faulty_invitation_comes_back_with_what_was_typed(
    sqlite_world: World, changes: dict[str, str], told: str
) -> None:
    response = invite(sqlite_world, "secadmin", **changes)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert told in page
    assert "13800001234" in page or "phone" in changes


def test_a_role_that_does_not_exist_there_is_refused(sqlite_world: World) -> None:
    assert invite(sqlite_world, "secadmin", role="officer").status_code == 403
    assert invite(sqlite_world, "secadmin", code="P-C1", role="clerk").status_code == 403


def act(world: World, key: str, subject: int, action: str, **data: str) -> TestResponse:
    browser = world.browser(key)
    browser.get("/manage/people")
    return browser.post(f"/manage/people/{subject}/{action}", data)


def test_a_deactivated_person_is_out_at_once_and_can_come_back(world: World) -> None:
    clerk = world.people["ningbo_clerk"]
    browser = world.browser("ningbo_clerk")
    client = browser.client
    assert client.get("/act-as").status_code == 200
    assert act(world, "ningbo_head", clerk, "deactivate").status_code == 302
    assert client.get("/act-as").status_code == 302
    assert act(world, "ningbo_head", clerk, "deactivate").status_code == 403
    assert act(world, "secadmin", clerk, "reactivate").status_code == 302
    assert client.get("/act-as").status_code == 302
    with world.reading() as session:
        assert session.get_one(Person, clerk).state == PersonState.ACTIVE
        labels = session.scalars(select(AuditRow.label).where(AuditRow.subject_id == clerk)).all()
    assert {"停用账号", "恢复账号"} <= set(labels)


def test_a_new_role_ends_the_sessions(sqlite_world: World) -> None:
    clerk = sqlite_world.people["ningbo_clerk"]
    client = sqlite_world.browser("ningbo_clerk").client
    data = {"organisation_id": str(unit(sqlite_world, "330200")), "role": "head"}
    assert act(sqlite_world, "ningbo_head", clerk, "posts", **data).status_code == 302
    assert client.get("/act-as").status_code == 302
    assert act(sqlite_world, "ningbo_head", clerk, "posts", **data).status_code == 422


def test_an_appointment_ends_but_stays_on_record(world: World) -> None:
    clerk = world.people["jingning_clerk"]
    with world.reading() as session:
        query = select(Appointment.id).where(Appointment.person_id == clerk).order_by(Appointment.id)
        _, second = session.scalars(query).all()
    assert act(world, "secadmin", clerk, f"posts/{second}/end").status_code == 302
    assert act(world, "secadmin", clerk, f"posts/{second}/end").status_code == 404
    with world.reading() as session:
        assert session.get_one(Appointment, second).ended_at == world.clock()


def test_the_last_approver_or_head_cannot_go(sqlite_world: World) -> None:
    assert act(sqlite_world, "secadmin", sqlite_world.people["ningbo_head"], "deactivate").status_code == 403
    assert act(sqlite_world, "secadmin", sqlite_world.people["approver"], "deactivate").status_code == 302
    assert act(sqlite_world, "secadmin", sqlite_world.people["approver2"], "deactivate").status_code == 403
    page = sqlite_world.browser("secadmin").get(f"/manage/people/{sqlite_world.people['ningbo_head']}")
    assert "请先安排接替人员" in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("key", "role"),
    [("sysadmin", Role.AUDIT_ADMIN), ("auditadmin", Role.SYSTEM_ADMIN), ("sysadmin", Role.OFFICER),
     ("auditadmin", Role.AUDITOR),
     ("officer", Role.SYSTEM_ADMIN), ("auditor", Role.AUDIT_ADMIN), ("hangzhou_clerk", Role.SECURITY_ADMIN)],
)  # fmt: skip
def test_administrators_stay_apart(sqlite_world: World, key: str, role: Role) -> None:
    province = unit(sqlite_world, "330000")
    with pytest.raises(Refused):
        sqlite_world.do("secadmin", add_post, (Person, sqlite_world.people[key]), province, role)
    data = {"organisation_id": str(province), "role": role.value}
    assert act(sqlite_world, "secadmin", sqlite_world.people[key], "posts", **data).status_code == 403


def test_an_invitation_cannot_mix_them_either(sqlite_world: World) -> None:
    province = unit(sqlite_world, "330000")
    mixed = ((province, Role.SYSTEM_ADMIN), (province, Role.OFFICER))
    with pytest.raises(Refused):
        sqlite_world.do("secadmin", invitations.invite, Newcomer("某人", "mixed@sample.example", mixed))


def test_the_database_itself_keeps_administrator_roles_apart(world: World) -> None:
    with pytest.raises(IntegrityError), world.uow() as uow:
        uow.session.execute(
            insert(Appointment).values(
                person_id=world.people["sysadmin"], organisation_id=unit(world, "330000"), role="audit_admin",
                since=uow.now,
            )
        )  # fmt: skip


def test_phones_are_masked_until_somebody_looks_and_that_is_recorded(world: World) -> None:
    invite(world, "secadmin")
    key = newcomer(world).id
    browser = world.browser("secadmin")
    for page in ("/manage/people?q=new.person", f"/manage/people/{key}"):
        text = browser.get(page).get_data(as_text=True)
        assert "138****1234" in text
        assert "13800001234" not in text
    shown = browser.post(f"/manage/people/{key}/phone")
    assert "13800001234" in shown.get_data(as_text=True)
    with world.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "show_phone")).all()
        assert "13800001234" not in "".join(str(row.details) for row in session.scalars(select(AuditRow)))
    assert len(rows) == 1


def test_details_are_edited_on_the_version_that_was_read(sqlite_world: World) -> None:
    clerk = sqlite_world.people["ningbo_clerk"]
    page = sqlite_world.browser("ningbo_head").get(f"/manage/people/{clerk}/edit").get_data(as_text=True)
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    data = {"name": "改名（示例）", "title": "科长", "phone": "", "version": found.group(1)}
    assert act(sqlite_world, "ningbo_head", clerk, "edit", **data).status_code == 302
    stale = act(sqlite_world, "ningbo_head", clerk, "edit", **{**data, "name": "又改（示例）"})
    assert stale.status_code == 409
    assert act(sqlite_world, "ningbo_head", clerk, "edit", **{**data, "name": ""}).status_code == 422


def test_invitations_are_renewed_and_cancelled_from_the_page(sqlite_world: World) -> None:
    invite(sqlite_world, "hangzhou_head")
    key = newcomer(sqlite_world).id
    assert "待接受邀请" in sqlite_world.browser("hangzhou_head").get(f"/manage/people/{key}").get_data(
        as_text=True
    )
    assert act(sqlite_world, "hangzhou_head", key, "invite").status_code == 302
    assert act(sqlite_world, "hangzhou_head", key, "cancel").status_code == 302
    assert act(sqlite_world, "hangzhou_head", key, "cancel").status_code == 403
    assert act(sqlite_world, "hangzhou_head", key, "invite").status_code == 302
    with sqlite_world.reading() as session:
        assert session.scalar(select(func.count()).where(OutboxMail.kind == "invitation")) == 3


def test_pages_speak_english(sqlite_world: World) -> None:
    browser = sqlite_world.browser("secadmin", language="en")
    assert "Invite a person" in browser.get("/manage/people").get_data(as_text=True)
    text = browser.get(f"/manage/people/{sqlite_world.people['hangzhou_head']}").get_data(as_text=True)
    assert "appoint a successor first" in text


def test_the_first_administrator_comes_by_the_command_line(sqlite_world: World) -> None:
    runner = sqlite_world.app.test_cli_runner()
    made = runner.invoke(
        args=["people", "create-admin", "--email", "First.Admin@sample.example", "--name", "首位管理员"]
    )
    assert made.exit_code == 0, made.output
    path = made.output.strip().removeprefix(sqlite_world.runtime.settings.base_url)
    browser = sqlite_world.browser()
    assert browser.get(path).status_code == 200
    sentence = "quite a good sentence"
    assert browser.post(path, {"password": sentence, "repeat": sentence}).status_code == 302
    browser.post("/sign-in", {"email": "first.admin@sample.example", "password": sentence})
    assert browser.get("/manage/people").status_code == 200
    again = runner.invoke(
        args=["people", "create-admin", "--email", "first.admin@sample.example", "--name", "x"]
    )
    assert again.exit_code == 1
    assert runner.invoke(args=["people", "create-admin", "--email", "nonsense", "--name", "x"]).exit_code == 1


def test_sample_people_end_by_the_command_line(sqlite_world: World) -> None:
    runner = sqlite_world.app.test_cli_runner()
    assert (
        runner.invoke(args=["people", "end-demo"]).output
        == f"{len(sqlite_world.people)} sample accounts deactivated\n"
    )
    assert runner.invoke(args=["people", "end-demo"]).output == "0 sample accounts deactivated\n"
    assert "deactivated" in runner.invoke(args=["people", "list"]).output
