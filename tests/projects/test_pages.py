"""Every page as lead, partner, outsider and province; bad input; constant costs."""

import io
from typing import Any

import pytest
from flask import render_template
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.projects.models import Milestone, MilestoneReport, Outcome, Project
from marketplace.projects.operations import return_milestone
from marketplace.projects.subjects import PORT
from tests.support.projects import (
    accepted_project,
    delivered_project,
    finish_milestones,
    milestone_ids,
    opened_project,
    outcome_id,
    report,
)
from tests.support.samples import pdf
from tests.support.world import World


def status(world: World, key: str | None, url: str) -> int:
    response = world.browser(key).get(url)
    response.close()
    return response.status_code


def text(world: World, key: str, url: str, language: str | None = None) -> str:
    response = world.browser(key, language).get(url)
    assert response.status_code == 200, url
    return response.get_data(as_text=True)


def version(world: World, model: type[Any], key: int) -> str:
    with world.reading() as session:
        return str(session.get_one(model, key).version)


ADMINISTRATORS = ("sysadmin", "secadmin", "auditadmin")


def test_who_sees_a_project(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world, partners=("ningbo",))
    url = f"/projects/{project_id}"
    for key in ("hangzhou_clerk", "hangzhou_head", "ningbo_head", "officer", "approver", "auditor"):
        assert status(world, key, url) == 200, key
    for key in ("wenzhou_clerk", "anji_head"):
        assert status(world, key, url) == 404, key
    for key in ("expert1", *ADMINISTRATORS):
        assert status(world, key, url) == 403, key
    assert status(world, None, url) in (302, 401, 403)


def test_the_list_shows_own_and_joined_projects(sqlite_world: World) -> None:
    world = sqlite_world
    opened_project(world, partners=("ningbo",))
    title = "示例榜题1"
    assert title in text(world, "hangzhou_clerk", "/projects")
    assert "（本单位参与）" in text(world, "ningbo_clerk", "/projects")
    assert title not in text(world, "wenzhou_clerk", "/projects")
    assert title in text(world, "auditor", "/projects")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=running", True), ("state=accepted", False), ("city=330500", True), ("city=330100", False),
        ("overdue=y", False), ("words=示例榜题", True), ("words=%25", False), ("grade=good", False),
        ("state=forged&city=x&page=-3", True), ("words=%00", True),
    ],
)  # fmt: skip
def test_filters(sqlite_world: World, query: str, found: bool) -> None:
    opened_project(sqlite_world, "anji")
    response = sqlite_world.browser("officer").get(f"/projects?{query}")
    if "%00" in query:
        assert response.status_code in (200, 400)
        return
    assert response.status_code == 200
    assert ("示例榜题1" in response.get_data(as_text=True)) == found


def test_the_export_is_a_workbook_and_leaves_a_row(sqlite_world: World) -> None:
    world = sqlite_world
    opened_project(world)
    response = world.browser("officer").get("/projects/export?state=running")
    (line,) = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()[1:]
    assert line[9:] == ["", ""], "a project without an outcome has neither score nor grade"
    with world.reading() as session:
        assert (
            session.scalars(select(AuditRow).where(AuditRow.action == "export")).one().subject_kind
            == "project"
        )


def test_a_report_from_the_page(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world)
    (first, _) = milestone_ids(world, project_id)
    browser = world.browser("hangzhou_clerk")
    url = f"/projects/milestones/{first}/report"
    assert "上传" in browser.get(url).get_data(as_text=True)
    answer = browser.post(url, {"summary": "", "version": version(world, Milestone, first)})
    assert answer.status_code == 422
    assert "请上传至少一份佐证材料" in answer.get_data(as_text=True)
    kept = browser.post(url, {"summary": "已写好的内容", "version": version(world, Milestone, first)})
    assert (kept.status_code, "已写好的内容" in kept.get_data(as_text=True)) == (422, True)
    data = {
        "summary": "完成", "version": version(world, Milestone, first),
        "files": (io.BytesIO(pdf()), "纪要.pdf"),
    }  # fmt: skip
    done = browser.post(url, data, content_type="multipart/form-data")
    assert (done.status_code, done.location) == (302, f"/projects/{project_id}")
    page = text(world, "officer", f"/manage/milestones/{first}")
    assert "纪要.pdf" in page
    assert "审核通过" in page


def test_saving_a_draft_and_autosave(sqlite_world: World) -> None:
    world = sqlite_world
    (first, _) = milestone_ids(world, opened_project(world))
    browser = world.browser("hangzhou_clerk")
    browser.get(f"/projects/milestones/{first}/report")
    saved = browser.post(
        f"/projects/milestones/{first}/draft",
        {"summary": "边写边存", "version": version(world, Milestone, first)},
    )
    assert saved.json is not None
    assert str(saved.json["version"]) == version(world, Milestone, first)
    stale = browser.post(f"/projects/milestones/{first}/draft", {"summary": "旧的", "version": "1"})
    assert stale.status_code == 409
    assert "边写边存" in browser.get(f"/projects/milestones/{first}/report").get_data(as_text=True)
    long = browser.post(f"/projects/milestones/{first}/draft", {"summary": "长" * 5000})
    assert long.status_code == 422
    data = {"summary": "存附件", "files": (io.BytesIO(pdf()), "草稿.pdf")}
    kept = browser.post(f"/projects/milestones/{first}/save", data, content_type="multipart/form-data")
    assert kept.status_code == 302
    page = browser.get(f"/projects/milestones/{first}/report").get_data(as_text=True)
    assert "草稿.pdf" in page


def test_a_stale_report_shows_both_texts(sqlite_world: World) -> None:
    world = sqlite_world
    (first, _) = milestone_ids(world, opened_project(world))
    one, two = world.browser("hangzhou_clerk"), world.browser("hangzhou_head")
    before = version(world, Milestone, first)
    for browser in (one, two):
        browser.get(f"/projects/milestones/{first}/report")
    one.post(f"/projects/milestones/{first}/save", {"summary": "甲的文字", "version": before})
    answer = two.post(f"/projects/milestones/{first}/save", {"summary": "乙的文字", "version": before})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "甲的文字" in page, "乙的文字" in page) == (409, True, True)


def test_the_next_report_is_offered_by_name(sqlite_world: World) -> None:
    project_id = opened_project(sqlite_world)
    first, second, *_ = milestone_ids(sqlite_world, project_id)
    with sqlite_world.reading() as session:
        names = [session.get_one(Milestone, key).name for key in (first, second)]
    assert f"提交“{names[0]}”报告" in text(sqlite_world, "hangzhou_clerk", f"/projects/{project_id}")
    report(sqlite_world, first)
    page = text(sqlite_world, "hangzhou_clerk", f"/projects/{project_id}")
    assert f"提交“{names[1]}”报告" in page
    assert f"提交“{names[0]}”报告" not in page
    assert "”报告" not in text(sqlite_world, "officer", f"/projects/{project_id}")


def test_only_the_lead_unit_opens_the_report_form(sqlite_world: World) -> None:
    world = sqlite_world
    (first, _) = milestone_ids(world, opened_project(world, partners=("ningbo",)))
    url = f"/projects/milestones/{first}/report"
    assert "由牵头单位" in text(world, "ningbo_clerk", url)
    assert status(world, "wenzhou_clerk", url) == 404
    assert status(world, "officer", url) == 403
    browser = world.browser("ningbo_clerk")
    browser.get(url)
    assert browser.post(url, {"summary": "抢报", "no_evidence_reason": "无"}).status_code == 403
    with world.reading() as session:
        assert session.scalars(select(MilestoneReport)).all() == []


def test_the_board_puts_reported_and_overdue_first(sqlite_world: World) -> None:
    world = sqlite_world
    ids = milestone_ids(world, opened_project(world, months=(1, 2, 3)))
    report(world, ids[2])
    world.clock.forward(days=45)
    page = text(world, "officer", "/manage/milestones")
    places = [page.index(f'href="/manage/milestones/{i}"') for i in (ids[2], ids[0], ids[1])]
    assert places == sorted(places)
    assert "已逾期" in page
    overdue = text(world, "auditor", "/manage/milestones?view=overdue")
    assert f'href="/manage/milestones/{ids[0]}"' in overdue
    assert f'href="/manage/milestones/{ids[2]}"' not in overdue
    assert "没有符合条件" in text(world, "officer", "/manage/milestones?view=passed&city=330100&words=无此")
    for key in ("hangzhou_head", "expert1", *ADMINISTRATORS):
        assert status(world, key, "/manage/milestones") == 403


def test_passing_and_returning_from_the_page(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world)
    first, second = milestone_ids(world, project_id)
    report(world, first)
    report(world, second)
    browser = world.browser("officer")
    browser.get(f"/manage/milestones/{first}")
    refused = browser.post(f"/manage/milestones/{first}/return", {"opinion": ""})
    assert (refused.status_code, "请填写退回理由" in refused.get_data(as_text=True)) == (422, True)
    assert browser.post(f"/manage/milestones/{first}/return", {"opinion": "缺纪要"}).status_code == 302
    assert browser.post(f"/manage/milestones/{second}/pass", {"opinion": ""}).status_code == 302
    assert browser.post(f"/manage/milestones/{second}/pass", {"opinion": ""}).status_code == 403
    page = text(world, "hangzhou_clerk", f"/projects/{project_id}")
    assert "缺纪要" in page
    assert 'data-code="returned"' in page
    assert "缺纪要" in text(world, "hangzhou_clerk", f"/projects/milestones/{first}/report")
    outsider = world.browser("approver")
    outsider.get(f"/manage/milestones/{first}")
    assert outsider.post(f"/manage/milestones/{first}/pass", {}).status_code == 403


def test_evidence_is_read_by_whoever_reads_the_project(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world, partners=("ningbo",))
    (first, _) = milestone_ids(world, project_id)
    report(world, first)
    with world.reading() as session:
        file = session.scalars(select(MilestoneReport)).one().files[0]
    url = f"/files/{file['id']}/{file['name']}"
    for key in ("hangzhou_clerk", "ningbo_clerk", "officer", "auditor"):
        assert status(world, key, url) == 200, key
    for key in ("wenzhou_head", "expert1", *ADMINISTRATORS):
        assert status(world, key, url) == 404, key


def test_an_outcome_from_form_to_delivery(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world, partners=("ningbo",))
    base = f"/projects/{project_id}/outcome"
    assert status(world, "hangzhou_clerk", base) == 404
    finish_milestones(world, project_id)
    assert status(world, "ningbo_clerk", base) == 404
    clerk, head = world.browser("hangzhou_clerk"), world.browser("hangzhou_head")
    assert "承诺目标：3家" in clerk.get(f"{base}/edit").get_data(as_text=True)
    key = outcome_id(world, project_id)
    fields = {
        "summary": "概述", "replication": "条件", "achievements-0-achieved": "完成", "achievements-0-proof": "纪要",
        "achievements-1-achieved": "5家", "achievements-1-proof": "", "version": version(world, Outcome, key),
    }  # fmt: skip
    saved = clerk.post(f"{base}/draft", fields)
    assert saved.json is not None
    fields["version"] = str(saved.json["version"])
    data: dict[str, Any] = {**fields, "files": (io.BytesIO(pdf()), "成果.pdf")}
    assert clerk.post(f"{base}/save", data, content_type="multipart/form-data").location == f"{base}/check"
    assert "第2项指标没有填写佐证" in clerk.get(f"{base}/check").get_data(as_text=True)
    head.get(f"{base}/check")
    assert head.post(f"{base}/deliver", {}).status_code == 422
    fields |= {"achievements-1-proof": "报告", "version": version(world, Outcome, key)}
    assert clerk.post(f"{base}/save", fields).status_code == 302
    assert clerk.post(f"{base}/deliver", {}).status_code == 403
    assert head.post(f"{base}/deliver", {"version": version(world, Outcome, key)}).status_code == 302
    assert clerk.get(f"{base}/edit").location == base
    assert "成果.pdf" in text(world, "ningbo_clerk", base)
    assert "组织验收" in text(world, "officer", base)


def test_the_check_leads_back_to_the_form(sqlite_world: World) -> None:
    project_id = opened_project(sqlite_world)
    finish_milestones(sqlite_world, project_id)
    sqlite_world.browser("hangzhou_clerk").get(f"/projects/{project_id}/outcome/edit")
    page = text(sqlite_world, "hangzhou_clerk", f"/projects/{project_id}/outcome/check")
    assert page.count(f'href="/projects/{project_id}/outcome/edit"') == 2
    assert "还没有上传成果材料" in page
    assert "请本单位负责人到本页核对并提交" in page


def test_the_officer_returns_or_convenes_from_the_page(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = delivered_project(world)
    base = f"/projects/{project_id}/outcome"
    browser = world.browser("officer")
    browser.get(base)
    assert browser.post(f"{base}/return", {"opinion": ""}).status_code == 422
    assert browser.post(f"{base}/return", {"opinion": "请补充"}).status_code == 302
    assert "请补充" in text(world, "hangzhou_clerk", f"{base}/edit")
    head = world.browser("hangzhou_head")
    head.get(f"{base}/check")
    assert head.post(f"{base}/deliver", {}).status_code == 302
    answer = browser.post(f"{base}/convene", {})
    assert answer.status_code == 302
    assert answer.location.startswith("/panels/")
    assert "查看验收评审组" in text(world, "auditor", base)
    assert "查看验收评审组" not in text(world, "hangzhou_head", base)


def test_the_result_is_shown_after_the_decision(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = accepted_project(world, score="91.25")
    page = text(world, "hangzhou_clerk", f"/projects/{project_id}/outcome")
    assert "91.25" in page
    assert 'data-code="excellent"' in page


def test_the_reading_view_for_experts(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = delivered_project(world, partners=("ningbo",))
    with world.app.test_request_context(), world.reading() as session, world.statements() as seen:
        template, context = PORT.render(session, outcome_id(world, project_id))
        page = render_template(template, **context)
    assert len([s for s in seen if "outcome" in s or "project" in s or "attachment" in s]) <= 6
    assert "可在全省复制" in page
    assert "成果.pdf" in page


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("officer", "/projects"),
        ("officer", "/manage/milestones"),
        ("hangzhou_clerk", "/projects"),
        ("officer", "one"),
    ],
)
def test_a_page_costs_the_same_with_many_rows(sqlite_world: World, key: str, url: str) -> None:
    world = sqlite_world
    project_id = opened_project(world, months=(1, 2))
    url = f"/projects/{project_id}" if url == "one" else url
    browser = world.browser(key)
    browser.get(url)
    with world.statements() as few:
        browser.get(url)
    for lead in ("hangzhou", "ningbo", "wenzhou", "hangzhou"):
        opened_project(world, lead, months=(1, 2, 3, 4, 5, 6), partners=("anji",))
    with world.statements() as many:
        assert browser.get(url).status_code == 200
    assert len(many) == len(few)
    assert len(many) <= 10


def test_pages_speak_english(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = delivered_project(world)
    (first, _) = milestone_ids(world, project_id)
    for key, url in (
        ("officer", "/projects"), ("officer", "/manage/milestones"), ("officer", f"/manage/milestones/{first}"),
        ("officer", f"/projects/{project_id}"), ("hangzhou_clerk", f"/projects/{project_id}/outcome"),
        ("hangzhou_clerk", f"/projects/milestones/{first}/report"),
    ):  # fmt: skip
        page = text(world, key, url, "en")
        assert "<h1" in page
        assert "里程碑看板" not in page


def test_a_returned_report_can_be_sent_again(sqlite_world: World) -> None:
    world = sqlite_world
    (first, _) = milestone_ids(world, opened_project(world))
    report(world, first)
    world.do("officer", return_milestone, (Milestone, first), "不清楚")
    browser = world.browser("hangzhou_head")
    page = browser.get(f"/projects/milestones/{first}/report").get_data(as_text=True)
    assert "按计划完成（示例）" in page
    data = {"summary": "补充后", "version": version(world, Milestone, first)}
    assert browser.post(f"/projects/milestones/{first}/report", data).status_code == 302
    with world.reading() as session:
        assert session.scalars(select(Project.progress)).all() == [0]
