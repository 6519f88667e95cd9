"""Lists, snapshots and the ledger as province, unit and outsider."""

import re

import pytest
from sqlalchemy import select

from marketplace.organisations.models import Organisation
from marketplace.priority.models import PriorityList, Snapshot
from marketplace.priority.rules import DEFAULT_CRITERIA, RoundRules
from tests.support.projects import accepted_project
from tests.support.rounds import announced, computed, drafted
from tests.support.rounds import published as publish
from tests.support.world import World

ADMINISTRATORS = ("sysadmin", "secadmin", "auditadmin")


def published(world: World) -> int:
    accepted_project(world, "hangzhou", "91", partners=("ningbo",))
    return publish(world)[1]


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
    _, list_id = drafted(world)
    for key in ("officer", "approver", "auditor"):
        assert "实时计算的预览" in text(world, key, f"/priority/{list_id}")
    assert status(world, "hangzhou_head", f"/priority/{list_id}") == 404
    for key in ("expert1", *ADMINISTRATORS):
        assert status(world, key, f"/priority/{list_id}") == 403
    assert "2026年度名单（示例）" not in text(world, "hangzhou_head", "/priority")


def test_an_announced_round_shows_its_rules_but_no_ranking(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    _, list_id = announced(world)
    page = text(world, "hangzhou_head", f"/priority/{list_id}")
    assert "排序在名单发布后显示" in page
    assert "SHA-256" in page
    assert "分数来源" not in page
    assert status(world, "hangzhou_head", f"/priority/{list_id}/export") == 404
    assert "分数来源" in text(world, "officer", f"/priority/{list_id}")


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


FIELDS = {
    "kind": "pilot", "title": "保留的名称", "places": "5", "priority_cap": "10", "least_grade": "pass",
    "levels": ["municipal", "county"], "within_months": "36", "failed_months": "0", "selected_most": "0",
    "per_unit": "0", "criteria-0-label": "成果质量", "criteria-0-source": "outcome", "criteria-0-weight": "70",
    "criteria-1-label": "采用单位", "criteria-1-label_en": "Adopting units", "criteria-1-source": "declared",
    "criteria-1-weight": "30", "criteria-1-full": "10", "declare_until": "2027-01-31T18:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"places": "-1"}, "请填写1至500的整数"),
        ({"places": "NaN"}, "请填写整数"),
        ({"places": "9" * 30}, "请填写整数"),
        ({"priority_cap": "十"}, "请填写整数"),
        ({"kind": "x"}, "Not a valid choice"),
        ({"criteria-0-weight": "69"}, "各项权重之和必须等于100，现在是99"),
        ({"criteria-0-weight": "NaN"}, "请填写整数"),
        ({"criteria-1-full": ""}, "请填写满分值"),
        ({"criteria-1-source": "guess"}, "请选择列出的一项"),
        ({"criteria-1-source": "points", "declare_until": ""}, "积分已经作为指标计分，不能再作加分"),
        ({"declare_until": ""}, "请填写今后的申报截止时间"),
        ({"declare_until": "2020-01-01T08:00"}, "请填写今后的申报截止时间"),
        ({"per_unit": "2"}, "试点按单位排序，不能限制每个单位的项目数"),
        ({"levels": []}, "请至少选择一类单位"),
        ({"within_months": "0"}, "请填写1到120"),
    ],
)
def test_bad_rules_keep_the_form(sqlite_world: World, bad: dict[str, object], said: str) -> None:
    officer = sqlite_world.browser("officer")
    answer = officer.post("/priority", {**FIELDS, **bad})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "保留的名称" in page, "采用单位" in page) == (422, True, True)
    assert said in page or bad.get("kind") == "x"
    with sqlite_world.reading() as session:
        assert session.scalars(select(PriorityList)).all() == []


def test_rows_of_criteria_are_added_and_removed_without_script(sqlite_world: World) -> None:
    officer = sqlite_world.browser("officer")
    more = officer.post("/priority", {**FIELDS, "criteria-add": "1"}).get_data(as_text=True)
    assert 'name="criteria-2-label"' in more
    fewer = officer.post("/priority", {**FIELDS, "criteria-remove": "0"}).get_data(as_text=True)
    assert 'name="criteria-1-label"' not in fewer
    assert "权重合计 30" in fewer


def test_from_the_draft_to_the_correction_in_the_pages(sqlite_world: World) -> None:
    world = sqlite_world
    accepted_project(world)
    officer, approver = world.browser("officer"), world.browser("approver")
    fields = {name: value for name, value in FIELDS.items() if not name.startswith("criteria-1")}
    fields |= {"criteria-0-weight": "100", "declare_until": "", "version": "1"}
    officer.get("/priority/new")
    where = officer.post("/priority", fields).location
    assert "保留的名称" in officer.get(f"{where}/edit").get_data(as_text=True)
    assert officer.post(where, {**fields, "title": "新名单"}).status_code == 302
    assert officer.post(where, {**fields, "title": "新名单"}).status_code == 409
    assert officer.post(f"{where}/announce", {}).status_code == 403
    approver.get(where)
    assert approver.post(f"{where}/announce", {}).status_code == 302
    assert officer.get(f"{where}/edit").location == where
    early = approver.post(f"{where}/publish", {})
    assert (early.status_code, "还没有测算排序" in early.get_data(as_text=True)) == (422, True)
    assert officer.post(f"{where}/compute", {}).status_code == 302
    assert "data-computation" in text(world, "officer", where)
    world.compute()
    assert "名次区间" in text(world, "officer", where)
    assert approver.post(f"{where}/publish", {}).status_code == 302
    refused = officer.post(f"{where}/correction", {"reason": ""})
    assert (refused.status_code, "请填写理由" in refused.get_data(as_text=True)) == (422, True)
    accepted_project(world, "ningbo", "95")
    assert officer.post(f"{where}/correction", {"reason": "补充成果"}).status_code == 302
    assert approver.post(f"{where}/correction/drop", {"reason": ""}).status_code == 422
    world.compute()
    assert "不在名单" in text(world, "approver", where)
    assert "补充成果" not in text(world, "hangzhou_head", where)
    assert approver.post(f"{where}/correct", {}).status_code == 302
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


def test_comparisons_without_their_rows_come_back_with_them(sqlite_world: World) -> None:
    _, list_id = drafted(sqlite_world, rules=RoundRules(criteria=DEFAULT_CRITERIA))
    answer = sqlite_world.browser("officer").post(f"/priority/{list_id}/weights", {})
    assert (answer.status_code, "请选择列出的一项" in answer.text) == (422, True)
    assert 'name="pairs-0-value"' in answer.text


def test_a_published_list_says_who_is_on_it(sqlite_world: World) -> None:
    accepted_project(sqlite_world, "ningbo", "80")
    list_id = published(sqlite_world)
    page = sqlite_world.browser("ningbo_clerk").get(f"/priority/{list_id}").text
    assert re.findall(r'data-code="(in|out)">(列入|未列入)', page) == [("in", "列入"), ("out", "未列入")]
    assert "会议不改变名次" in page


def test_exports_are_workbooks(sqlite_world: World) -> None:
    world = sqlite_world
    list_id = published(world)
    for url in (f"/priority/{list_id}/export", f"/priority/{list_id}/snapshots/1/export"):
        assert world.browser("hangzhou_clerk").get(url).data.startswith(b"PK")
    _, draft = drafted(world, "funding")
    assert world.browser("officer").get(f"/priority/{draft}/export").data.startswith(b"PK")
    assert status(world, "hangzhou_clerk", f"/priority/{draft}/export") == 404


@pytest.mark.parametrize(("url", "most"), [("/priority", 10), ("/ledger", 10), ("round", 20)])
def test_a_page_costs_the_same_with_many_rows(sqlite_world: World, url: str, most: int) -> None:
    world = sqlite_world
    accepted_project(world)
    key = computed(world, announced(world))
    url = f"/priority/{key[1]}" if url == "round" else url
    browser = world.browser("officer")
    browser.get(url)
    with world.statements() as few:
        browser.get(url)
    for lead in ("ningbo", "wenzhou", "anji"):
        accepted_project(world, lead, partners=("canteen",))
        drafted(world)
    computed(world, key)
    with world.statements() as many:
        assert browser.get(url).status_code == 200
    assert len(many) == len(few)
    assert len(many) <= most


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
