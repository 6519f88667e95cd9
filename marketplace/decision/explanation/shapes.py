"""The facts of an explanation (说明要素); every number in a paragraph comes from here."""

from datetime import date
from decimal import Decimal

from marketplace.core.dataclass import dataclass
from marketplace.decision.ranking import Tier


@dataclass(frozen=True)
class Named:
    """A name in both languages; names of criteria and rules come from the frozen rules, not from free text."""

    zh: str
    en: str


@dataclass(frozen=True)
class Contribution:
    """Points a criterion adds to the score (各项贡献)."""

    criterion: Named
    points: Decimal


@dataclass(frozen=True)
class Swap:
    """The smallest weight change that swaps two neighbours (换位权重): weights in percent."""

    criterion: Named
    weight_from: Decimal
    weight_to: Decimal


@dataclass(frozen=True)
class Neighbour:
    """The next project in the list (相邻项目): its rank, the distance in points, whether error covers it."""

    rank: int
    distance: Decimal
    within_error: bool
    swap: Swap | None = None


@dataclass(frozen=True)
class Recusal:
    """How many experts were recused under a rule (回避)."""

    reason: Named
    experts: int


@dataclass(frozen=True)
class Favoured:
    """A strategic factor (战略系数): the `points` above the cut-off count `factor` times because the project is one of
    `subject`; `same_without`: the plan treats it alike without any factor."""

    subject: Named
    factor: Decimal
    points: Decimal
    value: Decimal
    same_without: bool


@dataclass(frozen=True)
class Funding:
    """What the plan says (资助建议): amounts in whole 元; `conditions` are the group rules in force.

    For a project that is not proposed: what keeps it out (`binding`, or the money `missing`), and the envelope with
    which it `enters_at`. `proven`: no plan within the rules has more value.
    """

    proposed: bool
    budget: int
    conditions: tuple[Named, ...] = ()
    same_without_conditions: bool | None = None
    binding: tuple[Named, ...] = ()
    missing: int | None = None
    enters_at: int | None = None
    proven: bool = True
    favoured: Favoured | None = None


@dataclass(frozen=True)
class Decided:
    """What the meeting decided about a candidate whose figures leave it open (会议审议决定); those from before
    meetings were recorded name none."""

    selected: bool
    reason: str
    of_units: bool = False
    meeting: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Round:
    """What a priority round adds (优先轮次): criteria from several sources instead of one panel's marks, and the
    bonus on top of the base score. `of_units`: the rows are units, not projects."""

    base: Decimal
    bonus: Decimal
    of_units: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything a paragraph may say about one project; what is None is not said.

    With `round` the score is that of a priority round, and `experts` are all whose marks went into it."""

    title: str
    score: Decimal
    rank: int
    total: int
    rank_lo: int
    rank_hi: int
    level: Decimal
    experts: int
    trimmed: bool
    contributions: tuple[Contribution, ...]
    calibrated: Decimal | None = None
    calibrated_rank: int | None = None
    neighbour: Neighbour | None = None
    recusals: tuple[Recusal, ...] = ()
    tier: Tier | None = None
    provisional: bool = False
    funding: Funding | None = None
    round: Round | None = None
