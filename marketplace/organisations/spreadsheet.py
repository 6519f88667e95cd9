"""The Excel template for people (批量导入模板): written with notes and drop-down lists, read back with care."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from marketplace.core.actor import Role
from marketplace.core.text import N_, tidy
from marketplace.files.sniffing import BadFile, sniff
from marketplace.organisations.labels import ROLE_LABELS

COLUMNS = (N_("姓名"), N_("邮箱"), N_("单位"), N_("角色"), N_("职务"), N_("联系电话"))
"""The headings; they stay Chinese in the file, whatever language the page speaks."""
REQUIRED = 4
WIDTHS = (14, 30, 36, 16, 16, 18)
MOST_ROWS = 500
MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
FARTHEST_ROW, FARTHEST_COLUMN = 2000, 50
NOTES = (
    "一行一人；同一人担任多个角色时，每个角色写一行，姓名和邮箱相同。",
    "带*的列必填。单位和角色请从下拉列表中选择，单位也可以填机构代码。",
    f"一次最多导入{MOST_ROWS}行。先检查、后导入：有一处错误则全部不导入。",
    "导入后系统向每个邮箱寄出邀请链接，7天内有效。",
    "请勿填写身份证号、银行卡号等无关信息。",
)
EXAMPLE = ("示例填报员", "example@example.gov.cn", "", "填报", "科长", "0571-00000000")


@dataclass(frozen=True, slots=True)
class Line:
    """One filled row: its number in the sheet and its cleaned cells, in the order of ``COLUMNS``."""

    number: int
    cells: tuple[str, ...]


def template(units: Sequence[str], roles: Sequence[Role]) -> bytes:
    """The file to fill in. Its writer is loaded when somebody asks for it: few do."""
    import xlsxwriter  # noqa: PLC0415

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        plain = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("人员")
        sheet.freeze_panes(1, 0)
        for column, (title, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width, plain)
            sheet.write_string(0, column, f"{title}*" if column < REQUIRED else title, bold)
        _notes(book.add_worksheet("填写说明"))
        _choices(book, sheet, units, [ROLE_LABELS[role] for role in roles])
    return out.getvalue()


def _notes(sheet: Any) -> None:
    sheet.set_column(0, 0, 90)
    for row, note in enumerate(NOTES):
        sheet.write_string(row, 0, f"{row + 1}. {note}")
    sheet.write_string(len(NOTES) + 1, 0, "示例：" + "，".join(cell for cell in EXAMPLE if cell))


def _choices(book: Any, sheet: Any, units: Sequence[str], roles: Sequence[str]) -> None:
    lists = book.add_worksheet("选项")
    lists.hide()
    for column, values in ((0, units), (1, roles)):
        for row, value in enumerate(values):
            lists.write_string(row, column, value)
    for column, letter, number in ((2, "A", len(units)), (3, "B", len(roles))):
        source = f"=选项!${letter}$1:${letter}${max(number, 1)}"
        sheet.data_validation(
            1, column, MOST_ROWS, column, {"validate": "list", "source": source, "error_type": "warning"}
        )


def read(stream: BinaryIO) -> list[Line]:
    """The filled rows of a template. Raises BadFile when the file is not one, or too large."""
    size = stream.seek(0, 2)
    if size > MOST_BYTES:
        raise BadFile(N_("“%(file)s”：文件过大"))
    sniff("xlsx", stream)
    _refuse_wide_ranges(stream)
    stream.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(stream)
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise BadFile(N_("“%(file)s”：读不出表格内容")) from error
    return _lines(rows)


def _refuse_wide_ranges(stream: BinaryIO) -> None:
    """One cell in the farthest corner makes a reader reserve the whole sheet: refused before it is read."""
    with ZipFile(stream) as archive:
        if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED:
            raise BadFile(N_("“%(file)s”：文件过大"))
        for name in archive.namelist():
            if name.lower().startswith("xl/worksheets/") and not _is_narrow(archive.read(name)):
                raise BadFile(N_("“%(file)s”：表格范围过大，请使用下载的模板填写"))


ADDRESS = re.compile(rb"""\sr\s*=\s*["']([^"']*)["']""")
SIMPLE = re.compile(rb"([A-Z]{0,3})([0-9]{0,7})")


def _is_narrow(content: bytes) -> bool:
    if b"\0" in content:
        return False
    for text in ADDRESS.findall(content):
        found = SIMPLE.fullmatch(text)
        if found is None or int(found[2] or 0) > FARTHEST_ROW or _column(found[1]) > FARTHEST_COLUMN:
            return False
    return True


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _lines(rows: list[list[Any]]) -> list[Line]:
    if not rows or tuple(_text(cell).rstrip("*") for cell in rows[0][: len(COLUMNS)]) != COLUMNS:
        raise BadFile(N_("“%(file)s”：第一行不是模板的表头，请使用下载的模板填写"))
    found = []
    for number, row in enumerate(rows[1:], 2):
        cells = tuple(_text(cell) for cell in (*row, *[""] * len(COLUMNS))[: len(COLUMNS)])
        if any(cells):
            found.append(Line(number, cells))
    if len(found) > MOST_ROWS:
        raise BadFile(N_("“%(file)s”：超过一次可导入的行数"))
    if not found:
        raise BadFile(N_("“%(file)s”：表格里没有填写人员"))
    return found


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return tidy(str(cell))
