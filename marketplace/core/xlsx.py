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

PLAIN = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
WRAPPED = '<alignment vertical="top" wrapText="1"/>'
RIGHT = '<alignment horizontal="right" vertical="top" indent="1"/>'
HEADING, TEXT, WHOLE, DECIMAL = ' s="1"', ' s="2"', ' s="3"', ' s="4"'
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.00####"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border/><border><left/><right/><top/><bottom style="thin"/><diagonal/></border></borders>'
    f'<cellStyleXfs count="1"><xf {PLAIN}/></cellStyleXfs><cellXfs count="5"><xf {PLAIN} xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1" applyAlignment="1">'
    f'{WRAPPED}</xf><xf {PLAIN} xfId="0" applyAlignment="1">{WRAPPED}</xf>'
    f'<xf {PLAIN} xfId="0" applyAlignment="1">{RIGHT}</xf>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
    f"{RIGHT}</xf></cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""Nothing's, the head's (bold, underlined), and those of text, whole numbers and others: at least two decimals. All
stand at the top, and text is wrapped."""
PORTRAIT_HOLDS, A4_HOLDS, NARROW = 95, 250, 9
"""Characters of all columns that can still be read on A4 upright, and on A4 across; the width of a column without."""
MOMENT, MOMENT_FORMAT = "2026-01-31 09:00:00", "%Y-%m-%d %H:%M:%S"
LINE, HIGHEST, SIGN, BOLD = 16, 400, 1.05, 2
"""Points of a line in a row of several; Excel knows no row above 409; half a Chinese sign in the unit of columns, and
what the heads of columns need more."""


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
    heads = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{number}">{_quoted(title)}!$1:$1</definedName>'
        for number, title in enumerate(titles)
    )
    yield (
        "xl/workbook.xml",
        (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets>'
            f"<definedNames>{heads}</definedNames></workbook>"
        ),
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
    return _text(re.sub(r"[\[\]:*?/\\]", " ", title)[:LONGEST_TITLE].strip("'")).replace('"', "&quot;")


def _quoted(title: str) -> str:
    """As the address of a cell names it."""
    doubled = _title(title).replace("'", "''")
    return f"'{doubled}'"


def _worksheet(sheet: Sheet) -> str:
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(sheet.widths, 1)
    )
    heading = "".join(_words(_letters(n), 1, text, HEADING) for n, text in enumerate(sheet.headings))
    high = _height(sheet.headings, [width - BOLD for width in sheet.widths])
    rows = "".join(_row(number, row, sheet.widths) for number, row in enumerate(sheet.rows, 2))
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"{f'<cols>{widths}</cols>' if widths else ''}"
        f'<sheetData><row r="1"{high}>{heading}</row>{rows}</sheetData>{_paper(sheet)}</worksheet>'
    )


def _paper(sheet: Sheet) -> str:
    """How it is printed: all columns on one page, across where there are many, on A3 where A4 is too small to be read;
    the number of the page below."""
    width = sum(sheet.widths) + NARROW * max(len(sheet.headings) - len(sheet.widths), 0)
    paper, side = (9, "portrait") if width <= PORTRAIT_HOLDS else (9 if width <= A4_HOLDS else 8, "landscape")
    return (
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="{paper}" orientation="{side}" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"
    )


def _row(number: int, row: Sequence[Any], widths: Sequence[int]) -> str:
    cells = "".join([_cell(_letters(n), number, value) for n, value in enumerate(row) if value is not None])
    return f'<row r="{number}"{_height(row, widths)}>{cells}</row>'


def _height(row: Sequence[Any], widths: Sequence[int]) -> str:
    """Room for the lines of wrapped text: Excel finds it by itself, others do not."""
    lines = max(
        (
            _lines(value, width)
            for value, width in zip(row, widths, strict=False)
            if isinstance(value, str | datetime)
        ),
        default=1,
    )
    return f' ht="{min(LINE * lines, HIGHEST)}"' if lines > 1 else ""


def _lines(value: str | datetime, width: int) -> int:
    """How many lines it takes in a column. In GB 18030 a Chinese sign has two bytes, as it is two letters wide."""
    if isinstance(value, datetime):
        return 1 if width >= len(MOMENT) else 2
    if 2 * len(value) < width and "\n" not in value:
        return 1
    wide = 1.0 if value.isascii() else SIGN
    return sum(1 + int(wide * len(line.encode("gb18030", "replace")) / width) for line in value.split("\n"))


def _cell(letters: str, row: int, value: Any) -> str:
    kind = type(value)
    if kind is int:
        return _number(letters, row, str(value), WHOLE)
    if kind is Decimal or kind is float:
        return _number(letters, row, str(value))
    if isinstance(value, datetime):
        return _words(letters, row, to_beijing(value).strftime(MOMENT_FORMAT))
    if isinstance(value, date):
        return _words(letters, row, value.isoformat())
    if isinstance(value, int | float) and kind is not bool:  # enumerations, numpy's numbers
        return _number(letters, row, repr(float(value)), WHOLE if isinstance(value, int) else DECIMAL)
    return _words(letters, row, str(value))


def _number(letters: str, row: int, text: str, style: str = DECIMAL) -> str:
    """A file knows neither NaN nor Infinity: they stand there as words."""
    return (
        _words(letters, row, text)
        if text[-1] in "nNyf"
        else f'<c r="{letters}{row}"{style}><v>{text}</v></c>'
    )


def _words(letters: str, row: int, text: str, style: str = TEXT) -> str:
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
