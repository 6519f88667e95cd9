"""Importing experts: the template, the trial run with its faults, all or nothing."""

import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.audit.models import AuditRow
from marketplace.core.errors import Invalid
from marketplace.experts.imports import check, import_experts
from marketplace.experts.models import Expert
from marketplace.experts.spreadsheet import COLUMNS, LAYOUT
from marketplace.files.tables import Line
from tests.support.world import Browser, World

HEAD = [f"{column.title}*" if column.required else column.title for column in LAYOUT.columns]
CLERK = ("安吉县局填报员（示例）", "anji.clerk@sample.example")
HEADS = ("德清县局负责人（示例）", "deqing.head@sample.example")
GOOD = (
    (*CLERK, "人才", "节能，标准制定", "工程师", "", "", "", "2026-01-01", ""),
    (
        *HEADS,
        "人才",
        "标准化研究",
        "",
        "中文、英文",
        "否",
        3,
        "2026/01/31",
        "2027-12-31",
    ),
)


def sheet(*rows: Sequence[Any]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        target = book.add_worksheet("专家")
        for number, row in enumerate((HEAD, *rows)):
            target.write_row(number, 0, row)
    return out.getvalue()


def upload(browser: Browser, content: bytes) -> TestResponse:
    browser.get("/manage/experts/import")
    data = {"file": (io.BytesIO(content), "experts.xlsx")}
    return browser.post("/manage/experts/import/check", data, content_type="multipart/form-data")


def pool_size(world: World) -> int:
    with world.reading() as session:
        return session.scalar(select(func.count()).select_from(Expert)) or 0


def test_the_template_names_every_column(sqlite_world: World) -> None:
    response = sqlite_world.browser("officer").get("/manage/experts/import/template.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.data))
    assert book.get_sheet_by_index(0).to_python()[0] == HEAD
    assert book.get_sheet_by_index(2).to_python() == [["专家", "是"], ["人才", "否"]]


def test_a_good_file_is_tried_then_imported(world: World) -> None:
    browser, before = world.browser("officer"), pool_size(world)
    tried = upload(browser, sheet(*GOOD))
    page = tried.get_data(as_text=True)
    assert (tried.status_code, "可以导入2人" in page, pool_size(world)) == (200, True, before)
    seal = re.search(r'name="seal" value="([^"]+)"', page)
    assert seal is not None
    assert browser.post("/manage/experts/import", {"seal": seal.group(1)}).status_code == 302
    with world.reading() as session:
        found = {one.person_id: one for one in session.scalars(select(Expert).where(Expert.kind == "talent"))}
        enrolled = session.scalar(select(func.count()).where(AuditRow.action == "ExpertEnrolled"))
    first, second = found[world.people["anji_clerk"]], found[world.people["deqing_head"]]
    assert (first.fields, first.languages, first.technical, first.workload_limit) == (
        ["节能", "标准制定"],
        ["zh"],
        True,
        None,
    )
    assert (second.languages, second.technical, second.workload_limit) == (["zh", "en"], False, 3)
    assert str(second.term_to) == "2027-12-31"
    assert enrolled == 2
    again = browser.post("/manage/experts/import", {"seal": seal.group(1)})
    assert (again.status_code, pool_size(world)) == (422, before + 2)


def test_every_fault_is_told_with_row_column_and_reason(sqlite_world: World) -> None:
    rest = ("", "", "", "", "2026-01-01", "")
    response = upload(
        sqlite_world.browser("officer"),
        sheet(
            ("", "", "", "", "", "", "", "", "", "x"),
            ("无名", "nobody@sample.example", "人才", "节能", *rest),
            ("专家甲（示例）", "expert1@sample.example", "专家", "节能", *rest),
            (*CLERK, "专家", "节能", *rest),
            ("别人", CLERK[1], "人才", "节能", *rest),
            (*CLERK, "外星人", "节能", "", "火星文", "也许", "many", "昨天", ""),
            (*CLERK, "人才", "节能", "", "", "", "51", "2026-01-01", "2025-01-01"),
            GOOD[0],
            GOOD[0],
        ),
    )
    page = response.get_data(as_text=True)
    found = re.findall(r'<tr><td class="narrow">(\d+)</td><td>(.*?)</td><td>(.*?)</td></tr>', page)
    assert response.status_code == 422
    assert [(row, column) for row, column, _ in found] == [
        ("2", "姓名"), ("2", "邮箱"), ("2", "类别"), ("2", "专业领域"), ("2", "聘期开始"), ("2", "聘期结束"),
        ("3", "邮箱"), ("4", "邮箱"), ("5", "类别"), ("6", "姓名"), ("7", "类别"), ("7", "工作语言"), ("7", "技术类"),
        ("7", "同时评审上限"), ("7", "聘期开始"), ("8", "同时评审上限"), ("8", "聘期结束"), ("10", "邮箱"),
    ]  # fmt: skip
    reasons = {(row, column): reason for row, column, reason in found}
    assert reasons["3", "邮箱"] == "没有这个账号，请先由安全管理员邀请"
    assert reasons["5", "类别"] == "该人员还没有专家角色，请先由系统管理员授予"
    assert reasons["7", "技术类"] == "只能填是、否"
    assert reasons["10", "邮箱"] == "与前面的一行重复"
    assert 'name="seal"' not in page


def test_one_fault_and_nobody_joins(sqlite_world: World) -> None:
    before = pool_size(sqlite_world)
    lines = [
        Line(2, tuple(str(cell) for cell in GOOD[0])),
        Line(3, ("无名", "nobody@sample.example", "人才", "节能", "", "", "", "", "2026-01-01", "")),
    ]
    with pytest.raises(Invalid):
        sqlite_world.do("officer", import_experts, lines)
    assert pool_size(sqlite_world) == before


def test_the_trial_costs_the_same_for_many_rows(sqlite_world: World) -> None:
    costs = []
    for number in (1, 30):
        lines = [Line(n, tuple(str(cell) for cell in GOOD[0])) for n in range(2, number + 2)]
        with sqlite_world.uow("officer") as uow, sqlite_world.statements() as seen:
            assert len(check(uow, lines).faults) == number - 1
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 3


def test_only_officers_import(sqlite_world: World) -> None:
    assert len(COLUMNS) == 10
    for key in ("approver", "secadmin", "expert1", "hangzhou_head"):
        assert sqlite_world.browser(key).get("/manage/experts/import").status_code == 403
