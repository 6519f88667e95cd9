"""What a filled workbook would change, row by row, and what is wrong with it (试导入). Nothing is written here; the
rules are those of the page (``scoring``, ``policy``)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.reviews.offline.identity import Content, Identity
from marketplace.reviews.offline.reading import COMMENT, KEY, OPINION, SCORE, UNABLE, Filled, Row
from marketplace.reviews.offline.standing import Desk, Standing
from marketplace.reviews.scoring import MarkInput, draft_problems, gaps, read_mark

UNABLE_WORDS = frozenset({"无法判断", "cannot judge"})
"""What the drop-down list offers, in both languages; a file may change hands between two settings of the page."""
UNKNOWN = N_("不是评分表里的行，请删除，或重新下载评分表")
TWICE = N_("这一行出现了两次，另一次在第%(row)s行；请只留一行")
MISSING = N_("这一项的行不全，请重新下载评分表")
NOT_YOURS = N_("这一项已不由您评审，请删除这一项的全部行")
BAD_UNABLE = N_("这一格请选择“无法判断”，或留空")
NO_MARK_HERE = N_("总体意见这一行没有分数，请清空")


class Side(StrEnum):
    """Which of two contents of an item stands in the end."""

    FILE = "file"  # 采用表格中的评分
    PAGE = "page"  # 保留页面上的评分


@dataclass(frozen=True, slots=True)
class Choice:
    """What the expert decided about an item that both sides have changed; it holds for the sheet in the version that
    she saw."""

    side: Side
    version: int


class Change(StrEnum):
    """What becomes of a row or an item."""

    NEW = "new"  # 新填
    CHANGED = "changed"  # 修改
    CLEARED = "cleared"  # 清空
    SAME = "same"  # 不变
    KEPT = "kept"  # 文件未改，保留网页上的


CHANGES = {
    Change.NEW: N_("新填"),
    Change.CHANGED: N_("修改"),
    Change.CLEARED: N_("清空"),
    Change.SAME: N_("不变"),
    Change.KEPT: N_("保留网页上的"),
}
TONES = {Change.NEW: "success", Change.CHANGED: "info", Change.CLEARED: "warning"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row that would be taken: before on the server, after in the file."""

    row: int
    item_id: int
    code: str
    change: Change
    before: MarkInput
    after: MarkInput


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in which cell. ``typed`` is what stands there. ``item_id`` is empty where the expert may not know
    the item."""

    row: int
    column: str
    problem: Problem
    item_id: int | None = None
    code: str = OPINION
    typed: str = ""

    @property
    def cell(self) -> str:
        """Its address; only the row where the whole row is meant (the key column is hidden)."""
        return str(self.row) if self.column == KEY else f"{self.column}{self.row}"


@dataclass(frozen=True, slots=True)
class Taken:
    """One item whose sheet would be saved."""

    standing: Standing
    content: Content


@dataclass(frozen=True, slots=True)
class Conflict:
    """One item whose sheet was changed in the page after the download and in the file too: the rows that differ."""

    standing: Standing
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Plan:
    """试导入结果. Nothing is taken as long as there are faults or conflicts."""

    taken: list[Taken] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    same: int = 0
    """Items that stand on the server as in the file."""
    kept: int = 0
    """Items untouched in the file and changed, submitted or taken away since: they stay as they are."""
    yielded: int = 0
    """Items in conflict of which the expert chose what stands in the page."""
    open_marks: int = 0
    """Marks still missing on the taken sheets."""


NONE: Mapping[int, Choice] = {}


def plan_for(desk: Desk, filled: Filled, choices: Mapping[int, Choice] = NONE) -> Plan:
    """Compares a workbook with the sheets as they stand; ``choices`` settle conflicts, by item."""
    plan = Plan()
    by_item = _by_item(desk, filled, plan)
    for item_id, rows in by_item.items():
        _judge(desk, filled.identity, item_id, rows, plan, choices.get(item_id))
    plan.faults.sort(key=lambda fault: (fault.row, fault.column))
    return plan


Rows = Mapping[str, Row]


def _by_item(desk: Desk, filled: Filled, plan: Plan) -> dict[int, dict[str, Row]]:
    """The rows of each item by criterion; unknown and repeated ones are faults."""
    known = {*desk.codes, OPINION}
    found: defaultdict[int, dict[str, Row]] = defaultdict(dict)
    for row in filled.rows:
        listed = row.item_id in desk.items or row.item_id in filled.identity.stood
        if row.item_id is None or not listed or row.code not in known:
            plan.faults.append(Fault(row.number, KEY, UNKNOWN))
        elif row.code in found[row.item_id]:
            first = found[row.item_id][row.code].number
            plan.faults.append(Fault(row.number, KEY, (TWICE, {"row": first})))
        else:
            found[row.item_id][row.code] = row
    return dict(found)


def _judge(
    desk: Desk, identity: Identity, item_id: int, rows: Rows, plan: Plan, choice: Choice | None
) -> None:
    standing, first = desk.items.get(item_id), min(row.number for row in rows.values())
    version, digest = identity.stood.get(item_id, (-1, ""))
    content, faults = _content(desk, item_id, rows)
    untouched = content is not None and content.digest() == digest
    if content is not None and standing is not None and content == standing.content:
        plan.same += 1
    elif untouched:
        plan.kept += 1
    elif standing is None:
        plan.faults.append(Fault(first, KEY, NOT_YOURS))
    elif not standing.scoring:
        plan.faults.append(Fault(first, SCORE, (standing.scoring.reason, standing.scoring.params), item_id))
    elif content is None or faults:
        plan.faults += faults
    elif standing.version != version and standing.workbook != identity.name:
        _settle(desk, standing, content, rows, plan, choice)
    else:
        _take(desk, standing, content, rows, plan)


def _content(desk: Desk, item_id: int, rows: Rows) -> tuple[Content | None, list[Fault]]:
    """What the rows of one item say (None when some cannot be read), and what is wrong with it."""
    faults: list[Fault] = []
    marks: dict[str, MarkInput] = {}
    if len(rows) < len(desk.codes) + 1:
        return None, [Fault(min(row.number for row in rows.values()), KEY, MISSING, item_id)]
    for code in desk.codes:
        mark, fault = _mark(item_id, rows[code])
        if fault is not None:
            faults.append(fault)
        if mark is not None:
            marks[code] = mark
    opinion = rows[OPINION]
    if opinion.score or opinion.unable:
        faults.append(Fault(opinion.number, SCORE, NO_MARK_HERE, item_id, typed=opinion.score))
    content = Content(marks, opinion.comment)
    breaches = list(_breaches(desk, item_id, rows, content))
    return (None if faults else content), [*faults, *breaches]


def _mark(item_id: int, row: Row) -> tuple[MarkInput | None, Fault | None]:
    if row.unable and row.unable.lower() not in UNABLE_WORDS:
        return None, Fault(row.number, UNABLE, BAD_UNABLE, item_id, row.code, row.unable)
    mark, problem = read_mark(row.score, bool(row.unable), row.comment)
    if problem is None:
        return mark, None
    return None, Fault(row.number, SCORE, problem, item_id, row.code, row.score)


def _breaches(desk: Desk, item_id: int, rows: Rows, content: Content) -> Iterator[Fault]:
    """What the page's own rules say of the marks that can be read; those not yet given are no fault of a draft."""
    stored = {code: mark.stored() for code, mark in content.marks.items()}
    reasons = gaps(desk.rubric, stored, desk.seat.panel.reason_below)
    problems = {
        **{name: problem for name, problem in reasons.items() if name.startswith("comment_")},
        **draft_problems(content.marks, content.comment, desk.codes),
    }
    for name, problem in problems.items():
        place, _, code = name.partition("_")
        row = rows[code]
        column, typed = (SCORE, row.score) if place == "score" else (COMMENT, row.comment)
        yield Fault(row.number, column, problem, item_id, code, typed[:40])


def _cells(desk: Desk, content: Content) -> list[tuple[str, MarkInput]]:
    return [
        *((code, content.marks[code]) for code in desk.codes),
        (OPINION, MarkInput(comment=content.comment)),
    ]


def _pairs(
    desk: Desk, before: Content, after: Content, rows: Rows
) -> Iterator[tuple[Row, str, MarkInput, MarkInput]]:
    for (code, old), (_, new) in zip(_cells(desk, before), _cells(desk, after), strict=True):
        yield rows[code], code, old, new


def _settle(
    desk: Desk, standing: Standing, content: Content, rows: Rows, plan: Plan, choice: Choice | None
) -> None:
    """A conflict goes as the expert chose, if she has seen the sheet as it stands now."""
    if choice is None or choice.version != standing.version:
        lines = (line for line in _lines(desk, standing, content, rows) if line.change != Change.SAME)
        plan.conflicts.append(Conflict(standing, tuple(lines)))
    elif choice.side == Side.FILE:
        _take(desk, standing, content, rows, plan)
    else:
        plan.yielded += 1


def _take(desk: Desk, standing: Standing, content: Content, rows: Rows, plan: Plan) -> None:
    plan.taken.append(Taken(standing, content))
    stored = {code: mark.stored() for code, mark in content.marks.items()}
    plan.open_marks += len(gaps(desk.rubric, stored, desk.seat.panel.reason_below))
    plan.lines += _lines(desk, standing, content, rows)


def _lines(desk: Desk, standing: Standing, content: Content, rows: Rows) -> list[Line]:
    return [
        Line(row.number, standing.item.id, code, _change(old, new), old, new)
        for row, code, old, new in _pairs(desk, standing.content, content, rows)
    ]


def _change(before: MarkInput, after: MarkInput) -> Change:
    if before == after:
        return Change.SAME
    if after == MarkInput():
        return Change.CLEARED
    return Change.NEW if before == MarkInput() else Change.CHANGED
