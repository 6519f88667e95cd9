"""A filled workbook, read with care: texts as they stand, where they stand; nothing is judged here."""

import re
from collections.abc import Sequence
from typing import Any, BinaryIO

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.files.sniffing import BadFile
from marketplace.files.tables import cell_text, read_sheets
from marketplace.reviews.offline.identity import DAMAGED, Identity, read_identity

HIDDEN_SHEET = "_identity"
KEY_HEADING = "#"
"""Heading of the hidden first column of the score sheet: what each row is about."""
KEY_COLUMN, SCORE_COLUMN, UNABLE_COLUMN, COMMENT_COLUMN = 0, 5, 6, 7
COLUMNS = 8
SCORE, UNABLE, COMMENT, KEY = "F", "G", "H", "A"
"""The same columns by letter, for messages."""
OPINION = ""
"""Code of the row with the overall opinion."""
MOST_ITEMS = 500
FARTHEST_ROW = 8000
KEY_TEXT = re.compile(r"([0-9]{1,15}):([^:\s]{0,60})")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the sheet, what it is about (``item_id`` empty: unreadable), and its three cells."""

    number: int
    item_id: int | None
    code: str
    score: str
    unable: str
    comment: str


@dataclass(frozen=True, slots=True)
class Filled:
    """填好的评分表."""

    identity: Identity
    rows: tuple[Row, ...]


def read_filled(stream: BinaryIO) -> Filled:
    """The workbook's identity and rows. Raises BadFile when it is none of ours, too large, or holds a formula."""
    sheets = read_sheets(stream, FARTHEST_ROW, formulas=False)
    hidden = next((rows for name, rows in sheets if name == HIDDEN_SHEET), [])
    cells = [cell_text(row[0]) for row in hidden[:2] if row]
    if len(cells) != 2:
        raise BadFile(DAMAGED)
    scores = [rows for _, rows in sheets if rows and rows[0] and cell_text(rows[0][0]) == KEY_HEADING]
    if len(scores) != 1:
        raise BadFile(N_("“%(file)s”：找不到评分工作表，或有多份；请使用下载的评分表填写"))
    rows = [row for number, cells in enumerate(scores[0][1:], 2) if (row := _row(number, cells)) is not None]
    return Filled(read_identity(*cells), tuple(rows))


def _row(number: int, cells: Sequence[Any]) -> Row | None:
    """None for a row on which nothing stands."""
    texts = [cell_text(cell) for cell in (*cells, *[""] * COLUMNS)[:COLUMNS]]
    if not any(texts):
        return None
    found = KEY_TEXT.fullmatch(texts[KEY_COLUMN])
    item, code = (int(found[1]), found[2]) if found else (None, "")
    return Row(number, item, code, texts[SCORE_COLUMN], texts[UNABLE_COLUMN], texts[COMMENT_COLUMN])
