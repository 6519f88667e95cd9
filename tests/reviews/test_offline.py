"""Offline score sheets: the workbook out, its trial run, and what is taken from it — all or nothing."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook, SheetVisibleEnum
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from marketplace.audit.models import AuditRow
from marketplace.files.models import PendingFile
from marketplace.files.sniffing import BadFile
from marketplace.i18n import translations
from marketplace.organisations.models import Organisation
from marketplace.reviews import operations
from marketplace.reviews.models import Duty, ScoreSheet
from marketplace.reviews.offline.identity import Identity, read_identity
from marketplace.reviews.offline.plan import UNABLE_WORDS
from marketplace.reviews.offline.reading import read_filled
from marketplace.reviews.queries.own import place_for, seat_for
from marketplace.reviews.workflow import DutyState, SheetState
from marketplace.topics.rules import BID_RUBRIC, DEFAULT_RULES
from tests.reviews.story import (
    CODES,
    FIVE,
    LEADS,
    confirm,
    convene,
    item_ids,
    marks,
    release,
    score,
    scoring_panel,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.reviews.test_anchor import anchored
from tests.reviews.test_anchor import save as save_one
from tests.support.world import Browser, World

EACH = len(CODES) + 1
"""Rows of one item: its criteria, and the overall opinion."""
Cells = Mapping[str, Any]
FORMULA = object()


def address(world: World, panel_id: int, key: str = "expert1") -> str:
    return f"/reviews/{seat_id(world, panel_id, key)}/offline"


def downloaded(world: World, panel_id: int, key: str = "expert1") -> bytes:
    answer = world.browser(key).get(f"{address(world, panel_id, key)}/sheets.xlsx")
    assert answer.status_code == 200
    return answer.data


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def filled(content: bytes, cells: Cells, without: tuple[int, ...] = (), more: tuple[int, ...] = ()) -> bytes:
    """The workbook with these cells typed in ("F2"), these rows left out, these repeated at its end."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        for name, rows in sheets(content).items():
            target = book.add_worksheet(name)
            chosen = [row for number, row in enumerate(rows, 1) if name != "评分" or number not in without]
            for number, row in enumerate([*chosen, *(rows[one - 1] for one in more if name == "评分")]):
                target.write_row(number, 0, row)
            for cell, value in cells.items() if name == "评分" else ():
                if value is FORMULA:
                    target.write_formula(cell, "=40+45", value=85)
                else:
                    target.write(cell, value)
    return out.getvalue()


def scored(row: int, points: Any = 80) -> dict[str, Any]:
    """Marks for the item whose rows begin here, and an opinion."""
    given: dict[str, Any] = {f"F{row + number}": points for number in range(len(CODES))}
    return {**given, f"H{row + len(CODES)}": "总体较好"}


def upload(browser: Browser, where: str, content: bytes, name: str = "评分表.xlsx") -> TestResponse:
    browser.get(where)
    data = {"file": (io.BytesIO(content), name)}
    return browser.post(where, data, content_type="multipart/form-data")


def imported(world: World, where: str, content: bytes) -> int:
    """Uploads and confirms; the answer's status."""
    browser = world.browser("expert1")
    answer = upload(browser, where, content)
    assert answer.status_code == 302, faults(answer)
    browser.get(answer.location)
    return browser.post(answer.location).status_code


def faults(answer: TestResponse) -> list[tuple[str, str]]:
    """(cell, reason) as the page lists them."""
    page = answer.get_data(as_text=True)
    found = re.findall(r'<td class="narrow">(.*?)</td>(?:\s*<td>.*?</td>)\s*<td>(.*?)</td>', page, re.S)
    told = [(cell.strip(), re.sub(r"<[^>]+>", "", reason.replace("<br>", "|"))) for cell, reason in found]
    return [(cell, " ".join(reason.split()).partition("|文件中")[0].strip()) for cell, reason in told]


def stored(world: World, panel_id: int, key: str = "expert1") -> dict[int, ScoreSheet]:
    mine = seat_id(world, panel_id, key)
    with world.reading() as session:
        return {
            one.item_id: one for one in session.scalars(select(ScoreSheet).where(ScoreSheet.seat_id == mine))
        }


def test_the_workbook_holds_what_is_to_be_scored(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    first, second, third = item_ids(sqlite_world, panel_id)
    save_one(sqlite_world, panel_id, "expert1", second, 55)
    content = downloaded(sqlite_world, panel_id)
    book = sheets(content)
    assert list(book) == ["填写说明", "评分", "_identity"]
    rows = book["评分"]
    assert [row[0] for row in rows[1:]] == [
        f"{item}:{code}" for item in (first, second, third) for code in (*CODES, "")
    ]
    assert (rows[1][1], rows[1][3]) == (1.0, "目标契合与指标先进性（权重20%）")
    assert rows[1][4].splitlines()[0] == f"A 90–100  {BID_RUBRIC.criteria[0].anchors[0]}"
    assert rows[1][5:8] == ["", "", ""]
    assert rows[1 + EACH][5:8] == [55.0, "", "依据不足"]
    told = "\n".join(str(row[0]) for row in book["填写说明"])
    assert "低于60分须写明理由" in told
    assert "不会按零分计算" in told
    identity = read_identity(*(row[0] for row in book["_identity"][:2]))
    assert {item: version for item, (version, _) in identity.stood.items()} == {first: 0, second: 1, third: 0}
    visible = {
        one.name: one.visible for one in CalamineWorkbook.from_filelike(io.BytesIO(content)).sheets_metadata
    }
    assert visible["_identity"] == SheetVisibleEnum.VeryHidden
    with ZipFile(io.BytesIO(content)) as archive:
        markup = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in markup
    assert re.search(r'type="decimal"[^>]*sqref="F2:F22"', markup)
    assert '"无法判断"' in markup.replace("&quot;", '"')
    with sqlite_world.reading() as session:
        kept = session.scalars(select(AuditRow).where(AuditRow.action == "export")).one()
        assert (kept.subject_kind, kept.subject_id) == ("panel", panel_id)


def test_the_workbook_speaks_the_experts_language(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    browser = sqlite_world.browser("expert1", "en")
    book = sheets(browser.get(f"{address(sqlite_world, panel_id)}/sheets.xlsx").data)
    assert list(book) == ["Instructions", "Score", "_identity"]
    assert not re.search("[\u4e00-\u9fff]", "".join(str(row[0]) for row in book["Instructions"][3:]))
    assert book["Score"][0][5:8] == ["Mark", "Cannot judge", "Reason"]
    assert {"无法判断", translations("en").gettext("无法判断").lower()} == UNABLE_WORDS


def test_a_blind_panel_names_no_unit_in_the_workbook(sqlite_world: World) -> None:
    blind = replace(DEFAULT_RULES, blind=True)
    topic_id, _ = topic_with_bids(sqlite_world, rules=blind)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE)
    release(sqlite_world, panel_id)
    confirm(sqlite_world, panel_id, *FIVE)
    book = sheets(downloaded(sqlite_world, panel_id))
    assert {row[2] for row in book["评分"][1:]} == {"材料01", "材料02", "材料03"}
    with sqlite_world.reading() as session:
        names = session.scalars(select(Organisation.name).where(Organisation.code.in_(LEADS))).all()
    told = "".join(str(cell) for rows in book.values() for row in rows for cell in row)
    assert len(names) == len(LEADS)
    assert not [name for name in names if name in told]


def test_drafts_are_taken_after_a_look_and_the_same_file_goes_on(world: World) -> None:
    panel_id = scoring_panel(world)
    where, (first, second, third) = address(world, panel_id), item_ids(world, panel_id)
    save_one(world, panel_id, "expert1", second, 70)
    content = downloaded(world, panel_id)
    once = filled(content, {**scored(2), "F4": "", "G4": "无法判断", "H4": "材料不足", "F9": 71.5})
    browser = world.browser("expert1")
    answer = upload(browser, where, once)
    assert answer.status_code == 302
    assert set(stored(world, panel_id)) == {second}
    page = browser.get(answer.location).get_data(as_text=True)
    assert "2项的评分保存为草稿：有变化的8行列在下面，另有6行不变" in page
    assert "1项与网页上相同" in page
    assert browser.post(answer.location).status_code == 302
    found = stored(world, panel_id)
    assert found[first].marks["basis"] == {"score": None, "unable": True, "comment": "材料不足"}
    assert (found[first].marks["goals"]["score"], found[first].comment) == ("80", "总体较好")
    assert (found[second].marks["goals"]["score"], found[second].marks["plan"]["score"]) == ("71.5", "70")
    assert third not in found
    assert {one.state for one in found.values()} == {SheetState.DRAFT}
    with world.reading() as session:
        noted = session.scalars(select(AuditRow).where(AuditRow.action == "SheetsImported")).one()
        assert noted.details["items"] == [first, second]
        assert noted.details["sha256"] in answer.location
        now = select(func.count()).where(PendingFile.expires_at > world.clock())
        assert session.scalar(now) == 0
    assert browser.get(answer.location).status_code == 404
    assert imported(world, where, filled(once, {"F2": 90, **scored(16, 60)})) == 302
    found = stored(world, panel_id)
    assert [found[one].marks["goals"]["score"] for one in (first, second, third)] == ["90", "71.5", "60"]


def test_every_fault_is_told_with_its_cell_and_nothing_is_saved(sqlite_world: World) -> None:
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    content = downloaded(world, panel_id)
    wrong = {
        "F2": 101, "F3": "八十", "F4": 77.55, "F5": "NaN", "F6": -1, "F7": 80, "G7": "无法判断",
        "G9": "也许", "F8": 50,
        **scored(16), "F16": 59.9, "G17": "无法判断", "F17": "", "H18": "长" * 1001,
        "A23": "x", "A24": "999:goals", "A25": "1:forged",
    }  # fmt: skip
    answer = upload(world.browser("expert1"), address(world, panel_id), filled(content, wrong, more=(16,)))
    assert answer.status_code == 422
    bad = "请填写0至100的分数，最多一位小数"
    assert faults(answer) == [
        ("F2", bad), ("F3", bad), ("F4", bad), ("F5", bad), ("F6", bad),
        ("F7", "已选“无法判断”，请清空分数"), ("F8", "总体意见这一行没有分数，请清空"),
        ("G9", "这一格请选择“无法判断”，或留空"), ("H16", "低于60分须说明理由"),
        ("H17", "选择“无法判断”须说明理由"), ("H18", "最多1000字"),
        ("第23行", "不是评分表里的行，请删除，或重新下载评分表"),
        ("第24行", "不是评分表里的行，请删除，或重新下载评分表"),
        ("第25行", "不是评分表里的行，请删除，或重新下载评分表"),
    ]  # fmt: skip
    assert stored(world, panel_id) == {}
    twice = upload(
        world.browser("expert1"), address(world, panel_id), filled(content, scored(2), (10,), (2,))
    )
    assert faults(twice) == [
        ("第9行", "这一项的行不全，请重新下载评分表"),
        ("第22行", "这一行出现了两次，另一次在第2行；请只留一行"),
    ]
    assert stored(world, panel_id) == {}


def goals(world: World, panel_id: int) -> list[str]:
    """The first mark of each sheet, in the order of items."""
    return [one.marks["goals"]["score"] for _, one in sorted(stored(world, panel_id).items())]


def test_the_expert_chooses_where_both_sides_changed(sqlite_world: World) -> None:
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    where, (first, second, third) = address(world, panel_id), item_ids(world, panel_id)
    content = downloaded(world, panel_id)
    for item, points in ((first, 66), (second, 77)):
        save_one(world, panel_id, "expert1", item, points)
    browser = world.browser("expert1")
    checked = upload(browser, where, filled(content, {**scored(2), **scored(9, 81), **scored(16, 82)}))
    assert checked.status_code == 302
    page = browser.get(checked.location).get_data(as_text=True)
    cells = re.findall(r"<td><strong>(\d+)</strong></td><td><strong>(\d+)</strong></td>", page)
    assert cells == [("66", "80")] * len(CODES) + [("77", "81")] * len(CODES)
    assert "有2项下载之后网页上又改过" in page
    mine = {f"item_{first}": "file:1", f"item_{second}": "page:1"}
    for wrong in ({}, {f"item_{first}": "file:1"}, {**mine, f"item_{second}": "other:1"}):
        refused = browser.post(checked.location, wrong)
        assert (refused.status_code, "field-error" in refused.get_data(as_text=True)) == (422, True)
        assert goals(world, panel_id) == ["66", "77"]
    kept = browser.post(checked.location, {f"item_{first}": "file:1"}).get_data(as_text=True)
    assert re.search(rf'<input[^>]*checked[^>]*name="item_{first}"[^>]*value="file:1"', kept)
    assert browser.post(checked.location, mine).status_code == 302
    assert goals(world, panel_id) == ["80", "77", "82"]
    with world.reading() as session:
        noted = session.scalars(select(AuditRow).where(AuditRow.action == "SheetsImported")).one()
        assert noted.details["items"] == [first, third]


def test_a_choice_says_nothing_of_what_was_saved_since(sqlite_world: World) -> None:
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    where, first = address(world, panel_id), item_ids(world, panel_id)[0]
    content = filled(downloaded(world, panel_id), scored(2))
    save_one(world, panel_id, "expert1", first, 66)
    browser = world.browser("expert1", "en")
    checked = upload(browser, where, content)
    assert "Take what the workbook says" in browser.get(checked.location).get_data(as_text=True)
    save_one(world, panel_id, "expert1", first, 67)
    assert browser.post(checked.location, {f"item_{first}": "file:1"}).status_code == 422
    assert goals(world, panel_id) == ["67"]
    assert browser.post(checked.location, {f"item_{first}": "page:2"}).status_code == 302
    assert goals(world, panel_id) == ["67"]
    assert browser.get(checked.location).status_code == 404


def test_what_the_page_has_newer_is_not_asked_about_where_the_file_is_untouched(sqlite_world: World) -> None:
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    where, (first, second, third) = address(world, panel_id), item_ids(world, panel_id)
    content = downloaded(world, panel_id)
    save_one(world, panel_id, "expert1", first, 66)
    save_one(world, panel_id, "expert1", second, 77)
    browser = world.browser("expert1")
    checked = upload(browser, where, filled(content, scored(16)))
    assert "2项在文件中没有改过" in browser.get(checked.location).get_data(as_text=True)
    save_one(world, panel_id, "expert1", third, 88)
    late = browser.post(checked.location)
    assert (late.status_code, "请选择采用哪一份评分" in late.get_data(as_text=True)) == (422, True)
    assert goals(world, panel_id) == ["66", "77", "88"]
    broken = upload(browser, where, filled(content, {**scored(2), "F9": 101}))
    assert (broken.status_code, faults(broken)) == (422, [("F9", "请填写0至100的分数，最多一位小数")])
    assert "另有1项下载之后网页上又改过" in broken.get_data(as_text=True)


def test_frozen_and_lifted_items_are_refused_unless_untouched(sqlite_world: World) -> None:
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    where, items = address(world, panel_id), item_ids(world, panel_id)
    content = downloaded(world, panel_id)
    with world.uow() as uow:
        mine = Duty.seat_id == seat_id(world, panel_id, "expert1")
        lifted = update(Duty).where(mine, Duty.item_id == items[1])
        uow.session.execute(lifted.values(state=DutyState.LIFTED))
    answer = upload(world.browser("expert1"), where, filled(content, scored(9)))
    assert faults(answer) == [("第9行", "这一项已不由您评审，请删除这一项的全部行")]
    assert imported(world, where, filled(content, scored(2))) == 302
    save_one(world, panel_id, "expert1", items[2])
    with world.uow("expert1") as uow:
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, seat_id(world, panel_id, "expert1")))
    answer = upload(world.browser("expert1"), where, filled(content, {**scored(2, 99), **scored(16, 80)}))
    assert faults(answer) == [("F2", "评分已提交，不能再修改"), ("F16", "评分已提交，不能再修改")]
    same = upload(world.browser("expert1"), where, content)
    assert (same.status_code, "没有需要保存的改动" in same.get_data(as_text=True)) == (200, True)


def test_only_the_item_all_score_first_is_in_the_workbook(sqlite_world: World) -> None:
    panel_id, first = anchored(sqlite_world)
    content = downloaded(sqlite_world, panel_id)
    assert {row[0].split(":")[0] for row in sheets(content)["评分"][1:]} == {str(first)}
    assert imported(sqlite_world, address(sqlite_world, panel_id), filled(content, scored(2))) == 302
    with sqlite_world.uow("expert1") as uow:
        mine = seat_id(sqlite_world, panel_id, "expert1")
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, mine))
    later = sheets(downloaded(sqlite_world, panel_id))["评分"][1:]
    others = {str(item) for item in item_ids(sqlite_world, panel_id)} - {str(first)}
    assert {row[0].split(":")[0] for row in later} == others


def test_other_peoples_and_other_files_are_known(sqlite_world: World) -> None:
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    other = scoring_panel(world, leads=("330400", "330500"))
    where, browser = address(world, panel_id), world.browser("expert1")
    content = downloaded(world, panel_id)

    def said(given: bytes, name: str = "a.xlsx") -> str:
        answer = upload(browser, where, given, name)
        found = re.search(r'id="file-error">.*?</span>(.*?)</span>', answer.get_data(as_text=True), re.S)
        assert answer.status_code == 422
        assert found is not None
        return found[1]

    assert "这不是您的评分表" in said(downloaded(world, panel_id, "expert2"))
    assert "这是另一次评审的评分表" in said(downloaded(world, other))
    assert "单元格F3是公式" in said(filled(content, {"F2": 80, "F3": FORMULA}))
    assert "请另存为 .xlsx" in said(content, "a.et")
    assert "文件损坏" in said(b"PK\x03\x04 not a workbook")
    assert "表格范围过大" in said(filled(content, {"F9000": 1}))
    with pytest.raises(BadFile, match="文件过大"):
        read_filled(io.BytesIO(b"PK\x03\x04" + b"0" * (2 * 1024 * 1024)))
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet("评分").write("A1", "#")
    assert "不是从本页下载的评分表" in said(plain.getvalue())
    outdated = sheets(content)["_identity"]
    identity = read_identity(outdated[0][0], outdated[1][0])
    with pytest.raises(ValueError, match="标识已损坏"):
        read_identity(outdated[0][0].replace('"seat":', '"seat": '), outdated[1][0][::-1])
    assert "版本已过时" in said(renamed(content, replace(identity, rules="0" * 64)))
    assert stored(world, panel_id) == {}


def renamed(content: bytes, identity: Identity) -> bytes:
    """The workbook under another identity, which is whole."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets(content).items():
            target = book.add_worksheet(name)
            given = [[text] for text in identity.written()] if name == "_identity" else rows
            for number, row in enumerate(given):
                target.write_row(number, 0, row)
    return out.getvalue()


def test_only_the_expert_herself_and_only_while_scoring(sqlite_world: World) -> None:
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    where, content = address(world, panel_id), downloaded(world, panel_id)
    checked = upload(world.browser("expert1"), where, filled(content, scored(2)))
    for key in ("expert2", "officer", "auditor", "hangzhou_head"):
        browser = world.browser(key)
        for page in (where, f"{where}/sheets.xlsx", checked.location):
            assert browser.get(page).status_code in {403, 404}, (key, page)
        assert upload(browser, where, content).status_code in {403, 404}
        assert browser.post(checked.location).status_code in {403, 404}
    score(world, panel_id, "expert1", [marks(80)] * 3)
    late = world.browser("expert1").post(checked.location)
    assert (late.status_code, faults(late)) == (422, [("F2", "评分已提交，不能再修改")])
    assert [str(one.total) for one in stored(world, panel_id).values()] == ["80.00"] * 3


def test_the_page_takes_as_many_statements_for_many_items(sqlite_world: World) -> None:
    counts = []
    for leads in (LEADS[:1], LEADS):
        panel_id = scoring_panel(sqlite_world, FIVE, leads)
        where, browser = address(sqlite_world, panel_id), sqlite_world.browser("expert1")
        content = filled(downloaded(sqlite_world, panel_id), scored(2))
        browser.get(where)
        with sqlite_world.statements() as seen:
            checked = upload(browser, where, content)
            browser.get(checked.location)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_file_saved_page_mark_is_exact(sqlite_world: World) -> None:
    """What a spreadsheet keeps as 88.299999999999997 is 88.3."""
    world, panel_id = sqlite_world, scoring_panel(sqlite_world)
    content = filled(downloaded(world, panel_id), {"F2": 88.299999999999997, "F3": "８５", "F4": 0})
    content = filled(content, {"H4": "没有基础"})
    assert imported(world, address(world, panel_id), content) == 302
    item = item_ids(world, panel_id)[0]
    with world.uow("expert1") as uow:
        sheet = place_for(uow.session, uow.actor, seat_id(world, panel_id, "expert1"), item).sheet
        assert sheet is not None
        assert [sheet.marks[code]["score"] for code in CODES[:4]] == ["88.3", "85", "0", None]
        assert Decimal(sheet.marks["goals"]["score"]) == Decimal("88.3")
