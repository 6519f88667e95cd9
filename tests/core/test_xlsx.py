"""Excel files: what was put in comes out in two independent readers, as numbers or as text, and nothing runs."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from marketplace.core.xlsx import MOST_CHARACTERS, Sheet, workbook

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


def test_titles_are_made_fit() -> None:
    book = load_workbook(io.BytesIO(workbook([Sheet('a/b[1]:*?"', [], []), Sheet("长" * 40, [], [])])))
    assert book.sheetnames == ['a b 1    "', "长" * 31]
