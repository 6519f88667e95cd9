"""From score sheets to a result by the announced rule (评分汇总). Pure: no session, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.decision import rubric as announced
from marketplace.decision.base import canonical, digest, rounded_half_up
from marketplace.topics.rules import Rubric

HUNDRED = Decimal(100)
COMMENT_LIMIT = 1000
OPINION_LIMIT = 2000
BAD_MARK: Problem = N_("请填写0至100的分数，最多一位小数")
BOTH: Problem = N_("已选“无法判断”，请清空分数")


@dataclass(frozen=True, slots=True)
class MarkInput:
    """One criterion as an expert left it: a mark, or 无法判断, or neither yet."""

    score: Decimal | None = None
    unable: bool = False
    comment: str = ""

    def stored(self) -> dict[str, Any]:
        """The plain form for the database: the mark as text, so that no float can creep in."""
        score = None if self.score is None or self.unable else format(self.score.normalize(), "f")
        return {"score": score, "unable": self.unable, "comment": self.comment}


def mark_of(entry: Mapping[str, Any] | None) -> MarkInput:
    """A stored mark, read back."""
    if not entry:
        return MarkInput()
    raw = entry.get("score")
    score = None if raw is None else Decimal(str(raw))
    return MarkInput(score, bool(entry.get("unable", False)), str(entry.get("comment", "")))


def parse_score(text: str) -> Decimal | None:
    """A typed mark: empty, or 0–100 with at most one decimal. Raises ValueError for all else (NaN, 1e2, -1)."""
    if not text:
        return None
    try:
        score = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not all(char in "0123456789." for char in text) or not Decimal(0) <= score <= HUNDRED:
        raise ValueError(text)
    if (score * 10) % 1:
        raise ValueError(text)
    return score


def read_mark(typed: str, unable: bool, comment: str) -> tuple[MarkInput | None, Problem | None]:
    """One criterion as it was typed, in the page or in a workbook: the mark, or what is wrong with it."""
    try:
        score = parse_score(typed)
    except ValueError:
        return None, BAD_MARK
    if unable and score is not None:
        return None, BOTH
    return MarkInput(score, unable, comment), None


def draft_problems(marks: Mapping[str, MarkInput], comment: str, codes: Iterable[str]) -> dict[str, Problem]:
    """What no draft may hold, its overall opinion included, by field name."""
    problems = mark_problems(marks, codes)
    if len(comment) > OPINION_LIMIT:
        problems["comment"] = (N_("最多%(limit)s字"), {"limit": OPINION_LIMIT})
    return problems


def mark_problems(marks: Mapping[str, MarkInput], codes: Iterable[str]) -> dict[str, Problem]:
    """What no draft may hold: forged criteria, marks out of range or too precise, comments too long."""
    known = set(codes)
    problems: dict[str, Problem] = {}
    for code, mark in marks.items():
        if code not in known:
            problems[f"score_{code}"] = N_("没有这项评审指标，请刷新页面后重试")
        elif mark.score is not None and not _fits(mark.score):
            problems[f"score_{code}"] = BAD_MARK
        elif len(mark.comment) > COMMENT_LIMIT:
            problems[f"comment_{code}"] = (N_("最多%(limit)s字"), {"limit": COMMENT_LIMIT})
    return problems


def _fits(score: Decimal) -> bool:
    return score.is_finite() and 0 <= score <= HUNDRED and not (score * 10) % 1


def gaps(rubric: Rubric, marks: Mapping[str, Any], reason_below: int) -> dict[str, Problem]:
    """What is still missing before a sheet may be submitted, by field name."""
    problems: dict[str, Problem] = {}
    for criterion in rubric.criteria:
        mark = mark_of(marks.get(criterion.code))
        if mark.unable:
            if not mark.comment:
                problems[f"comment_{criterion.code}"] = N_("选择“无法判断”须说明理由")
        elif mark.score is None:
            problems[f"score_{criterion.code}"] = N_("请评分，或选择“无法判断”")
        elif mark.score < reason_below and not mark.comment:
            problems[f"comment_{criterion.code}"] = (N_("低于%(line)s分须说明理由"), {"line": reason_below})
    return problems


def weighted_total(rubric: Rubric, marks: Mapping[str, Any]) -> Decimal | None:
    """加权总分 of one sheet, two decimals half-up; None while or when a criterion has no mark."""
    total = Fraction(0)
    for criterion in rubric.criteria:
        mark = mark_of(marks.get(criterion.code))
        if mark.score is None or mark.unable:
            return None
        total += Fraction(mark.score) * criterion.weight / 100
    return rounded_half_up(total, 2)


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """One submitted sheet: whose seat, which marks, and whether that seat has been recused since."""

    seat_id: int
    marks: Mapping[str, Any]
    recused: bool = False


def score_all(
    rubric: Rubric, trim_from: int, sheets_by_item: Mapping[int, Sequence[SheetFacts]]
) -> announced.Result:
    """The result of a panel by the rule announced with its list."""
    criteria = [announced.Criterion(criterion.code, criterion.weight) for criterion in rubric.criteria]
    items = [
        announced.Item(str(item_id), tuple(_sheet(rubric, sheet) for sheet in sheets))
        for item_id, sheets in sorted(sheets_by_item.items())
    ]
    return announced.aggregate(
        criteria, items, announced.Rule(trim_from=trim_from, tie_break=rubric.tie_break)
    )


def _sheet(rubric: Rubric, sheet: SheetFacts) -> announced.Sheet:
    marks: dict[str, announced.Mark] = {}
    for criterion in rubric.criteria:
        mark = mark_of(sheet.marks.get(criterion.code))
        marks[criterion.code] = None if mark.unable else mark.score
    return announced.Sheet(str(sheet.seat_id), marks, sheet.recused)


def trace_of(score: announced.ItemScore, place: announced.Place | None) -> dict[str, Any]:
    """How one item came to its score, as plain values: each expert's total, what was dropped, the contributions."""
    dropped = {drop.expert: drop.end for drop in score.trace.dropped}
    return {
        "sheets": [
            {"seat": int(seat), "total": _text(total), "dropped": dropped.get(seat, "")}
            for seat, total in score.trace.totals
        ],
        "incomplete": [int(seat) for seat in score.trace.incomplete],
        "recused": [int(seat) for seat in score.trace.recused],
        "contributions": {code: _text(value) for code, value in score.contributions},
        "counted": score.n_used,
        "plain_mean": _text(score.mean),
        "sd": _text(score.sd),
        "tie_break": _text(score.tie_break),
        "by_tie_break": bool(place and place.decided_by_tie_break),
        "needs_vote": bool(place and place.needs_vote),
        "warnings": [str(code) for code in score.warnings],
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def result_record(result: announced.Result) -> dict[str, Any]:
    """The whole result for the file: rule, criteria, places, and the fingerprint of everything that went in."""
    return {
        "method": result.method,
        "rule": canonical(result.parameters),
        "criteria": canonical(result.criteria),
        "places": [
            {
                "item": int(place.id),
                "rank": place.rank,
                "score": _text(place.score),
                "needs_vote": place.needs_vote,
            }
            for place in result.places
        ],
        "unranked": [int(item) for item in result.unranked],
        "warnings": [str(code) for code in result.warnings],
        "inputs_sha256": result.inputs_sha256,
        "votes": [],
    }


def fingerprint(record: Mapping[str, Any]) -> str:
    """结果指纹: SHA-256 of the record without the fingerprint itself."""
    return digest({key: value for key, value in record.items() if key != "sha256"})


def open_ties(record: Mapping[str, Any] | None) -> list[tuple[int, tuple[int, ...]]]:
    """Groups of items the rule leaves equal and the panel has not yet voted on: (rank, item ids)."""
    groups: dict[int, list[int]] = {}
    voted = {tuple(sorted(vote["order"])) for vote in (record or {}).get("votes", ())}
    for place in (record or {}).get("places", ()):
        if place["needs_vote"]:
            groups.setdefault(place["rank"], []).append(place["item"])
    return [(rank, tuple(items)) for rank, items in groups.items() if tuple(sorted(items)) not in voted]
