"""Importing people: the template, the trial run with its faults, all or nothing, hostile files."""

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.audit.models import AuditRow
from marketplace.core.actor import Role
from marketplace.core.errors import Invalid
from marketplace.files.sniffing import BadFile
from marketplace.files.tables import MOST_BYTES, MOST_ROWS, Line, read, read_sheets
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Appointment, Person, PersonState
from marketplace.organisations.operations.imports import check, import_people
from marketplace.organisations.spreadsheet import COLUMNS, LAYOUT, template
from tests.support.world import Browser, World

HEAD = tuple(f"{title}*" if n < 4 else title for n, title in enumerate(COLUMNS))
HANGZHOU, ANJI = "杭州市机关事务管理局", "安吉县机关事务管理中心"
GOOD = (
    ("张某（示例）", "zhang@sample.example", HANGZHOU, "填报", "科员", "0571-87000000"),
    ("张某（示例）", "zhang@sample.example", ANJI, "填报", "", ""),
    ("李某（示例）", "ＬＩ@Sample.example ", "330523", "审核", "", 13800001234),
)


def sheet(*rows: Sequence[Any], head: Sequence[Any] = HEAD) -> bytes:
    """A filled-in template."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        target = book.add_worksheet("人员")
        for number, row in enumerate((head, *rows)):
            target.write_row(number, 0, row)
    return out.getvalue()


def upload(browser: Browser, content: bytes, name: str = "people.xlsx") -> TestResponse:
    browser.get("/manage/people/import")
    data = {"file": (io.BytesIO(content), name)}
    return browser.post("/manage/people/import/check", data, content_type="multipart/form-data")


def faults(page: str) -> list[tuple[str, str, str]]:
    found = re.findall(r'<tr><td class="narrow">(\d+)</td><td>(.*?)</td><td>(.*?)</td></tr>', page)
    return [(row, column, reason) for row, column, reason in found]


def number_of_people(world: World) -> int:
    with world.reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def test_the_template_offers_units_and_roles_to_choose_from(sqlite_world: World) -> None:
    response = sqlite_world.browser("secadmin").get("/manage/people/import/template.xlsx")
    assert response.headers["Content-Disposition"].startswith("attachment")
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.data))
    assert book.sheet_names == ["人员", "填写说明", "选项"]
    assert tuple(book.get_sheet_by_index(0).to_python()[0]) == HEAD
    choices = book.get_sheet_by_index(2).to_python()
    assert choices[0][0] == "浙江省机关事务管理局"
    assert [row[1] for row in choices[:2]] == ["省局经办", "省局审定"]
    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        content = archive.read("xl/worksheets/sheet1.xml").decode()
    assert content.count("<dataValidation ") == 2
    assert f"D2:D{MOST_ROWS + 1}" in content


def test_the_template_is_printed_on_a4_with_its_notes_wrapped() -> None:
    book = load_workbook(io.BytesIO(template([HANGZHOU], [Role.CLERK])))
    for one in (book["人员"], book["填写说明"]):
        assert (one.page_setup.paperSize, one.page_setup.orientation) == (9, "landscape")
        assert (one.sheet_properties.pageSetUpPr.fitToPage, one.page_setup.fitToHeight) == (True, 0)
    assert book["人员"].print_title_rows == "$1:$1"
    notes = [row[0] for row in book["填写说明"].iter_rows()]
    assert all(cell.alignment.wrap_text for cell in notes)
    example = str(notes[-1].value).partition("：")[2].split("，")
    assert len(example) == len(COLUMNS), "the example fills every column"


def test_a_head_gets_a_template_of_the_own_unit(sqlite_world: World) -> None:
    response = sqlite_world.browser("hangzhou_head").get("/manage/people/import/template.xlsx")
    choices = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(2).to_python()
    assert choices == [[HANGZHOU, "填报"], ["", "审核"]]


def test_a_good_file_is_tried_then_imported(world: World) -> None:
    browser, before = world.browser("secadmin"), number_of_people(world)
    tried = upload(browser, sheet(*GOOD, ("", "", "", "", "", "")))
    page = tried.get_data(as_text=True)
    assert tried.status_code == 200
    assert "可以导入2人" in page
    assert number_of_people(world) == before
    seal = re.search(r'name="seal" value="([^"]+)"', page)
    assert seal is not None
    assert browser.post("/manage/people/import", {"seal": seal.group(1)}).status_code == 302
    with world.reading() as session:
        found = {
            p.email: p for p in session.scalars(select(Person).where(Person.state == PersonState.INVITED))
        }
        posts = session.scalars(
            select(Appointment.role).where(Appointment.person_id == found["zhang@sample.example"].id)
        ).all()
        row = session.scalars(select(AuditRow).where(AuditRow.action == "PeopleImported")).one()
        mails = session.scalar(select(func.count()).where(OutboxMail.kind == "invitation"))
    assert set(found) == {"zhang@sample.example", "li@sample.example"}
    assert found["li@sample.example"].phone == "13800001234"
    assert posts == ["clerk", "clerk"]
    assert row.details["count"] == mails == 2
    again = browser.post("/manage/people/import", {"seal": seal.group(1)})
    assert again.status_code == 422
    assert "请重新检查后再导入" in again.get_data(as_text=True)


def test_every_fault_is_told_with_row_column_and_reason(sqlite_world: World) -> None:
    response = upload(
        sqlite_world.browser("secadmin"),
        sheet(
            ("", "a@sample.example", HANGZHOU, "填报"),
            ("乙", "no address", HANGZHOU, "填报"),
            ("丙", "officer@sample.example", HANGZHOU, "填报"),
            ("丁", "d@sample.example", "火星局", "皇帝"),
            ("戊", "e@sample.example", HANGZHOU, "省局经办"),
            ("己", "f@sample.example", HANGZHOU, "填报", "", "not a number"),
            ("庚", "g@sample.example", HANGZHOU, "填报"),
            ("辛", "g@sample.example", HANGZHOU, "审核"),
            ("庚", "g@sample.example", HANGZHOU, "填报"),
            ("壬" * 81, "h@sample.example", HANGZHOU, "填报"),
            ("癸", "i@sample.example", "浙江省机关事务管理局", "系统管理员"),
            ("癸", "i@sample.example", "浙江省机关事务管理局", "审计管理员"),
        ),
    )
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert faults(page) == [
        ("2", "姓名", "请填写姓名"),
        ("3", "邮箱", "请填写有效的邮箱，例如 name@example.gov.cn"),
        ("4", "邮箱", "此邮箱已有账号"),
        ("5", "单位", "没有这个单位，请从下拉列表中选择"),
        ("5", "角色", "没有这个角色，请从下拉列表中选择"),
        ("6", "角色", "此类单位没有这个角色"),
        ("7", "联系电话", "请填写有效的电话号码"),
        ("9", "姓名", "同一邮箱前面写的是另一个姓名"),
        ("10", "角色", "与前面的一行重复"),
        ("11", "姓名", "最多80字"),
        ("13", "角色", "系统、安全、审计管理员须由不同的人担任"),
    ]
    assert 'name="seal"' not in page


def test_a_head_imports_for_the_own_unit_only(sqlite_world: World) -> None:
    response = upload(sqlite_world.browser("hangzhou_head"), sheet(GOOD[0], GOOD[2]))
    assert faults(response.get_data(as_text=True)) == [
        ("3", "角色", "单位负责人只能管理本单位的填报和审核人员")
    ]


def test_one_fault_and_nobody_is_imported(sqlite_world: World) -> None:
    before = number_of_people(sqlite_world)
    lines = [
        Line(2, ("甲", "a@sample.example", HANGZHOU, "填报", "", "")),
        Line(3, ("乙", "officer@sample.example", HANGZHOU, "填报", "", "")),
    ]
    with pytest.raises(Invalid):
        sqlite_world.do("secadmin", import_people, lines)
    assert number_of_people(sqlite_world) == before


def test_the_trial_costs_the_same_for_many_rows(sqlite_world: World) -> None:
    def lines(number: int) -> list[Line]:
        return [
            Line(n, ("甲", f"a{n}@sample.example", HANGZHOU, "填报", "", "")) for n in range(2, number + 2)
        ]

    costs = []
    for number in (1, 30):
        with sqlite_world.uow("secadmin") as uow, sqlite_world.statements() as seen:
            assert len(check(uow, lines(number)).newcomers) == number
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 3


@pytest.mark.parametrize("seal", ["", "forged", "WzEsIi9hY3QtYXMiXQ.x.y"])
def test_a_forged_seal_imports_nobody(sqlite_world: World, seal: str) -> None:
    browser = sqlite_world.browser("secadmin")
    browser.get("/manage/people/import")
    assert browser.post("/manage/people/import", {"seal": seal}).status_code == 422


def test_the_seal_belongs_to_its_importer_and_expires(sqlite_world: World) -> None:
    page = upload(sqlite_world.browser("secadmin"), sheet(GOOD[0])).get_data(as_text=True)
    seal = re.search(r'name="seal" value="([^"]+)"', page)
    assert seal is not None
    head = sqlite_world.browser("hangzhou_head")
    head.get("/manage/people/import")
    assert head.post("/manage/people/import", {"seal": seal.group(1)}).status_code == 422


def far_away(cell: str) -> bytes:
    """A small file whose only cell stands far out."""
    return ending(f'<row r="9"><c r="{cell}"><v>1</v></c></row></sheetData>')


def ending(rows: str) -> bytes:
    """A small file whose sheet ends like this."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(GOOD[0]))) as old, zipfile.ZipFile(content, "w") as new:
        for info in old.infolist():
            data = old.read(info.filename)
            if info.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</row></sheetData>", f"</row>{rows}".encode())
            new.writestr(info, data)
    return content.getvalue()


@pytest.mark.parametrize("cell", ["A1048576", "XFD1", "A2001", "&#88;FD1", "A99999999"])
def test_a_far_away_cell_is_refused_before_reading(cell: str) -> None:
    with pytest.raises(BadFile, match="表格范围过大"):
        read(io.BytesIO(far_away(cell)), LAYOUT)


LAST = '<row r="1048576" ht="25.5" customHeight="true"></row>'


@pytest.mark.parametrize("rows", [f"{LAST}</sheetData>", f'<row r="9"/>\n{LAST} </sheetData>'])
def test_an_empty_last_row_that_was_formatted_does_no_harm(rows: str) -> None:
    assert len(read(io.BytesIO(ending(rows)), LAYOUT)) == 1


@pytest.mark.parametrize(
    "rows",
    [
        f"{LAST}<row><c><v>1</v></c></row></sheetData>",
        f"{LAST}<!--</sheetData>--><row><c><v>1</v></c></row></sheetData>",
        '<row r="1048576"><c><v>1</v></c></row></sheetData>',
    ],
)
def test_a_far_away_row_that_anything_follows_is_refused(rows: str) -> None:
    with pytest.raises(BadFile, match="表格范围过大"):
        read(io.BytesIO(ending(rows)), LAYOUT)


def test_a_formula_is_looked_for_in_cells_only() -> None:
    """Other programs write that of a format or a drop-down list behind the cells."""
    listed = "</sheetData><extLst><ext><xm:f>Sheet2!$A$1</xm:f></ext></extLst>"
    assert read_sheets(io.BytesIO(ending(listed)), formulas=False)
    with pytest.raises(BadFile, match="是公式"):
        read_sheets(io.BytesIO(ending('<row r="9"><c r="A9"><f>1</f></c></row></sheetData>')), formulas=False)


def test_a_cell_within_the_bounds_is_read() -> None:
    assert len(read(io.BytesIO(far_away("A9")), LAYOUT)) == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "文件是空的"),
        (b"not a workbook", "文件内容与扩展名不符"),
        (sheet(), "表格里没有填写人员"),
        (sheet(("a",), head=("其他", "表头")), "第一行不是模板的表头"),
        (
            sheet(*[("甲", f"a{n}@b.cc", HANGZHOU, "填报") for n in range(MOST_ROWS + 1)]),
            "超过一次可导入的行数",
        ),
        (b"PK\x03\x04" + b"x" * 100, "文件损坏"),
    ],
    ids=["empty", "text", "nobody", "other-head", "too-many", "broken-zip"],
)
def test_what_is_no_template_is_told_so(sqlite_world: World, content: bytes, told: str) -> None:
    response = upload(sqlite_world.browser("secadmin"), content)
    assert response.status_code == 422
    assert told in response.get_data(as_text=True)


def test_a_missing_file_is_told_so(sqlite_world: World) -> None:
    browser = sqlite_world.browser("secadmin")
    browser.get("/manage/people/import")
    assert browser.post("/manage/people/import/check").status_code == 422


def test_a_large_file_is_refused_before_looking() -> None:
    with pytest.raises(BadFile, match="文件过大"):
        read(io.BytesIO(b"x" * (MOST_BYTES + 1)), LAYOUT)
