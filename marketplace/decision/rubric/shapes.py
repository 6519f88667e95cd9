"""What goes into and comes out of the announced rule (公告规则的输入与输出)."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from marketplace.core.dataclass import dataclass
from marketplace.decision.base import Code

Mark = Decimal | int | None


class Level(StrEnum):
    """Where extremes are dropped (去极值层级): among the experts' totals, or in each criterion."""

    TOTAL = "total"
    CRITERION = "criterion"


class Missing(StrEnum):
    """What a mark "not able to judge" (无法评判) does; it never counts as zero.

    `LEAVE_OUT_SHEET`: the incomplete sheet is not counted.
    `RENORMALISE`: the other criteria of that sheet share the weight.
    """

    LEAVE_OUT_SHEET = "leave_out_sheet"
    RENORMALISE = "renormalise"


@dataclass(frozen=True)
class Criterion:
    """One criterion (评分项) with its weight in percent; the weights of a rubric sum to exactly 100."""

    code: str
    weight: Decimal | int


@dataclass(frozen=True)
class Sheet:
    """One expert's sheet (评分表): a mark 0–100 for every criterion, None = not able to judge."""

    expert: str
    marks: Mapping[str, Mark]
    recused: bool = False


@dataclass(frozen=True)
class Item:
    """One item to be scored (评审对象) with all its sheets."""

    id: str
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class Rule:
    """The announced rule (公告规则); `trim_from` sheets or more drop one highest and one lowest."""

    trim_from: int = 5
    decimals: int = 2
    level: Level = Level.TOTAL
    missing: Missing = Missing.LEAVE_OUT_SHEET
    tie_break: str | None = None
    flag_drop_effect: Decimal = Decimal(3)


DEFAULT_RULE = Rule()


@dataclass(frozen=True)
class Dropped:
    """A mark that was dropped (去掉的分数): a total, or one criterion's mark when `criterion` is set."""

    expert: str
    value: Decimal
    end: str
    criterion: str | None = None


@dataclass(frozen=True)
class Trace:
    """Which sheets counted (计分过程)."""

    totals: tuple[tuple[str, Decimal], ...]
    kept: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    incomplete: tuple[str, ...]
    recused: tuple[str, ...]


@dataclass(frozen=True)
class ItemScore:
    """The score of an item (得分), or None with `NO_REVIEW`; points 0–100.

    `contributions` are rounded so that they add to `score` exactly; `exact` is the unrounded score.
    """

    id: str
    score: Decimal | None
    exact: Fraction | None
    contributions: tuple[tuple[str, Decimal], ...]
    tie_break: Decimal | None
    n_used: int
    mean: Decimal | None
    median: Decimal | None
    sd: Decimal | None
    warnings: tuple[Code, ...]
    trace: Trace


@dataclass(frozen=True)
class Place:
    """The place of an item (名次); tied items share the smallest rank, and `needs_vote` asks the panel."""

    id: str
    rank: int
    score: Decimal
    decided_by_tie_break: bool
    needs_vote: bool


@dataclass(frozen=True)
class Result:
    """Scores and places of a round (评分结果)."""

    method: str
    parameters: Rule
    criteria: tuple[Criterion, ...]
    scores: tuple[ItemScore, ...]
    places: tuple[Place, ...]
    unranked: tuple[str, ...]
    warnings: tuple[Code, ...]
    inputs_sha256: str
