"""The workbook an expert fills in away from the network (离线评分表): instructions, one row for each item and
criterion, and hidden marks by which it is known again. No formula stands in any cell; what lights up are conditional
formats."""

import io
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from marketplace.reviews.offline.reading import (
    COMMENT_COLUMN,
    HIDDEN_SHEET,
    KEY_COLUMN,
    KEY_HEADING,
    MOST_ITEMS,
    OPINION,
    SCORE_COLUMN,
    UNABLE_COLUMN,
)
from marketplace.reviews.offline.standing import Desk, Standing, identity_of
from marketplace.reviews.scoring import COMMENT_LIMIT, OPINION_LIMIT, MarkInput
from marketplace.topics.rules import Criterion
from marketplace.web.i18n import translate

GRADES = (("A", "90–100"), ("B", "75–89"), ("C", "60–74"), ("D", "0–59"))
WIDTHS = (0, 6, 26, 22, 46, 9, 12, 52)
A4 = 9
LEAST_HEIGHT, LINE_HEIGHT = 48, 12.5
INK, SOFT, LINE, TINT, ALARM, LIGHT = "#1f2933", "#6b7280", "#b8c0cc", "#f3f6fa", "#fbd5d5", "#fff3cd"


def workbook_for(desk: Desk, labels: Mapping[int, str], address: str, due: str) -> bytes:
    """The bytes of the workbook for what the expert can score now, her drafts filled in. ``labels``: what each item is
    called before her; ``address`` is the page it goes back to, ``due`` the deadline in words. Its writer is loaded when
    somebody asks for it: few do."""
    import xlsxwriter  # noqa: PLC0415

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        first = book.add_worksheet(_("填写说明"))
        _instructions(book, first, desk, address, due)
        _scores(book, book.add_worksheet(_("评分")), desk, labels)
        _identity(book.add_worksheet(HIDDEN_SHEET), desk)
        first.activate()
    return out.getvalue()


def _identity(sheet: Any, desk: Desk) -> None:
    for row, text in enumerate(identity_of(desk, secrets.token_hex(8)).written()):
        sheet.write_string(row, 0, text)
    sheet.very_hidden()


# ------------------------------------------------------------------------------------------------- instructions


def _instructions(book: Any, sheet: Any, desk: Desk, address: str, due: str) -> None:
    title = book.add_format({"bold": True, "font_size": 16, "font_color": INK})
    plain = book.add_format({"text_wrap": True, "valign": "top", "font_size": 11})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": TINT})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 5, 27)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, _("离线评分表"), title)
    row = 2
    for text in (*_about(desk, due), "", *_steps(desk, address)):
        if text:
            sheet.merge_range(row, 0, row, 5, "", plain)
            sheet.write_string(row, 0, text, plain)
            sheet.set_row(row, 17 * (1 + _width(text) // 125))
        row += 1
    _criteria(sheet, desk, row + 1, head, plain)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _width(text: str) -> int:
    """How many narrow letters it is wide."""
    return sum(1 if char.isascii() else 2 for char in text)


def _about(desk: Desk, due: str) -> list[str]:
    panel, offered = desk.seat.panel, len(desk.offered)
    said = [
        _("榜题：%(title)s", title=panel.topic.title),
        _("评分截止时间：%(due)s（北京时间）", due=due),
        _("本表共%(n)s项评审对象。", n=offered),
    ]
    if offered < len(desk.open):
        said.append(_("一份文件最多%(most)s项，其余各项请在提交本表的评分后再下载。", most=MOST_ITEMS))
    elif desk.held:
        said.append(_("其余各项在提交全体专家先评的一项后开放，届时请重新下载。"))
    return said


def _steps(desk: Desk, address: str) -> list[str]:
    line = desk.seat.panel.reason_below
    said = [
        _("只填“评分”工作表中的白色单元格：分数、无法判断、理由。其他单元格已锁定。"),
        _("分数：0至100，最多一位小数，对照旁边的A至D标准。"),
        _("低于%(line)s分须写明理由；缺理由的单元格显示为黄色。", line=line),
        _("没有把握的，在“无法判断”一格选择“无法判断”，分数留空，并写明理由；它不会按零分计算。"),
        _("每项最后一行是总体意见，写在理由一格；结果公布后不署名转告被评审单位。"),
        _("不要写公式，不要增加、删除或移动行。可以先填一部分，随时上传，之后在同一份文件里接着填。"),
        _("填好后在这个页面上传：%(address)s", address=address),
        _("上传后先逐行显示将要保存的内容和有误之处，确认之后才保存；有一处错误则全部不保存。"),
        _("上传保存的是草稿，不是提交。请在网页上核对后提交，提交后不能修改。"),
        _("本文件含评审内容，请妥善保管，不得转给他人；评审结束后请删除。"),
    ]
    return [f"{number}. {text}" for number, text in enumerate(said, 1)]


def _criteria(sheet: Any, desk: Desk, row: int, head: Any, plain: Any) -> None:
    for column, text in enumerate(
        (_("评审指标"), _("权重"), *(f"{letter}（{marks}）" for letter, marks in GRADES))
    ):
        sheet.write_string(row, column, text, head)
    for number, criterion in enumerate(desk.rubric.criteria, row + 1):
        texts = (
            translate(criterion.label),
            f"{criterion.weight}%",
            *(translate(one) for one in criterion.anchors),
        )
        for column, text in enumerate(texts):
            sheet.write_string(number, column, text, plain)
        widest = max(
            _width(text) // (28 if column else 30) for column, text in enumerate(texts) if column != 1
        )
        sheet.set_row(number, 16 * (1 + widest))


# ------------------------------------------------------------------------------------------------------- scores


class _Styles:
    """The formats of the score sheet."""

    def __init__(self, book: Any) -> None:
        self.book = book
        base = {"text_wrap": True, "valign": "top", "border": 1, "border_color": LINE}
        told = {**base, "bg_color": TINT, "font_color": INK}
        self.head = book.add_format({**told, "bold": True, "valign": "vcenter"})
        self.number = book.add_format({**told, "align": "center"})
        self.told = book.add_format(told)
        self.bold = book.add_format({**told, "bold": True})
        self.anchors = book.add_format({**told, "font_size": 9, "font_color": SOFT})
        self.mark = book.add_format({**base, "locked": False, "align": "center", "font_size": 12})
        self.choice = book.add_format({**base, "locked": False, "align": "center"})
        self.text = book.add_format({**base, "locked": False, "num_format": "@"})
        self.missing = book.add_format({"bg_color": LIGHT})
        self.wrong = book.add_format({"bg_color": ALARM})


def _scores(book: Any, sheet: Any, desk: Desk, labels: Mapping[int, str]) -> None:
    styles = _Styles(book)
    headings = (
        KEY_HEADING, _("序号"), _("评审对象"), _("评审指标（权重）"), _("评分标准"), _("分数"), _("无法判断"),
        _("理由"),
    )  # fmt: skip
    for column, text in enumerate(headings):
        sheet.set_column(column, column, WIDTHS[column] or None, None, {"hidden": not WIDTHS[column]})
        sheet.write_string(0, column, text, styles.head)
    sheet.set_row(0, 24)
    row = 1
    for standing in desk.offered:
        row = _item(sheet, styles, desk, standing, labels[standing.item.id], row)
    _guard(sheet, styles, desk, max(row - 1, 1))
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_footer("&C&P / &N")
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _item(sheet: Any, styles: _Styles, desk: Desk, standing: Standing, label: str, row: int) -> int:
    """The rows of one item; the number of the next row."""
    item = standing.item
    for criterion in desk.rubric.criteria:
        anchors = _anchors(criterion)
        _told(sheet, styles, row, (item.position, label, _named(criterion), anchors))
        sheet.write_string(row, KEY_COLUMN, f"{item.id}:{criterion.code}")
        _answers(sheet, styles, row, standing.content.marks[criterion.code])
        lines = sum(1 + _width(line) // 54 for line in anchors.splitlines())
        sheet.set_row(row, max(LEAST_HEIGHT, LINE_HEIGHT * lines + 6))
        row += 1
    _told(sheet, styles, row, (item.position, label, _("总体意见"), ""))
    sheet.write_string(row, KEY_COLUMN, f"{item.id}:{OPINION}")
    sheet.write_blank(row, SCORE_COLUMN, None, styles.told)
    sheet.write_blank(row, UNABLE_COLUMN, None, styles.told)
    _text(sheet, row, COMMENT_COLUMN, standing.content.comment, styles.text)
    sheet.set_row(row, LEAST_HEIGHT)
    return row + 1


def _told(sheet: Any, styles: _Styles, row: int, told: tuple[int, str, str, str]) -> None:
    position, label, what, anchors = told
    sheet.write_number(row, 1, position, styles.number)
    sheet.write_string(row, 2, label, styles.told)
    sheet.write_string(row, 3, what, styles.bold)
    _text(sheet, row, 4, anchors, styles.anchors)


def _named(criterion: Criterion) -> str:
    label = translate(criterion.label)
    return str(_("%(label)s（权重%(weight)s%%）", label=label, weight=criterion.weight))


def _anchors(criterion: Criterion) -> str:
    told: Sequence[str] = [translate(one) for one in criterion.anchors]
    return "\n".join(f"{letter} {marks}  {text}" for (letter, marks), text in zip(GRADES, told, strict=True))


def _answers(sheet: Any, styles: _Styles, row: int, mark: MarkInput) -> None:
    if mark.score is None:
        sheet.write_blank(row, SCORE_COLUMN, None, styles.mark)
    else:
        sheet.write_number(row, SCORE_COLUMN, float(mark.score), styles.mark)
    _text(sheet, row, UNABLE_COLUMN, _("无法判断") if mark.unable else "", styles.choice)
    _text(sheet, row, COMMENT_COLUMN, mark.comment, styles.text)


def _text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    if text:
        sheet.write_string(row, column, text, style)
    else:
        sheet.write_blank(row, column, None, style)


def _guard(sheet: Any, styles: _Styles, desk: Desk, last: int) -> None:
    """Input checks, alarms and locks: what a slip of the hand would spoil."""
    line = desk.seat.panel.reason_below
    sheet.data_validation(1, SCORE_COLUMN, last, SCORE_COLUMN, {
        "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100,
        "input_title": _("分数"), "input_message": _("0至100，最多一位小数；低于%(line)s分须写理由", line=line),
        "error_title": _("分数"), "error_message": _("请填写0至100的分数，最多一位小数"),
    })  # fmt: skip
    sheet.data_validation(
        1, UNABLE_COLUMN, last, UNABLE_COLUMN, {"validate": "list", "source": [_("无法判断")]}
    )
    sheet.data_validation(1, COMMENT_COLUMN, last, COMMENT_COLUMN, {
        "validate": "length", "criteria": "<=", "value": OPINION_LIMIT, "error_type": "warning",
        "error_title": _("理由"), "error_message": _("最多%(limit)s字", limit=COMMENT_LIMIT),
    })  # fmt: skip
    weak = f'OR(AND(ISNUMBER($F2),$F2<{line}),$G2<>"")'
    sheet.conditional_format(1, COMMENT_COLUMN, last, COMMENT_COLUMN, {
        "type": "formula", "criteria": f'=AND({weak},LEN(TRIM($H2))=0)', "format": styles.missing,
    })  # fmt: skip
    sheet.conditional_format(1, SCORE_COLUMN, last, UNABLE_COLUMN, {
        "type": "formula", "criteria": '=AND($F2<>"",OR($G2<>"",NOT(ISNUMBER($F2)),$F2<0,$F2>100))',
        "format": styles.wrong,
    })  # fmt: skip
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
