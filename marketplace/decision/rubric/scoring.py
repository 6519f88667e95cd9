"""Score one item by the announced rule (单项计分)."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from statistics import median

from marketplace.core.dataclass import dataclass
from marketplace.decision.base import Code, rounded_half_up
from marketplace.decision.rubric.checks import unique
from marketplace.decision.rubric.shapes import (
    DEFAULT_RULE,
    Criterion,
    Dropped,
    Item,
    ItemScore,
    Level,
    Rule,
    Trace,
)
from marketplace.decision.rubric.sheets import Counted, count, mean, split_extremes


@dataclass(frozen=True)
class _Trimmed:
    """The rule's outcome unrounded: parts add to the score, means are mean marks by criterion."""

    parts: tuple[Fraction, ...]
    means: tuple[Fraction | None, ...]
    kept: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    skipped: bool

    @property
    def score(self) -> Fraction:
        return sum(self.parts, Fraction(0))


def score_item(criteria: Sequence[Criterion], item: Item, rule: Rule = DEFAULT_RULE) -> ItemScore:
    """Score one item; recused sheets leave before everything, incomplete ones as `rule.missing` says."""
    unique([sheet.expert for sheet in item.sheets], f"items[{item.id}].sheets")
    active = sorted((sheet for sheet in item.sheets if not sheet.recused), key=lambda sheet: sheet.expert)
    counted, incomplete = count(criteria, item.id, active, rule)
    recused = tuple(sorted(sheet.expert for sheet in item.sheets if sheet.recused))
    if not counted:
        return _without_score(item.id, incomplete, recused)
    trimmed = (
        _by_total(criteria, counted, rule)
        if rule.level is Level.TOTAL
        else _by_criterion(criteria, counted, rule)
    )
    return _score(criteria, item.id, counted, trimmed, incomplete, recused, rule)


def _by_total(criteria: Sequence[Criterion], counted: Sequence[Counted], rule: Rule) -> _Trimmed:
    kept = list(counted)
    dropped: tuple[Dropped, ...] = ()
    if len(counted) >= rule.trim_from:
        lowest, kept, highest = split_extremes(counted)
        dropped = (
            Dropped(lowest.expert, rounded_half_up(lowest.total, rule.decimals), "lowest"),
            Dropped(highest.expert, rounded_half_up(highest.total, rule.decimals), "highest"),
        )
    return _Trimmed(
        parts=tuple(mean([sheet.parts[c] or Fraction(0) for sheet in kept]) for c in range(len(criteria))),
        means=tuple(_mean_mark(kept, c) for c in range(len(criteria))),
        kept=tuple(sorted(sheet.expert for sheet in kept)),
        dropped=dropped,
        skipped=not dropped,
    )


def _by_criterion(criteria: Sequence[Criterion], counted: Sequence[Counted], rule: Rule) -> _Trimmed:
    columns = [_column(criterion.code, counted, c, rule) for c, criterion in enumerate(criteria)]
    means = tuple(value for value, _ in columns)
    judged = sum(
        (Fraction(k.weight) for k, m in zip(criteria, means, strict=True) if m is not None), Fraction(0)
    )
    return _Trimmed(
        parts=tuple(Fraction(k.weight) * (m or 0) / judged for k, m in zip(criteria, means, strict=True)),
        means=means,
        kept=tuple(sheet.expert for sheet in counted),
        dropped=tuple(mark for _, marks in columns for mark in marks),
        skipped=not all(marks for _, marks in columns),
    )


def _column(
    code: str, counted: Sequence[Counted], c: int, rule: Rule
) -> tuple[Fraction | None, tuple[Dropped, ...]]:
    marks = sorted((mark, sheet.expert) for sheet in counted if (mark := sheet.marks[c]) is not None)
    if len(marks) < rule.trim_from:
        return (mean([mark for mark, _ in marks]) if marks else None), ()
    ends = ((marks[0], "lowest"), (marks[-1], "highest"))
    dropped = tuple(
        Dropped(expert, rounded_half_up(mark, rule.decimals), end, code) for (mark, expert), end in ends
    )
    return mean([mark for mark, _ in marks[1:-1]]), dropped


def _mean_mark(sheets: Sequence[Counted], c: int) -> Fraction | None:
    marks = [mark for sheet in sheets if (mark := sheet.marks[c]) is not None]
    return mean(marks) if marks else None


def _score(
    criteria: Sequence[Criterion],
    item: str,
    counted: Sequence[Counted],
    trimmed: _Trimmed,
    incomplete: tuple[str, ...],
    recused: tuple[str, ...],
    rule: Rule,
) -> ItemScore:
    totals = [sheet.total for sheet in counted]
    score = rounded_half_up(trimmed.score, rule.decimals)
    return ItemScore(
        id=item,
        score=score,
        exact=trimmed.score,
        contributions=_contributions(criteria, trimmed.parts, score, rule.decimals),
        tie_break=_tie_break(criteria, trimmed, rule),
        n_used=len(counted),
        mean=rounded_half_up(mean(totals), rule.decimals),
        median=rounded_half_up(Fraction(median(totals)), rule.decimals),
        sd=_sd(totals, rule.decimals),
        warnings=_warnings(counted, trimmed, incomplete, recused, rule),
        trace=Trace(
            totals=tuple((sheet.expert, rounded_half_up(sheet.total, rule.decimals)) for sheet in counted),
            kept=trimmed.kept,
            dropped=trimmed.dropped,
            incomplete=incomplete,
            recused=recused,
        ),
    )


def _without_score(item: str, incomplete: tuple[str, ...], recused: tuple[str, ...]) -> ItemScore:
    codes = {Code.NO_REVIEW}
    codes |= {Code.INCOMPLETE_SHEET} if incomplete else set()
    codes |= {Code.RECUSED_REMOVED} if recused else set()
    trace = Trace(totals=(), kept=(), dropped=(), incomplete=incomplete, recused=recused)
    return ItemScore(item, None, None, (), None, 0, None, None, None, tuple(sorted(codes)), trace)


def _contributions(
    criteria: Sequence[Criterion], parts: Sequence[Fraction], score: Decimal, decimals: int
) -> tuple[tuple[str, Decimal], ...]:
    """Largest remainders, so that the printed contributions add to the printed score to the last digit."""
    scale = 10**decimals
    units = [int(part * scale) for part in parts]
    missing = int(score * scale) - sum(units)
    by_remainder = sorted(range(len(parts)), key=lambda c: (units[c] - parts[c] * scale, c))
    for c in by_remainder[:missing]:
        units[c] += 1
    return tuple(
        (criterion.code, Decimal(unit).scaleb(-decimals))
        for criterion, unit in zip(criteria, units, strict=True)
    )


def _tie_break(criteria: Sequence[Criterion], trimmed: _Trimmed, rule: Rule) -> Decimal | None:
    if rule.tie_break is None:
        return None
    codes = [criterion.code for criterion in criteria]
    value = trimmed.means[codes.index(rule.tie_break)]
    return None if value is None else rounded_half_up(value, rule.decimals)


def _sd(totals: Sequence[Fraction], decimals: int) -> Decimal | None:
    if len(totals) < 2:
        return None
    middle = mean(totals)
    variance = sum(((total - middle) ** 2 for total in totals), Fraction(0)) / (len(totals) - 1)
    with localcontext(prec=40):
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
        return root.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _warnings(
    counted: Sequence[Counted],
    trimmed: _Trimmed,
    incomplete: tuple[str, ...],
    recused: tuple[str, ...],
    rule: Rule,
) -> tuple[Code, ...]:
    drop_effect = abs(trimmed.score - mean([sheet.total for sheet in counted]))
    present = {
        Code.ONE_REVIEW: len(counted) == 1,
        Code.TRIM_SKIPPED_FEW_REVIEWS: trimmed.skipped,
        Code.INCOMPLETE_SHEET: bool(incomplete),
        Code.WEIGHTS_RENORMALISED: any(None in sheet.marks for sheet in counted),
        Code.RECUSED_REMOVED: bool(recused),
        Code.DROP_EFFECT_LARGE: drop_effect > Fraction(rule.flag_drop_effect),
    }
    return tuple(sorted(code for code, holds in present.items() if holds))
