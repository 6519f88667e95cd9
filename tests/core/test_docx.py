"""Word files: the layout of official documents, the same bytes for the same content, nothing that breaks the format."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from marketplace.core.docx import Heading, Paper, Table, Text, Title, document

PAPER = Paper(
    "意见书 <1>", "某局", "zh", datetime(2026, 3, 2, 1, tzinfo=UTC), "第1版　abc",
    [
        Title("评审意见书"),
        Heading("一、组成"),
        Heading("（一）甲", 2),
        Text("第一段 & <b>\x00\ufffe\n第二段"),
        Table(["序号", "名称"], [["1", "甲\n乙"], ["2", "丙"]], (1, 4), (0,)),
        Text("2026年3月2日", "right"),
    ],
)  # fmt: skip


def test_the_text_reads_back_and_the_head_of_a_table_is_repeated() -> None:
    read = Document(io.BytesIO(document(PAPER)))
    styles = [(one.style.name, one.text) for one in read.paragraphs if one.style is not None]
    assert styles == [
        ("Title", "评审意见书"), ("Heading 1", "一、组成"), ("Heading 2", "（一）甲"), ("Normal", "第一段 & <b>"),
        ("Normal", "第二段"), ("Normal", "2026年3月2日"),
    ]  # fmt: skip
    (table,) = read.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["序号", "名称"],
        ["1", "甲\n乙"],
        ["2", "丙"],
    ]
    assert [len(row._tr.findall(f".//{qn('w:tblHeader')}")) for row in table.rows] == [1, 0, 0]


def test_what_leads_to_a_table_stays_with_it_between_the_margins() -> None:
    lead = Text("第一行\n名单：")
    made = document(replace(PAPER, blocks=[lead, Table(["甲"], [["1"]], (1,)), Text("其后")]))
    read = Document(io.BytesIO(made))
    assert [one.paragraph_format.keep_with_next for one in read.paragraphs] == [None, True, None]
    assert read.tables[0].alignment == WD_TABLE_ALIGNMENT.CENTER


def test_lines_are_even_on_both_sides_in_chinese_only() -> None:
    for language, side in (("zh", WD_ALIGN_PARAGRAPH.JUSTIFY), ("en", WD_ALIGN_PARAGRAPH.LEFT)):
        read = Document(io.BytesIO(document(replace(PAPER, language=language))))
        assert read.styles["Normal"].paragraph_format.alignment == side  # type: ignore[attr-defined]


def test_word_opens_it_as_a_document_of_today() -> None:
    with zipfile.ZipFile(io.BytesIO(document(PAPER))) as parts:
        settings = parts.read("word/settings.xml").decode()
    assert '<w:compatSetting w:name="compatibilityMode"' in settings
    assert 'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>' in settings
    assert "ja-JP" not in settings


def test_tables_neither_grow_together_nor_end_the_text() -> None:
    one = Table(["甲"], [["1"]], (1,))
    read = Document(io.BytesIO(document(replace(PAPER, blocks=[one, one]))))
    assert [type(part).__name__ for part in read.iter_inner_content()] == ["Table", "Paragraph"] * 2


def test_page_fonts_and_foot_follow_the_standard() -> None:
    made = document(PAPER)
    read = Document(io.BytesIO(made))
    section = read.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(one.mm) for one in sizes if one is not None] == [210, 297, 37, 28]
    fonts = {}
    for name in ("Title", "Normal", "Heading 1", "Heading 2"):
        found = read.styles[name].element.rPr.rFonts
        fonts[name] = found.get(qn("w:eastAsia"))
        assert found.get(qn("w:eastAsiaTheme")) is None
    assert fonts == {
        "Title": "方正小标宋简体", "Normal": "仿宋_GB2312", "Heading 1": "黑体", "Heading 2": "楷体_GB2312",
    }  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert (
            'w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong'
            in parts.read("word/fontTable.xml").decode()
        )
    for foot in (section.footer, section.even_page_footer):
        assert 'w:instr="PAGE"' in foot.paragraphs[0]._p.xml
        assert foot.paragraphs[1].text == "第1版　abc"


def test_the_same_content_gives_the_same_bytes_without_any_time_of_making() -> None:
    made = document(PAPER)
    assert made == document(PAPER)
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2026-03-02T01:00:00Z" in parts.read("docProps/core.xml").decode()
        assert not [one for one in parts.namelist() if "thumbnail" in one]
