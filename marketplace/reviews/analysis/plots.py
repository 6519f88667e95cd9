"""Where the marks of the three pictures stand (图形): per cent across, pixels down, so that words keep their size on
every screen. Pure; the template draws them as SVG."""

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.core.dataclass import dataclass

EDGE = 3.0
LANE, LABEL, GAP = 21, 24, 12
FIRST = 31
"""From the top of a row to its first lane of marks: below the label."""
NEAR = 5.0
ROW = 48
CELL = 26
MOST_WORDS = 9


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of an expert: ``dropped`` by the rule, or far from what the others say (``outlier``)."""

    x: float
    y: int
    seat: int
    total: str
    dropped: str
    outlier: bool


@dataclass(frozen=True, slots=True)
class DotRow:
    """One item: its label's baseline, its marks, and where announced and calibrated score stand."""

    item: int
    top: int
    bottom: int
    marks: tuple[Mark, ...]
    announced: float | None
    calibrated: float | None


@dataclass(frozen=True, slots=True)
class DotPlot:
    """各专家评分点图."""

    height: int
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[DotRow, ...]


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One item's rank interval."""

    item: int
    top: int
    y: int
    low: float
    high: float
    announced: float | None
    calibrated: float
    tier: str


@dataclass(frozen=True, slots=True)
class RangePlot:
    """名次区间图; ``cut`` lies between the last place that wins and the first that does not."""

    height: int
    ticks: tuple[tuple[float, str], ...]
    cut: float | None
    rows: tuple[RangeRow, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One expert's total for one item, and how far it lies from the mean of all (−2 … 2)."""

    x: float
    seat: int
    total: str
    shade: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One item."""

    item: int
    top: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """专家评分热图; ``width`` of a cell in per cent; ``heads``: middle of each column with its seat."""

    height: int
    width: float
    heads: tuple[tuple[float, int], ...]
    rows: tuple[HeatRow, ...]
    words: bool


def dot_plot(items: Sequence[Mapping[str, Any]]) -> DotPlot | None:
    """Every item with a mark, in the order given."""
    shown = [item for item in items if item["marks"]]
    totals = [float(mark["total"]) for item in shown for mark in item["marks"]]
    if not totals:
        return None
    low, high = _scale(totals)
    rows, top = [], LABEL
    for item in shown:
        row = _dot_row(item, low, high, top)
        rows.append(row)
        top = row.bottom
    ticks = tuple((_across(value, low, high), str(value)) for value in range(low, high + 1, _step(low, high)))
    return DotPlot(top, ticks, tuple(rows))


def _scale(totals: Sequence[float]) -> tuple[int, int]:
    """Whole tens around all marks."""
    low, high = int(min(totals) // 10) * 10, -int(-max(totals) // 10) * 10
    return (low, high) if high > low else (max(0, low - 10), max(10, high))


def _step(low: int, high: int) -> int:
    return 10 if high - low <= 50 else 20


def _across(value: float, low: float, high: float) -> float:
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return round(EDGE + (100 - 2 * EDGE) * share, 2)


def _dot_row(item: Mapping[str, Any], low: int, high: int, top: int) -> DotRow:
    """Marks that would cover each other stand in lanes below each other."""
    ends: list[float] = []
    marks = []
    for mark in sorted(item["marks"], key=lambda one: (float(one["total"]), one["seat"])):
        x = _across(float(mark["total"]), low, high)
        lane = next((number for number, end in enumerate(ends) if x - end >= NEAR), len(ends))
        ends[lane : lane + 1] = [x]
        y = top + FIRST + LANE * lane
        marks.append(Mark(x, y, mark["seat"], mark["total"], mark["dropped"], mark["outlier"]))
    bottom = top + FIRST + LANE * (len(ends) - 1) + GAP + 6
    places = [None if item.get(key) is None else _across(float(item[key]), low, high) for key in SCORES]
    return DotRow(item["item"], top, bottom, tuple(marks), *places)


SCORES = ("announced", "calibrated")


def range_plot(items: Sequence[Mapping[str, Any]], places: int | None) -> RangePlot | None:
    """Every ranked item, in the order given."""
    shown = [item for item in items if item.get("rank_lo") is not None]
    if len(shown) < 2:
        return None
    last = len(shown)
    rows = tuple(_range_row(item, last, LABEL + ROW * number) for number, item in enumerate(shown))
    step = max(1, -(-last // 10))
    ticks = tuple(
        (_across(rank, 1, last), str(rank)) for rank in (1, *range(step + step % 2, last + 1, step)) if rank
    )
    cut = None if places is None or places >= last else _across(places + 0.5, 1, last)
    return RangePlot(LABEL + ROW * last, tuple(dict.fromkeys(ticks)), cut, rows)


def _range_row(item: Mapping[str, Any], last: int, top: int) -> RangeRow:
    announced = item.get("announced_rank")
    return RangeRow(
        item["item"], top, top + LABEL + 2, _across(item["rank_lo"], 1, last), _across(item["rank_hi"], 1, last),
        None if announced is None else _across(announced, 1, last), _across(item["calibrated_rank"], 1, last),
        item.get("tier") or "",
    )  # fmt: skip


def heat_map(items: Sequence[Mapping[str, Any]], seats: Sequence[int]) -> HeatMap | None:
    """Items by experts, the experts in the order given."""
    shown = [item for item in items if item["marks"]]
    if not shown or not seats:
        return None
    width = round(100 / len(seats), 4)
    columns = {seat: number * width for number, seat in enumerate(seats)}
    height = LABEL + CELL + 6
    rows = tuple(
        HeatRow(item["item"], LABEL + height * number, tuple(_cells(item, columns)))
        for number, item in enumerate(shown)
    )
    heads = tuple((round(x + width / 2, 2), seat) for seat, x in columns.items())
    return HeatMap(LABEL + height * len(shown), width, heads, rows, len(seats) <= MOST_WORDS)


def _cells(item: Mapping[str, Any], columns: Mapping[int, float]) -> list[Cell]:
    mean = float(item["plain_mean"])
    return [
        Cell(round(columns[mark["seat"]], 2), mark["seat"], mark["total"], shade(float(mark["total"]) - mean))
        for mark in item["marks"]
        if mark["seat"] in columns
    ]


def shade(apart: float) -> int:
    """Ten points and more, four and more, or about the mean."""
    size = 2 if abs(apart) >= 10 else 1 if abs(apart) >= 4 else 0
    return size if apart > 0 else -size
