"""Excel out: typed cells, never a formula, one audit row for each export."""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

from marketplace.core.database import database_now, writing_session
from marketplace.core.text import N_
from marketplace.core.xlsx import Sheet, workbook
from marketplace.web.requests import current_actor, unit_of_work
from marketplace.web.runtime import runtime

__all__ = ["XLSX", "Sheet", "attachment_headers", "note_export", "workbook", "xlsx_response"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
