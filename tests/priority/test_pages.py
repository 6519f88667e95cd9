"""Lists, snapshots and the ledger as province, unit and outsider."""

import pytest
from sqlalchemy import select

from marketplace.organisations.models import Organisation
from marketplace.priority.models import PriorityList, Snapshot
from marketplace.priority.operations import draft_list, publish_list
from marketplace.priority.rules import RoundRules
from tests.support.projects import accepted_project
from tests.support.world import World

ADMINISTRATORS = ("sysadmin", "secadmin", "auditadmin")


def drafted(world: World, kind: str = "pilot") -> int:
    plist = world.do("officer", draft_list, kind, "试点名单（示例）", 1, RoundRules(10))
    list_id: int = plist.id
    return list_id


def published(world: World) -> int:
    accepted_project(world, "hangzhou", "91", partners=("ningbo",))
    list_id = drafted(world)
    world.do("approver", publish_list, (PriorityList, list_id))
    return list_id


def status(world: World, key: str, url: str) -> int:
    return world.browser(key).get(url).status_code


def text(world: World, key: str, url: str, language: str | None = None) -> str:
    response = world.browser(key, language).get(url)
    assert response.status_code == 200, url
    return response.get_data(as_text=True)


def unit(world: World, code: str) -> int:
    with world.reading() as session:
        return session.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def test_a_draft_belongs_to_the_province(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    list_id = drafted(world)
    for key in ("officer", "approver", "auditor"):
        assert "实时计算的预览" in text(world, key, f"/priority/{list_id}")
    assert status(world, "hangzhou_head", f"/priority/{list_id}") == 404
    for key in ("expert1", *ADMINISTRATORS):
        assert status(world, key, f"/priority/{list_id}") == 403
    assert "试点名单（示例）" not in text(world, "hangzhou_head", "/priority")


def test_a_published_list_shows_where_each_point_came_from(sqlite_world: World) -> None:
    world = sqlite_world
    list_id = published(world)
    page = text(world, "officer", f"/priority/{list_id}")
    assert "<details>" in page
    assert 'href="/projects/1"' in page
    page = text(world, "wenzhou_clerk", f"/priority/{list_id}")
    assert "XM-BT-2026-001-1" in page
    assert 'href="/projects/1"' not in page
    assert "核验通过" in text(world, "wenzhou_clerk", f"/priority/{list_id}/snapshots/1")
    assert status(world, "officer", f"/priority/{list_id}/snapshots/2") == 404


def test_drafting_editing_and_publishing_from_the_pages(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    officer, approver = world.browser("officer"), world.browser("approver")
    officer.get("/priority/new")
    for bad in (
        {"places": "-1"},
        {"places": "NaN"},
        {"places": "9" * 30},
        {"priority_cap": "１０"},
        {"kind": "x"},
    ):
        fields = {"kind": "pilot", "title": "保留的名称", "places": "5", "priority_cap": "10", **bad}
        answer = officer.post("/priority", fields)
        assert (answer.status_code, "保留的名称" in answer.get_data(as_text=True)) == (422, True), bad
    made = officer.post("/priority", {"kind": "pilot", "title": "名单", "places": "5", "priority_cap": "10"})
    assert made.status_code == 302
    where = made.location
    assert "名单" in officer.get(f"{where}/edit").get_data(as_text=True)
    fields = {"title": "新名单", "places": "3", "priority_cap": "8", "version": "1"}
    assert officer.post(where, fields).status_code == 302
    assert officer.post(where, fields).status_code == 409
    assert officer.post(f"{where}/publish", {}).status_code == 403
    approver.get(where)
    assert approver.post(f"{where}/publish", {}).status_code == 302
    assert officer.get(f"{where}/edit").location == where
    refused = approver.post(f"{where}/correct", {"reason": ""})
    assert (refused.status_code, "请填写更正理由" in refused.get_data(as_text=True)) == (422, True)
    accepted_project(world, "ningbo", "95")
    assert approver.post(f"{where}/correct", {"reason": "补充成果"}).status_code == 302
    page = text(world, "auditor", f"{where}/snapshots/2")
    assert "补充成果" in page
    assert "不在名单" in page
    with world.reading() as session:
        assert [s.number for s in session.scalars(select(Snapshot).order_by(Snapshot.number))] == [1, 2]


def test_the_ledger_of_a_unit_is_its_own(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world, "hangzhou", "91", partners=("ningbo",))
    hangzhou, ningbo = unit(world, "330100"), unit(world, "330200")
    assert world.browser("hangzhou_clerk").get("/ledger").location == f"/ledger/{hangzhou}"
    assert "10.00" in text(world, "hangzhou_clerk", f"/ledger/{hangzhou}")
    assert status(world, "hangzhou_clerk", f"/ledger/{ningbo}") == 404
    assert "5.00" in text(world, "ningbo_head", f"/ledger/{ningbo}")
    assert "宁波市机关事务管理局" in text(world, "auditor", "/ledger")
    assert "5.00" in text(world, "officer", f"/ledger/{ningbo}")
    assert status(world, "officer", "/ledger/999999") == 404
    for key in ("expert1", *ADMINISTRATORS):
        assert status(world, key, "/ledger") == 403


def test_exports_are_workbooks(sqlite_world: World) -> None:
    world = sqlite_world
    list_id = published(world)
    for url in (f"/priority/{list_id}/export", f"/priority/{list_id}/snapshots/1/export"):
        assert world.browser("hangzhou_clerk").get(url).data.startswith(b"PK")
    draft = drafted(world, "funding")
    assert world.browser("officer").get(f"/priority/{draft}/export").data.startswith(b"PK")
    assert status(world, "hangzhou_clerk", f"/priority/{draft}/export") == 404


@pytest.mark.parametrize("url", ["/priority", "/ledger", "draft"])
def test_a_page_costs_the_same_with_many_rows(sqlite_world: World, url: str) -> None:
    world = sqlite_world
    accepted_project(world)
    list_id = drafted(world)
    url = f"/priority/{list_id}" if url == "draft" else url
    browser = world.browser("officer")
    browser.get(url)
    with world.statements() as few:
        browser.get(url)
    for lead in ("ningbo", "wenzhou", "anji"):
        accepted_project(world, lead, partners=("canteen",))
        drafted(world)
    with world.statements() as many:
        assert browser.get(url).status_code == 200
    assert len(many) == len(few)
    assert len(many) <= 10


def test_pages_speak_english(sqlite_world: World) -> None:
    world = sqlite_world
    list_id = published(world)
    for url in (
        "/priority",
        f"/priority/{list_id}",
        f"/priority/{list_id}/snapshots/1",
        "/ledger",
        "/priority/new",
    ):
        page = text(world, "officer", url, "en")
        assert "优先名单" not in page
        assert "名额" not in page
