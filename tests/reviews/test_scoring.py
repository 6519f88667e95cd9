"""The announced rule on stored sheets: published examples of trimming, rounding and ties, recomputed by hand."""

from decimal import Decimal

import pytest

from marketplace.reviews.scoring import (
    MarkInput,
    SheetFacts,
    fingerprint,
    gaps,
    mark_problems,
    open_ties,
    parse_score,
    result_record,
    score_all,
    weighted_total,
)
from marketplace.topics.rules import BID_RUBRIC

CODES = [criterion.code for criterion in BID_RUBRIC.criteria]


def sheet(seat: int, value: str, recused: bool = False, **others: str | None) -> SheetFacts:
    marks = {
        code: {
            "score": others.get(code, value),
            "unable": code in others and others[code] is None,
            "comment": "",
        }
        for code in CODES
    }
    return SheetFacts(seat, marks, recused)


def sheets(*values: str) -> list[SheetFacts]:
    return [sheet(seat, value) for seat, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("values", "score"),
    [
        (("90", "85", "80", "75", "70"), "80.00"),
        (("100", "90", "90", "90", "0"), "90.00"),
        (("88.5", "90", "91", "86.5", "70"), "88.33"),
        (("90", "90", "90.5", "91", "60", "95", "99"), "91.30"),
        (("70", "80", "90"), "80.00"),
        (("70", "80", "81", "90"), "80.25"),
    ],
)
def test_published_examples(values: tuple[str, ...], score: str) -> None:
    result = score_all(BID_RUBRIC, 5, {1: sheets(*values)})
    assert result.scores[0].score == Decimal(score)


def test_halves_round_up() -> None:
    """Kept totals 90, 90 and 90.015 have the mean 90.005."""
    third = sheet(3, "90", goals="90", replication="90.5")
    kept = score_all(BID_RUBRIC, 3, {1: [sheet(1, "80"), third, sheet(2, "99")]})
    assert kept.scores[0].score == Decimal("90.05")
    two = score_all(BID_RUBRIC, 5, {1: [sheet(1, "90"), sheet(2, "90", basis="90.1")]})
    assert two.scores[0].score == Decimal("90.01")


def test_equal_totals_are_ranked_by_the_plan_then_left_to_the_vote() -> None:
    better_plan = [sheet(seat, "80", plan="90", basis="60") for seat in range(1, 6)]
    even = [sheet(seat, "80") for seat in range(1, 6)]
    result = score_all(BID_RUBRIC, 5, {1: even, 2: better_plan, 3: even})
    places = {place.id: place for place in result.places}
    assert [places[key].rank for key in ("2", "1", "3")] == [1, 2, 2]
    assert places["2"].decided_by_tie_break
    assert not places["2"].needs_vote
    assert places["1"].needs_vote
    assert open_ties(result_record(result)) == [(2, (1, 3))]


def test_recused_sheets_leave_before_everything() -> None:
    with_recused = score_all(
        BID_RUBRIC, 5, {1: [*sheets("80", "82", "84", "86", "88"), sheet(9, "0", recused=True)]}
    )
    without = score_all(BID_RUBRIC, 5, {1: sheets("80", "82", "84", "86", "88")})
    assert with_recused.scores[0].score == without.scores[0].score == Decimal("84.00")


def test_unable_to_judge_never_counts_as_zero() -> None:
    result = score_all(BID_RUBRIC, 5, {1: [*sheets("80", "82", "84", "86", "88"), sheet(6, "10", plan=None)]})
    assert result.scores[0].score == Decimal("84.00")
    assert result.scores[0].trace.incomplete == ("6",)


def test_the_total_of_a_sheet() -> None:
    marks = {code: MarkInput(Decimal(80)).stored() for code in CODES}
    assert weighted_total(BID_RUBRIC, marks) == Decimal("80.00")
    assert weighted_total(BID_RUBRIC, {**marks, "goals": MarkInput(None, True, "x").stored()}) is None
    assert weighted_total(BID_RUBRIC, {}) is None


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-1", "100.1", "1e2", "88.55", "八十", "--", "1_0", "٣", "+5"]
)
def test_what_is_no_mark(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        parse_score(text)


@pytest.mark.parametrize(
    ("text", "mark"), [("", None), ("0", "0"), ("100", "100"), ("88.5", "88.5"), ("088", "88")]
)
def test_what_is_a_mark(text: str, mark: str | None) -> None:
    assert parse_score(text) == (None if mark is None else Decimal(mark))


def test_a_draft_may_be_incomplete_but_not_wrong() -> None:
    assert not mark_problems({}, CODES)
    assert not mark_problems({"goals": MarkInput(Decimal("0"))}, CODES)
    for bad in ("NaN", "Infinity", "-0.1", "100.5", "5.55"):
        assert set(mark_problems({"goals": MarkInput(Decimal(bad))}, CODES)) == {"score_goals"}
    assert set(mark_problems({"forged": MarkInput(Decimal(1))}, CODES)) == {"score_forged"}
    assert set(mark_problems({"goals": MarkInput(None, False, "字" * 1001)}, CODES)) == {"comment_goals"}


def test_what_a_complete_sheet_needs() -> None:
    marks = {code: MarkInput(Decimal(60)).stored() for code in CODES}
    assert not gaps(BID_RUBRIC, marks, 60)
    low = {**marks, "plan": MarkInput(Decimal("59.9")).stored()}
    assert gaps(BID_RUBRIC, low, 60) == {"comment_plan": ("低于%(line)s分须说明理由", {"line": 60})}
    assert not gaps(BID_RUBRIC, {**marks, "plan": MarkInput(Decimal(0), False, "理由").stored()}, 60)
    assert set(gaps(BID_RUBRIC, {**marks, "plan": MarkInput(None, True).stored()}, 60)) == {"comment_plan"}
    assert not gaps(BID_RUBRIC, {**marks, "plan": MarkInput(None, True, "材料缺失").stored()}, 60)
    assert len(gaps(BID_RUBRIC, {}, 60)) == len(CODES)


def test_the_fingerprint_covers_the_votes() -> None:
    record = result_record(score_all(BID_RUBRIC, 5, {1: sheets("80"), 2: sheets("80")}))
    voted = {**record, "votes": [{"order": [2, 1], "rank": 1, "reason": "表决", "at": ""}]}
    assert fingerprint(record) != fingerprint(voted)
    assert fingerprint({**record, "sha256": "x"}) == fingerprint(record)
    assert not open_ties(voted)
