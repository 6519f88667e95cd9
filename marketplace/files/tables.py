"""Excel templates that people fill in (导入模板): written with notes and drop-down lists, read back with care.

One reader for everything that is imported: the packages that import say only what their columns are.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Any, BinaryIO
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_, tidy
from marketplace.files.sniffing import BadFile, sniff

MOST_ROWS = 500
MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
FARTHEST_ROW, FARTHEST_COLUMN = 2000, 50
NOTES_WIDTH = 90
NOBODY = N_("“%(file)s”：表格里没有填写人员")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading (Chinese in the file, whatever language the page speaks) and its width."""

    title: str
    width: int = 16
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """What a template looks like: the sheet's name, its columns, and notes on how to fill it in."""

    sheet: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    nothing: str = NOBODY
    """What is said of a file without rows."""
    titles: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "titles", tuple(column.title for column in self.columns))


@dataclass(frozen=True, slots=True)
class Line:
    """One filled row: its number in the sheet and its cleaned cells, in the order of the columns."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: row and column of the sheet, and why."""

    row: int
    column: str
    problem: Problem


def template(layout: Layout, choices: Mapping[int, Sequence[str]]) -> bytes:
    """The file to fill in; ``choices``: column number → what its drop-down list offers. Its writer is
    loaded when somebody asks for it: few do."""
    import xlsxwriter  # noqa: PLC0415

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        plain = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(layout.sheet)
        sheet.freeze_panes(1, 0)
        _paper(sheet)
        sheet.repeat_rows(0)
        for number, column in enumerate(layout.columns):
            sheet.set_column(number, number, column.width, plain)
            sheet.write_string(0, number, f"{column.title}*" if column.required else column.title, bold)
        _notes(book, book.add_worksheet("填写说明"), layout.notes)
        _choices(book, sheet, choices)
    return out.getvalue()


def _paper(sheet: Any) -> None:
    """Printed on A4 across, all columns on one page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _notes(book: Any, sheet: Any, notes: Sequence[str]) -> None:
    _paper(sheet)
    sheet.set_column(0, 0, NOTES_WIDTH, book.add_format({"text_wrap": True, "valign": "top"}))
    for row, note in enumerate(notes):
        text = f"{row + 1}. {note}"
        sheet.set_row(row, 16 * (1 + len(text.encode("gb18030")) // NOTES_WIDTH))
        sheet.write_string(row, 0, text)


def _choices(book: Any, sheet: Any, choices: Mapping[int, Sequence[str]]) -> None:
    lists = book.add_worksheet("选项")
    lists.hide()
    for place, (column, values) in enumerate(choices.items()):
        for row, value in enumerate(values):
            lists.write_string(row, place, value)
        letter = chr(ord("A") + place)
        source = f"=选项!${letter}$1:${letter}${max(len(values), 1)}"
        sheet.data_validation(
            1, column, MOST_ROWS, column, {"validate": "list", "source": source, "error_type": "warning"}
        )


def read(stream: BinaryIO, layout: Layout) -> list[Line]:
    """The filled rows of a template. Raises BadFile when the file is not one, or too large."""
    sheets = read_sheets(stream)
    return _lines(sheets[0][1] if sheets else [], layout)


def read_sheets(
    stream: BinaryIO, farthest_row: int = FARTHEST_ROW, *, formulas: bool = True
) -> list[tuple[str, list[list[Any]]]]:
    """Name and cells of every sheet, hidden ones included, the checked bounds kept. Raises BadFile; also for any
    formula unless ``formulas`` are allowed (then their last value is read)."""
    size = stream.seek(0, 2)
    if size > MOST_BYTES:
        raise BadFile(N_("“%(file)s”：文件过大"))
    sniff("xlsx", stream)
    _look_into(stream, farthest_row, formulas)
    stream.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(stream)
        return [
            (one.name, book.get_sheet_by_name(one.name).to_python(skip_empty_area=False))
            for one in book.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet
        ]
    except CalamineError as error:
        raise BadFile(N_("“%(file)s”：读不出表格内容")) from error


def _look_into(stream: BinaryIO, farthest_row: int, formulas: bool) -> None:
    """One cell in the farthest corner makes a reader reserve the whole sheet: refused before it is read."""
    with ZipFile(stream) as archive:
        if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED:
            raise BadFile(N_("“%(file)s”：文件过大"))
        for name in archive.namelist():
            if not name.lower().startswith("xl/worksheets/"):
                continue
            content = archive.read(name)
            if not _is_narrow(content, farthest_row):
                raise BadFile(N_("“%(file)s”：表格范围过大，请使用下载的模板填写"))
            if not formulas:
                _refuse_formulas(content)


ADDRESS = re.compile(rb"""\sr\s*=\s*["']([^"']*)["']""")
EMPTY_ROWS = re.compile(rb"(?:<(?:\w+:)?row\b[^<>]*(?:/>|>\s*</(?:\w+:)?row>)\s*)+")
END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
SIMPLE = re.compile(rb"([A-Z]{0,3})([0-9]{0,7})")
FORMULA = re.compile(rb"<(?!xm:)(?:\w+:)?f[\s/>]")
"""In a cell: that of a format or a drop-down list stands under ``xm``."""


def _refuse_formulas(content: bytes) -> None:
    """The reader knows values only: what computes them is looked for in the sheet's own markup."""
    found = FORMULA.search(content)
    if found is not None:
        cells = ADDRESS.findall(content, 0, found.start())
        cell = cells[-1].decode("ascii", "replace") if cells else ""
        raise BadFile(N_("“%(file)s”：单元格%(cell)s是公式，请直接填写内容"), cell=cell)


def _is_narrow(content: bytes, farthest_row: int = FARTHEST_ROW) -> bool:
    if b"\0" in content:
        return False
    for text in ADDRESS.findall(_without_last_rows(content)):
        found = SIMPLE.fullmatch(text)
        if found is None or int(found[2] or 0) > farthest_row or _column(found[1]) > FARTHEST_COLUMN:
            return False
    return True


def _without_last_rows(content: bytes) -> bytes:
    """Without the empty rows at the end: LibreOffice writes the very last one when it was formatted with all others,
    and no reader reserves anything for it."""
    for found in EMPTY_ROWS.finditer(content):
        if END.match(content, found.end()):
            return content[: found.start()] + content[found.end() :]
    return content


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _lines(rows: list[list[Any]], layout: Layout) -> list[Line]:
    width = len(layout.columns)
    if not rows or tuple(cell_text(cell).rstrip("*") for cell in rows[0][:width]) != layout.titles:
        raise BadFile(N_("“%(file)s”：第一行不是模板的表头，请使用下载的模板填写"))
    found = []
    for number, row in enumerate(rows[1:], 2):
        cells = tuple(cell_text(cell) for cell in (*row, *[""] * width)[:width])
        if any(cells):
            found.append(Line(number, cells))
    if len(found) > MOST_ROWS:
        raise BadFile(N_("“%(file)s”：超过一次可导入的行数"))
    if not found:
        raise BadFile(layout.nothing)
    return found


def cell_text(cell: Any) -> str:
    """A cell as a person sees it: numbers without a needless “.0”, dates as 2026-01-31, text tidied."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return tidy(str(cell))
