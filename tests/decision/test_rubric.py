"""The announced rule: exact totals, trimming, missing marks, ties, refusals."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from marketplace.decision.base import Code, InputError, digest, rounded_half_up
from marketplace.decision.rubric import Criterion, Item, Level, Mark, Missing, Rule, Sheet, aggregate

PLAN = "方案科学可行"
CRITERIA = (Criterion("goal", 40), Criterion(PLAN, 30), Criterion("team", 30))


def sheet(expert: str, *marks: Mark, recused: bool = False) -> Sheet:
    return Sheet(expert, dict(zip(("goal", PLAN, "team"), marks, strict=True)), recused)


def flat(item: str, *totals: int | str) -> Item:
    """An item whose experts give the same mark on every criterion."""
    marks = [Decimal(total) for total in totals]
    return Item(item, tuple(sheet(f"e{i}", mark, mark, mark) for i, mark in enumerate(marks)))


def only(item: Item, rule: Rule | None = None):
    return aggregate(CRITERIA, [item], rule or Rule()).scores[0]


def test_the_published_seven_judges_give_82():
    score = only(flat("a", 72, 76, 81, 81, 85, 87, 90))
    assert score.score == Decimal("82.00")
    assert score.mean == Decimal("81.71")
    assert [(d.expert, d.value, d.end) for d in score.trace.dropped] == [
        ("e0", Decimal("72.00"), "lowest"),
        ("e6", Decimal("90.00"), "highest"),
    ]


def test_five_sheets_are_trimmed_and_four_are_not():
    five, four = only(flat("a", 10, 80, 81, 82, 100)), only(flat("a", 10, 80, 81, 82))
    assert five.score == Decimal("81.00")
    assert Code.TRIM_SKIPPED_FEW_REVIEWS not in five.warnings
    assert four.score == Decimal("63.25")
    assert Code.TRIM_SKIPPED_FEW_REVIEWS in four.warnings


def test_only_one_of_several_equal_extremes_is_dropped():
    assert only(flat("a", 90, 90, 90, 60, 60)).score == Decimal("80.00")


@pytest.mark.parametrize(
    ("exact", "shown"),
    [("0.005", "0.01"), ("0.0049999", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("99.995", "100.00")],
)
def test_rounding_is_half_up_and_exact(exact, shown):
    assert rounded_half_up(Fraction(exact), 2) == Decimal(shown)


def test_half_cents_round_up_where_floats_would_round_down():
    assert only(flat("a", "2.67", "2.68")).score == Decimal("2.68")


def test_weights_decide_the_total_and_contributions_add_to_it():
    item = Item("a", (sheet("e1", 91, 83, 77), sheet("e2", 88, Decimal("79.5"), 90), sheet("e3", 70, 71, 73)))
    score = only(item)
    exact = (
        sum(
            Fraction(40 * g + 30 * p + 30 * t) / 100
            for g, p, t in [(91, 83, 77), (88, Fraction("79.5"), 90), (70, 71, 73)]
        )
        / 3
    )
    assert score.exact == exact
    assert sum(part for _, part in score.contributions) == score.score


def test_not_able_to_judge_never_counts_as_zero():
    sheets = (sheet("e1", 80, 80, 80), sheet("e2", 90, None, 90))
    left_out = only(Item("a", sheets))
    assert left_out.score == Decimal("80.00")
    assert left_out.trace.incomplete == ("e2",)
    assert left_out.n_used == 1
    assert {Code.INCOMPLETE_SHEET, Code.ONE_REVIEW} <= set(left_out.warnings)
    shared = only(Item("a", sheets), Rule(missing=Missing.RENORMALISE))
    assert shared.score == Decimal("85.00")
    assert Code.WEIGHTS_RENORMALISED in shared.warnings


def test_a_sheet_without_any_judgement_never_counts():
    sheets = (sheet("e1", 80, 80, 80), sheet("e2", None, None, None))
    assert only(Item("a", sheets), Rule(missing=Missing.RENORMALISE)).n_used == 1


def test_recused_sheets_leave_before_everything():
    full = flat("a", 70, 75, 80, 85, 90)
    extra = Item("a", (*full.sheets, sheet("friend", 100, 100, 100, recused=True)))
    with_friend, without = only(extra), only(full)
    assert with_friend.trace.recused == ("friend",)
    assert with_friend.score == without.score
    assert with_friend.contributions == without.contributions


def test_an_item_without_reviews_is_listed_and_not_ranked():
    result = aggregate(CRITERIA, [flat("a", 80, 82), Item("b", ())])
    assert result.unranked == ("b",)
    assert [place.id for place in result.places] == ["a"]
    assert result.scores[1].score is None
    assert result.scores[1].warnings == (Code.NO_REVIEW,)


def test_a_large_effect_of_dropping_is_flagged():
    assert Code.DROP_EFFECT_LARGE in only(flat("a", 0, 80, 80, 80, 80)).warnings
    assert Code.DROP_EFFECT_LARGE not in only(flat("a", 78, 80, 80, 80, 83)).warnings


def test_dropping_by_criterion_drops_in_each_criterion():
    marks = [(60, 90, 80), (70, 80, 80), (80, 70, 80), (90, 60, 80), (100, 50, 80)]
    item = Item("a", tuple(sheet(f"e{i}", *row) for i, row in enumerate(marks)))
    score = only(item, Rule(level=Level.CRITERION))
    assert score.score == Decimal("77.00")
    assert len(score.trace.dropped) == 6
    assert {mark.criterion for mark in score.trace.dropped} == {"goal", PLAN, "team"}


def test_ties_go_to_the_tie_break_criterion_then_to_a_vote():
    a = Item("a", (sheet("e1", 80, 80, 80),))
    b = Item("b", (sheet("e1", 80, 90, 70),))
    c = Item("c", (sheet("e1", 80, 80, 80),))
    d = Item("d", (sheet("e1", 10, 10, 10),))
    result = aggregate(CRITERIA, [a, b, c, d], Rule(tie_break=PLAN))
    assert [(p.id, p.rank, p.decided_by_tie_break, p.needs_vote) for p in result.places] == [
        ("b", 1, True, False),
        ("a", 2, True, True),
        ("c", 2, True, True),
        ("d", 4, False, False),
    ]
    assert Code.TIE_NEEDS_VOTE in result.warnings


def test_ties_are_taken_on_the_announced_two_decimals():
    third = Item(
        "a", tuple(sheet(f"e{i}", *marks) for i, marks in enumerate([(80,) * 3, (80,) * 3, (81,) * 3]))
    )
    result = aggregate(CRITERIA, [third, flat("b", "80.33")])
    assert [place.rank for place in result.places] == [1, 1]


def test_order_of_sheets_and_items_does_not_matter():
    item = flat("a", 70, 70, 80, 85, 90)
    turned = Item("a", tuple(reversed(item.sheets)))
    first, second = aggregate(CRITERIA, [item]), aggregate(CRITERIA, [turned])
    assert first == second


def test_the_hash_sees_every_mark_and_not_the_spelling_of_numbers():
    base = aggregate(CRITERIA, [flat("a", 80)]).inputs_sha256
    same = tuple(replace(criterion, weight=Decimal(f"{criterion.weight}.0")) for criterion in CRITERIA)
    assert (
        aggregate(same, [flat("a", "80.00")]).inputs_sha256
        == aggregate(CRITERIA, [flat("a", "80")]).inputs_sha256
    )
    assert aggregate(CRITERIA, [flat("a", 81)]).inputs_sha256 != base
    assert digest({"b": 1, "a": Decimal("1E+2")}) == digest({"a": Decimal(100), "b": 1})


BAD_WEIGHTS: Mapping[str, tuple[Criterion, ...]] = {
    "sum to exactly 100": (Criterion("goal", 40), Criterion(PLAN, Decimal("59.999"))),
    "given twice": (Criterion("goal", 50), Criterion("goal", 50)),
    "above 0": (Criterion("goal", 100), Criterion(PLAN, 0)),
    "Decimal or int": (Criterion("goal", 100.0),),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("rule", BAD_WEIGHTS)
def test_bad_weights_are_refused(rule):
    with pytest.raises(InputError, match=rule):
        aggregate(BAD_WEIGHTS[rule], [])


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (101, "0–100"),
        (-1, "0–100"),
        (Decimal("NaN"), "0–100"),
        (Decimal("Infinity"), "0–100"),
        (80.0, "Decimal or int"),
        (True, "Decimal or int"),
    ],
)
def test_bad_marks_are_refused_at_their_place(bad, rule):
    with pytest.raises(InputError, match=rule) as refusal:
        aggregate(CRITERIA, [Item("a", (sheet("e1", 80, bad, 80),))])
    assert refusal.value.where == f"items[a].sheets[e1][{PLAN}]"


def test_unknown_and_absent_criteria_and_duplicates_are_refused():
    with pytest.raises(InputError, match="unknown criterion"):
        aggregate(CRITERIA, [Item("a", (Sheet("e1", {"goal": 1, PLAN: 1, "team": 1, "x": 1}),))])
    with pytest.raises(InputError, match="mark missing"):
        aggregate(CRITERIA, [Item("a", (Sheet("e1", {"goal": 1, PLAN: 1}),))])
    with pytest.raises(InputError, match="given twice: e1"):
        aggregate(CRITERIA, [Item("a", (sheet("e1", 1, 1, 1), sheet("e1", 2, 2, 2)))])
    with pytest.raises(InputError, match="given twice: a"):
        aggregate(CRITERIA, [flat("a", 1), flat("a", 2)])


def test_rules_that_cannot_work_are_refused():
    with pytest.raises(InputError, match="at least 3"):
        aggregate(CRITERIA, [], Rule(trim_from=2))
    with pytest.raises(InputError, match="no criterion"):
        aggregate(CRITERIA, [], Rule(tie_break="x"))
