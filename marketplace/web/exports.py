"""Excel out: typed cells, never a formula, one audit row for each export."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response

from marketplace.core.clock import to_beijing
from marketplace.core.database import database_now, writing_session
from marketplace.core.text import N_
from marketplace.web.requests import current_actor, unit_of_work
from marketplace.web.runtime import runtime

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: headings, rows, and a width for each column in characters."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The bytes of an .xlsx file. Text stays text whatever it begins with."""
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for sheet in sheets:
            _write(book.add_worksheet(sheet.title[:31]), sheet, bold)
    return out.getvalue()


def _write(target: Any, sheet: Sheet, bold: Any) -> None:
    target.freeze_panes(1, 0)
    for column, width in enumerate(sheet.widths):
        target.set_column(column, column, width)
    target.write_row(0, 0, sheet.headings, bold)
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            _cell(target, number, column, value)


def _cell(target: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        target.write_number(row, column, float(value))
    elif isinstance(value, datetime):
        target.write_string(row, column, to_beijing(value).strftime("%Y-%m-%d %H:%M:%S"))
    elif isinstance(value, date):
        target.write_string(row, column, value.isoformat())
    else:
        target.write_string(row, column, str(value))


def note_export(
    what: str, subject_kind: str, subject_id: int | None = None, seal_key: str | None = None
) -> None:
    """Leaves the audit row of an export or download (in its own transaction: the request only reads)."""
    with writing_session(runtime().engine) as session:
        uow = unit_of_work(session, current_actor(), database_now(session, runtime().clock()))
        runtime().record(
            uow, action="export", label=N_("导出或下载"), subject_kind=subject_kind, subject_id=subject_id,
            details={"what": what}, seal_key=seal_key,
        )  # fmt: skip
        uow.commit()


def attachment_headers(name: str) -> dict[str, str]:
    """Headers of a file that is saved, never shown: Chinese names survive, nothing in it can run."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }


def xlsx_response(
    name: str,
    sheets: Iterable[Sheet],
    subject_kind: str,
    subject_id: int | None = None,
    seal_key: str | None = None,
) -> Response:
    """An Excel file for download, recorded in the audit trail."""
    body = workbook(sheets)
    note_export(name, subject_kind, subject_id, seal_key)
    return Response(body, headers=attachment_headers(name), content_type=XLSX)
