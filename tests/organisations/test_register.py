"""The register of organisations: order, filters, adding, renaming, ending."""

import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.audit.models import AuditRow
from marketplace.organisations.models import Organisation
from tests.support.world import World

NEW = {
    "kind": "county",
    "code": "330199",
    "name": "新设区机关事务管理中心（示例）",
    "short_name": "新设",
    "name_en": "New Centre",
    "valid_from": "2026-03-01",
}


def unit(world: World, code: str) -> Organisation:
    with world.reading() as session:
        return session.scalars(select(Organisation).where(Organisation.code == code)).one()


def add(world: World, **changes: str) -> TestResponse:
    browser = world.browser("sysadmin")
    browser.get("/manage/organisations/new")
    return browser.post(
        "/manage/organisations", {**NEW, "parent_id": str(unit(world, "330100").id), **changes}
    )


def test_who_reaches_the_register(sqlite_world: World) -> None:
    key = unit(sqlite_world, "330100").id
    pages = ("/manage/organisations", f"/manage/organisations/{key}", "/manage/organisations/new")
    expected = {
        "sysadmin": [200, 200, 200], "secadmin": [200, 200, 403], "officer": [403] * 3, "hangzhou_head": [403] * 3,
        "auditadmin": [403] * 3, "auditor": [403] * 3, "expert1": [403] * 3, None: [302] * 3,
    }  # fmt: skip
    for who, codes in expected.items():
        browser = sqlite_world.browser(who)
        assert [browser.get(page).status_code for page in pages] == codes, who
    browser = sqlite_world.browser("secadmin")
    browser.get("/manage/organisations")
    assert browser.post(f"/manage/organisations/{key}", {"name": "x"}).status_code == 403
    assert sqlite_world.browser("sysadmin").get("/manage/organisations/99999999").status_code == 404


def codes_on(page: str) -> list[str]:
    return re.findall(r"<td>([0-9A-Z-]{4,})</td>", page)


def test_the_register_stands_in_official_order(sqlite_world: World) -> None:
    browser = sqlite_world.browser("sysadmin")
    page = browser.get("/manage/organisations").get_data(as_text=True)
    assert codes_on(page)[:8] == [
        "330000",
        "330000-D1",
        "330000-D2",
        "330000-D3",
        "330000-U1",
        "330000-U2",
        "330000-U3",
        "330100",
    ]
    assert codes_on(browser.get("/manage/organisations?kind=municipal").get_data(as_text=True)) == [
        f"33{n:02d}00" for n in range(1, 12)
    ]
    assert codes_on(browser.get("/manage/organisations?q=安吉").get_data(as_text=True)) == ["330523"]
    assert "没有符合条件的机构" in browser.get("/manage/organisations?q=%25%25&kind=x").get_data(as_text=True)


def test_the_register_costs_the_same_for_one_row_and_fifty(sqlite_world: World) -> None:
    browser = sqlite_world.browser("sysadmin")
    costs = []
    for query in ("?q=安吉", ""):
        with sqlite_world.statements() as seen:
            browser.get(f"/manage/organisations{query}")
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 5


def test_a_new_county_stands_below_its_city(world: World) -> None:
    assert add(world).status_code == 302
    made = unit(world, "330199")
    assert made.parent_id == unit(world, "330100").id
    assert (made.order_key, made.division_code) == ("330199", "330199")
    with world.reading() as session:
        assert session.scalars(
            select(AuditRow.label).where(AuditRow.action == "OrganisationAdded")
        ).all() == ["新增机构"]


@pytest.mark.parametrize(
    ("kind", "code", "order_key", "parent"),
    [("direct_unit", "330000-U9", "330000-07", "330000"), ("division", "330000-D9", "330000-07", "330000"),
     ("company", "P-C9", "9008", None), ("municipal", "339900", "339900", "330000")],
)  # fmt: skip
def test_other_kinds_find_their_place(
    sqlite_world: World, kind: str, code: str, order_key: str, parent: str | None
) -> None:
    assert add(sqlite_world, kind=kind, code=code, parent_id="").status_code == 302
    made = unit(sqlite_world, code)
    assert made.order_key == order_key
    assert made.parent_id == (unit(sqlite_world, parent).id if parent else None)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "330100"}, "机构代码已被使用"),
        ({"code": "3301"}, "6位行政区划代码"),
        ({"code": "小写abc"}, "代码只能用数字"),
        ({"name": ""}, "请填写机构名称"),
        ({"name": "长" * 121}, "120"),
        ({"parent_id": ""}, "县级机构须选择所在市"),
        ({"parent_id": "99999999"}, ""),
        ({"kind": "province"}, ""),
        ({"valid_from": "2026-02-30"}, ""),
        ({"valid_from": ""}, "请填写有效的日期"),
    ],
)
def test_a_faulty_organisation_comes_back(sqlite_world: World, changes: dict[str, str], told: str) -> None:
    response = add(sqlite_world, **changes)
    assert response.status_code == 422
    assert told in response.get_data(as_text=True)


def save(world: World, code: str, path: str = "", **data: str) -> TestResponse:
    browser = world.browser("sysadmin")
    browser.get("/manage/organisations")
    return browser.post(f"/manage/organisations/{unit(world, code).id}{path}", data)


def test_a_new_name_leaves_the_old_one_on_record(world: World) -> None:
    version = str(unit(world, "330523").version)
    data = {"name": "安吉县机关事务服务中心（示例）", "short_name": "安吉", "name_en": "", "version": version}
    assert save(world, "330523", **data).status_code == 302
    assert save(world, "330523", **{**data, "name": "又一个名称"}).status_code == 409
    assert save(world, "330523", **{**data, "name": ""}).status_code == 422
    with world.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "OrganisationChanged")).one()
    assert row.details["former_name"] == "安吉县机关事务管理中心"


def test_an_empty_organisation_ends_and_is_offered_no_more(sqlite_world: World) -> None:
    assert save(sqlite_world, "330127", "/end", last_day="2026-03-01").status_code == 302
    browser = sqlite_world.browser("sysadmin")
    assert codes_on(browser.get("/manage/organisations?q=330127").get_data(as_text=True)) == []
    assert codes_on(browser.get("/manage/organisations?q=330127&ended=y").get_data(as_text=True)) == [
        "330127"
    ]
    assert save(sqlite_world, "330127", "/end", last_day="2026-03-01").status_code == 422


@pytest.mark.parametrize("day", ["", "2026-02-30", "1999-01-01", "2099-01-01"])
def test_an_impossible_last_day_is_refused(sqlite_world: World, day: str) -> None:
    assert save(sqlite_world, "330127", "/end", last_day=day).status_code == 422


def test_an_organisation_with_people_or_units_does_not_end(sqlite_world: World) -> None:
    assert save(sqlite_world, "330523", "/end", last_day="2026-03-02").status_code == 403
    assert save(sqlite_world, "330400", "/end", last_day="2026-03-02").status_code == 403
    page = sqlite_world.browser("sysadmin").get(f"/manage/organisations/{unit(sqlite_world, '330523').id}")
    assert "还有2名在任人员" in page.get_data(as_text=True)


def test_the_register_speaks_english(sqlite_world: World) -> None:
    page = sqlite_world.browser("sysadmin", language="en").get("/manage/organisations").get_data(as_text=True)
    assert "Organisations" in page
    assert "Municipal" in page
