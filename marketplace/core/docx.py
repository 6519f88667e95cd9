"""Word files in the layout of official documents (公文格式, GB/T 9704): what a page is made of, and its bytes.

The fonts of the standard are named, not shipped: each with the names under which others have the like. The same blocks
always give the same bytes. python-docx is loaded with the first document, not with the program.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from marketplace.core.dataclass import dataclass

if TYPE_CHECKING:
    from docx.document import Document as Written
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LATIN = "Times New Roman"
TITLE_FONT, BODY_FONT, HEAD_FONT, SUBHEAD_FONT, FOOT_FONT = (
    "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体",
)  # fmt: skip
ALIKE = {
    TITLE_FONT: "方正小标宋_GBK,华文中宋,STZhongsong,宋体,SimSun",
    BODY_FONT: "仿宋,FangSong,华文仿宋,STFangsong",
    HEAD_FONT: "SimHei,Noto Sans CJK SC",
    SUBHEAD_FONT: "楷体,KaiTi,华文楷体,STKaiti",
    FOOT_FONT: "SimSun,Noto Serif CJK SC",
}
"""What else Word may take where a font is not there."""
LINE, CELL_LINE = 28.9, 20.0
"""Points from line to line: 22 lines on a page; less in tables."""
TEXT_WIDTH, TWIPS = 156, 56.6929
"""Millimetres between the margins; twips in a millimetre."""
CURRENT = "15"
"""The mode of Word 2013 and later: with an older one it says “compatibility mode” above the text."""
LEADING = "<w:keepNext/>"
"""What leads to a table stays on its page."""
INDENTED = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
"""By two characters, whatever their size."""
EMPTY = '<w:p><w:pPr><w:pStyle w:val="NoSpacing"/></w:pPr></w:p>'
SIDES = {"left": "", "centre": '<w:jc w:val="center"/>', "right": '<w:jc w:val="right"/>'}
"""Text on the left has the side of its style: even on both sides in Chinese, ragged in English."""
OLDEST = (1980, 1, 1, 0, 0, 0)
"""The only time that a file's parts bear."""
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Title:
    """标题: centred."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """一、 (level 1) or （一） (level 2); the number belongs to the text."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """正文: each line a paragraph, indented by two characters unless it is centred or on the right."""

    text: str
    align: str = "left"
    indent: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """表格 with a head that is repeated on every page. ``widths`` are shares of the text's width; columns in ``middle``
    are centred."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    middle: Sequence[int] = ()


Block = Title | Heading | Text | Table


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: ``language`` is that of its own words (zh or en), ``foot`` a small line under every page number,
    ``made_at`` its date in the file's properties."""

    name: str
    author: str
    language: str
    made_at: datetime
    foot: str
    blocks: Sequence[Block]


def document(paper: Paper) -> bytes:
    """The bytes of a .docx file."""
    from docx import Document

    written = Document()
    _properties(written, paper)
    _settings(written)
    _styles(written, paper.language)
    _page(written)
    _foot(written, paper.foot)
    out = io.BytesIO()
    written.save(out)
    return _finished(out.getvalue(), _body(paper.blocks))


def _properties(written: "Written", paper: Paper) -> None:
    """Who and when by the content, nothing of the machine; the template's picture is left out."""
    about = written.core_properties
    about.title, about.author, about.language = clean(paper.name), clean(paper.author), _tag(paper.language)
    about.created = about.modified = paper.made_at
    about.last_modified_by, about.comments, about.revision = clean(paper.author), "", 1
    package = written.part.package
    for key, found in list(package.rels.items()):
        if found.reltype.endswith("/thumbnail"):
            del package.rels[key]
    fonts = next(part for part in package.iter_parts() if part.partname == "/word/fontTable.xml")
    fonts._blob = _font_table()


def _settings(written: "Written") -> None:
    """As Word writes a new Chinese document today."""
    from docx.oxml.ns import qn

    settings = written.settings.element
    for one in settings.iter(qn("w:compatSetting")):
        if one.get(qn("w:name")) == "compatibilityMode":
            one.set(qn("w:val"), CURRENT)
    for one in settings.iter(qn("w:themeFontLang")):
        one.set(qn("w:eastAsia"), "zh-CN")


def _tag(language: str) -> str:
    return "en-GB" if language == "en" else "zh-CN"


def _font_table() -> bytes:
    listed = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{alike}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{"swiss" if name == HEAD_FONT else "roman"}"/><w:pitch w:val="variable"/></w:font>'
        for name, alike in ALIKE.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<w:fonts xmlns:w="{W}">{listed}</w:fonts>'.encode()


STYLES = {
    "Normal": (BODY_FONT, 16, LINE),
    "Title": (TITLE_FONT, 22, 36),
    "Heading 1": (HEAD_FONT, 16, LINE),
    "Heading 2": (SUBHEAD_FONT, 16, LINE),
    "Footer": (FOOT_FONT, 14, 18),
    "No Spacing": (BODY_FONT, 12, CELL_LINE),
}
"""Style → font, size, line. ``No Spacing`` is that of cells."""


def _styles(written: "Written", language: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, (font, size, line) in STYLES.items():
        style: Any = written.styles[name]
        style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN, Pt(size), False, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        _name_fonts(style.element.rPr.rFonts, font)
        layout = style.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing = Pt(line)
        layout.widow_control = False
    body: Any = written.styles["Normal"]
    body.paragraph_format.alignment = (
        WD_ALIGN_PARAGRAPH.LEFT if language == "en" else WD_ALIGN_PARAGRAPH.JUSTIFY
    )
    for border in written.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    for spoken in written.styles.element.iter(qn("w:lang")):
        spoken.set(qn("w:val"), _tag(language))
        spoken.set(qn("w:eastAsia"), "zh-CN")


def _name_fonts(fonts: "Element", east: str) -> None:
    """Chinese signs in this font, all others in the Latin one; the template's theme has no say."""
    from docx.oxml.ns import qn

    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), LATIN)
    fonts.set(qn("w:eastAsia"), east)


def _page(written: "Written") -> None:
    """A4, margins 37/35/28/26 mm, 22 lines."""
    from docx.oxml.ns import qn
    from docx.shared import Mm

    section = written.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(22)
    for grid in section._sectPr.iter(qn("w:docGrid")):
        grid.set(qn("w:type"), "lines")
        grid.set(qn("w:linePitch"), str(round(LINE * 20)))


def _foot(written: "Written", foot: str) -> None:
    """— 1 —, outside on facing pages, and the small line."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import qn
    from docx.shared import Pt

    section = written.sections[0]
    written.settings.odd_and_even_pages_header_footer = True
    sides = ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    for footer, side in sides:
        number = footer.paragraphs[0]
        number.alignment = side
        number.add_run("— ")
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        field.append(parse_xml(f'<w:r xmlns:w="{W}"><w:t>1</w:t></w:r>'))
        number._p.append(field)
        number.add_run(" —")
        small = footer.add_paragraph(style="Footer")
        small.paragraph_format.line_spacing = Pt(12)
        small.add_run(clean(foot)).font.size = Pt(7.5)


def _body(blocks: Sequence[Block]) -> str:
    """All blocks. A table needs a paragraph behind it: two in a row would grow together, and none may end the text."""
    made = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        made.append(_block(block, LEADING if isinstance(following, Table) else ""))
        if isinstance(block, Table) and (following is None or isinstance(following, Table)):
            made.append(EMPTY)
    return "".join(made)


def _block(block: Block, leading: str = "") -> str:
    if isinstance(block, Title):
        return _paragraph(block.text, "Title", '<w:jc w:val="center"/>')
    if isinstance(block, Heading):
        return _paragraph(block.text, f"Heading{block.level}", INDENTED)
    if isinstance(block, Table):
        return _table(block)
    indent = INDENTED if block.indent and block.align == "left" else ""
    layout = f"{indent}{SIDES[block.align]}"
    *lines, last = block.text.split("\n")
    before = "".join(_paragraph(line, "Normal", layout) for line in lines)
    return before + _paragraph(last, "Normal", f"{leading}{layout}")


def _paragraph(text: str, style: str, layout: str = "", run: str = "") -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{layout}</w:pPr>'
        f'<w:r>{run}<w:t xml:space="preserve">{escape(clean(text), quote=False)}</w:t></w:r></w:p>'
    )


def _table(block: Table) -> str:
    whole = sum(block.widths)
    widths = [round(TEXT_WIDTH * TWIPS * one / whole) for one in block.widths]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    middle = set(block.middle)
    rows = "".join(_row(row, widths, middle) for row in block.rows)
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
        f"{_row(block.headings, widths, set(range(len(widths))), head=True)}{rows}</w:tbl>"
    )


def _row(values: Sequence[str], widths: Sequence[int], middle: set[int], head: bool = False) -> str:
    """One row, never broken between pages; the head stands on every page."""
    run = "<w:rPr><w:b/></w:rPr>" if head else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        + "".join(
            _paragraph(line, "NoSpacing", '<w:jc w:val="center"/>' if place in middle else "", run)
            for line in value.split("\n")
        )
        + "</w:tc>"
        for place, (value, width) in enumerate(zip(values, widths, strict=True))
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{cells}</w:tr>"


def clean(text: str) -> str:
    """Without what XML cannot hold."""
    return _ODD.sub("", text)


def _finished(made: bytes, body: str) -> bytes:
    """The same parts in one order, without the time of their making, and the body in its place: python-docx itself
    takes a minute for a table of two thousand rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = old.read(name)
            if name == "word/document.xml":
                content = content.replace(b"<w:body>", b"<w:body>" + body.encode(), 1)
            part = zipfile.ZipInfo(name, OLDEST)
            part.compress_type, part.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(part, content)
    return out.getvalue()
