"""An expert of a sample panel brings a workbook back that was filled in while she changed a sheet in the page."""

import io
from collections.abc import Mapping

import xlsxwriter
from python_calamine import CalamineWorkbook

from marketplace.core.actor import Actor
from marketplace.files.operations import GivenFile
from marketplace.reviews.models import Seat
from marketplace.reviews.offline.reading import SCORE
from marketplace.reviews.offline.standing import Desk, desk_of
from marketplace.reviews.offline.workbook import workbook_for
from marketplace.reviews.operations.offline import keep_workbook
from marketplace.reviews.operations.sheets import save_sheet
from marketplace.reviews.presentation import item_labels
from marketplace.reviews.queries.own import place_for
from marketplace.sample.stage import Stage


def bring_back(stage: Stage, seat_id: int, key: str) -> None:
    """The workbook has a new mark for her first item, which she has changed in the page too, and marks for her last
    one; it waits for her choice."""
    with stage.acting(key) as uow:
        seat = uow.session.get_one(Seat, seat_id)
        desk = desk_of(uow.session, uow.actor, seat)
        content = _typed(_downloaded(uow.actor, desk), _cells(desk))
        place = place_for(uow.session, uow.actor, seat_id, desk.offered[0].item.id)
        save_sheet(uow, place, desk.offered[0].content.marks, "总体意见：核对了佐证材料。（示例）")
        keep_workbook(uow, seat, GivenFile("离线评分表（示例）.xlsx", io.BytesIO(content)))


def _downloaded(actor: Actor, desk: Desk) -> bytes:
    items = (one.item for one in desk.offered)
    return workbook_for(desk, item_labels(actor, desk.seat.panel, items, member=True), "", "")


def _cells(desk: Desk) -> Mapping[str, int]:
    """One mark of the first item, all marks of the last."""
    each = len(desk.codes) + 1
    last = 2 + each * (len(desk.offered) - 1)
    return {f"{SCORE}2": 84, **{f"{SCORE}{last + number}": 83 for number in range(len(desk.codes))}}


def _typed(content: bytes, cells: Mapping[str, int]) -> bytes:
    """The workbook with these cells filled in on its sheet of scores, the second one."""
    book, out = CalamineWorkbook.from_filelike(io.BytesIO(content)), io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as made:
        for place, name in enumerate(book.sheet_names):
            sheet = made.add_worksheet(name)
            for number, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False)):
                sheet.write_row(number, 0, row)
            for cell, value in cells.items() if place == 1 else ():
                sheet.write(cell, value)
    return out.getvalue()
