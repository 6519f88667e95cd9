"""Plain Excel files (电子表格): headings, text and numbers, nothing that can run.

A ranking of 2,000 lines is written while somebody waits. This writes just the parts of the format that such a file
needs, five times as fast as a library for all of it; templates with notes and drop-down lists use XlsxWriter.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from marketplace.core.clock import to_beijing
from marketplace.core.dataclass import dataclass

MOST_CHARACTERS = 32_767
"""Excel holds no more in a cell."""
LONGEST_TITLE = 31
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_ODD = re.compile(r"[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_MARKS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border/><border><left/><right/><top/><bottom style="thin"/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf fontId="1" borderId="1" applyFont="1" applyBorder="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""Plain cells, and the head: bold, wrapped, underlined."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: headings, rows, and a width for each column in characters."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The bytes of an .xlsx file. Text stays text whatever it begins with."""
    given = list(sheets)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, content in _frame([sheet.title for sheet in given]):
            archive.writestr(name, content)
        for number, sheet in enumerate(given, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", _worksheet(sheet))
    return out.getvalue()


def _frame(titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Everything but the worksheets."""
    numbers = range(1, len(titles) + 1)
    kinds = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{MEDIA}.{kind}+xml"/>'
        for part, kind in [("workbook", "sheet.main"), ("styles", "styles")]
        + [(f"worksheets/sheet{number}", "worksheet") for number in numbers]
    )
    yield (
        "[Content_Types].xml",
        (
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{kinds}</Types>'
        ),
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    pages = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*pages, ("styles", "styles.xml")])
    names = "".join(
        f'<sheet name="{_title(title)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, title in zip(numbers, titles, strict=True)
    )
    yield (
        "xl/workbook.xml",
        (f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>'),
    )
    yield "xl/styles.xml", STYLES


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def _title(title: str) -> str:
    """As Excel allows it: not too long, without the signs of addresses."""
    return _text(re.sub(r"[\[\]:*?/\\]", " ", title)[:LONGEST_TITLE]).replace('"', "&quot;")


def _worksheet(sheet: Sheet) -> str:
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(sheet.widths, 1)
    )
    heading = "".join(_words(_letters(n), 1, text, ' s="1"') for n, text in enumerate(sheet.headings))
    rows = "".join(_row(number, row) for number, row in enumerate(sheet.rows, 2))
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"{f'<cols>{widths}</cols>' if widths else ''}"
        f'<sheetData><row r="1">{heading}</row>{rows}</sheetData></worksheet>'
    )


def _row(number: int, row: Sequence[Any]) -> str:
    cells = "".join([_cell(_letters(n), number, value) for n, value in enumerate(row) if value is not None])
    return f'<row r="{number}">{cells}</row>'


def _cell(letters: str, row: int, value: Any) -> str:
    kind = type(value)
    if kind is int or kind is Decimal or kind is float:
        return _number(letters, row, str(value))
    if isinstance(value, datetime):
        return _words(letters, row, to_beijing(value).strftime("%Y-%m-%d %H:%M:%S"))
    if isinstance(value, date):
        return _words(letters, row, value.isoformat())
    if isinstance(value, int | float) and kind is not bool:  # enumerations, numpy's numbers
        return _number(letters, row, repr(float(value)))
    return _words(letters, row, str(value))


def _number(letters: str, row: int, text: str) -> str:
    """A file knows neither NaN nor Infinity: they stand there as words."""
    return _words(letters, row, text) if text[-1] in "nNyf" else f'<c r="{letters}{row}"><v>{text}</v></c>'


def _words(letters: str, row: int, text: str, style: str = "") -> str:
    inside = f'<is><t xml:space="preserve">{_text(text[:MOST_CHARACTERS])}</t></is>'
    return f'<c r="{letters}{row}"{style} t="inlineStr">{inside}</c>' if text else ""


def _text(text: str) -> str:
    return _ODD.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    """Signs of XML by name; what it cannot hold is left out; ``_x0041_`` would be read as a letter."""
    sign = found[0]
    return _MARKS.get(sign, "") if len(sign) == 1 else f"_x005F{sign}"


@cache
def _letters(column: int) -> str:
    """A, B … Z, AA …"""
    number, letters = column + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
