"""Excel files: what was put in comes out in two independent readers, as numbers or as text, and nothing runs."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from marketplace.core.xlsx import HIGHEST, LINE, MOST_CHARACTERS, Sheet, workbook

AWKWARD = [
    "普通文字", "=1+1", "+86", "-1", "@SUM(A1)", "<b>&amp;\"'", "两\n行", " 首尾空格 ", "007", "a]]>b", "𠮷",
]  # fmt: skip


def opened(rows: Sequence[Sequence[Any]], **other: Any) -> Any:
    """The file read by openpyxl."""
    return load_workbook(io.BytesIO(workbook([Sheet("数据", ["甲"], rows, **other)])))


def value_of(given: Any) -> Any:
    """One value after its way through a file."""
    return opened([[given]]).active["A2"].value


@pytest.mark.parametrize("text", AWKWARD)
def test_text_stays_the_text_it_was(text: str) -> None:
    cell = opened([[text]]).active["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook([Sheet("数据", ["甲"], [[text]])])))
    assert book.get_sheet_by_index(0).to_python()[1][0] == text


@pytest.mark.parametrize("number", [0, -3, 10**12, Decimal("80.10"), Decimal("1E+3"), 0.1, 1e-9])
def test_numbers_are_numbers(number: Any) -> None:
    assert value_of(number) == pytest.approx(float(number))


def test_numbers_of_numpy_are_numbers_too() -> None:
    assert value_of(np.float64(2.5)) == 2.5


@pytest.mark.parametrize(
    "strange", [float("nan"), float("inf"), float("-inf"), Decimal("NaN"), Decimal("Infinity")]
)
def test_what_is_no_number_becomes_a_word(strange: Any) -> None:
    assert value_of(strange) == str(strange)


def test_moments_are_written_in_beijing_time() -> None:
    assert value_of(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)) == "2026-03-02 00:30:00"
    assert value_of(date(2026, 3, 1)) == "2026-03-01"


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert value_of("a\x00\x08\x1f\ufffeb") == "ab"
    assert value_of("字" * (MOST_CHARACTERS + 5)) == "字" * MOST_CHARACTERS


def test_what_excel_reads_as_a_code_is_written_as_text() -> None:
    with ZipFile(io.BytesIO(workbook([Sheet("数据", ["甲"], [["_x0041_"]])]))) as archive:
        assert ">_x005F_x0041_<" in archive.read("xl/worksheets/sheet1.xml").decode()


def test_empty_cells_stay_empty_and_columns_go_beyond_z() -> None:
    sheet = opened([[None, "", *range(60)]]).active
    assert [sheet["A2"].value, sheet["B2"].value, sheet["AA2"].value, sheet["BJ2"].value] == [
        None,
        None,
        24,
        59,
    ]


def test_the_head_stands_out_and_stays_in_sight() -> None:
    sheet = opened([["x"]], widths=(36,)).active
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
    assert (sheet.freeze_panes, sheet.column_dimensions["A"].width) == ("A2", 36)


def test_long_text_is_wrapped_and_its_row_high_enough() -> None:
    rows = [["短", 1], ["字" * 30, 1], ["two words", 1], ["一\n二\n三", 1], ["字" * 9000, 1]]
    sheet = opened(rows, widths=(20, 8)).active
    assert all(sheet[f"A{number}"].alignment.wrap_text for number in (1, 2, 3))
    heights = [sheet.row_dimensions[number].height for number in range(2, 7)]
    assert heights == [None, 4 * LINE, None, 3 * LINE, HIGHEST]


def test_moments_break_in_narrow_columns_only() -> None:
    moment = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    for width, height in ((20, None), (12, 2 * LINE)):
        assert opened([[moment]], widths=(width,)).active.row_dimensions[2].height == height


def test_numbers_are_shown_with_decimals_unless_they_are_whole() -> None:
    sheet = opened([[7, Decimal("18"), 80.5, IntEnum("Grade", "A B")(2)]]).active
    assert [cell.number_format for cell in sheet[2]] == ["General", "0.00####", "0.00####", "General"]
    assert {cell.alignment.horizontal for cell in sheet[2]} == {"right"}


@pytest.mark.parametrize(
    ("widths", "paper", "side"),
    [((40, 50), "9", "portrait"), ((100, 60), "9", "landscape"), ((200, 60), "8", "landscape")],
)
def test_it_is_printed_on_one_page_across(widths: tuple[int, ...], paper: str, side: str) -> None:
    sheet = opened([["x"]], widths=widths).active
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (paper, side)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.center.text == "&P / &N"


def test_the_head_is_printed_on_every_page() -> None:
    book = load_workbook(io.BytesIO(workbook([Sheet("甲", ["a"], []), Sheet("B's & C", ["a"], [])])))
    assert [sheet.print_title_rows for sheet in book] == ["$1:$1", "$1:$1"]


def test_titles_are_made_fit() -> None:
    book = load_workbook(io.BytesIO(workbook([Sheet('a/b[1]:*?"', [], []), Sheet("长" * 40, [], [])])))
    assert book.sheetnames == ['a b 1    "', "长" * 31]
