"""What the announced rule must satisfy for any sheets."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.decision.base import digest
from marketplace.decision.ranking import weighted_sum
from marketplace.decision.rubric import Criterion, Item, Level, Missing, Rule, Sheet, aggregate

CRITERIA = (Criterion("a", 45), Criterion("b", Decimal("30.5")), Criterion("c", Decimal("24.5")))
marks = st.decimals(0, 100, places=1)
maybe = st.one_of(st.none(), marks)
rules = st.builds(
    Rule,
    trim_from=st.integers(3, 7),
    level=st.sampled_from(Level),
    missing=st.sampled_from(Missing),
    tie_break=st.sampled_from([None, "b"]),
)
usual = settings(max_examples=60, deadline=None, derandomize=True)


def items(mark: st.SearchStrategy[Decimal | None]) -> st.SearchStrategy[list[Item]]:
    sheet = st.tuples(mark, mark, mark)
    return st.lists(st.lists(sheet, max_size=8), min_size=1, max_size=4).map(
        lambda panels: [
            Item(
                f"i{i}",
                tuple(Sheet(f"e{e}", dict(zip("abc", row, strict=True))) for e, row in enumerate(panel)),
            )
            for i, panel in enumerate(panels)
        ]
    )


@usual
@given(items(maybe), rules)
def test_contributions_add_to_the_score_and_the_score_lies_on_the_scale(
    given_items: list[Item], rule: Rule
) -> None:
    for score in aggregate(CRITERIA, given_items, rule).scores:
        if score.score is not None:
            assert sum(points for _, points in score.contributions) == score.score
            assert all(points >= 0 for _, points in score.contributions)
            assert 0 <= score.score <= 100
            assert abs(Fraction(score.score) - (score.exact or 0)) <= Fraction(1, 200)


@usual
@given(items(marks))
def test_trimming_takes_exactly_one_from_each_end_from_five_sheets_on(given_items: list[Item]) -> None:
    for item, score in zip(given_items, aggregate(CRITERIA, given_items).scores, strict=True):
        totals = sorted(
            sum(Fraction(c.weight) * Fraction(s.marks[c.code] or 0) for c in CRITERIA) / 100
            for s in item.sheets
        )
        kept = totals[1:-1] if len(totals) >= 5 else totals
        assert score.exact == (sum(kept, Fraction(0)) / len(kept) if kept else None)
        assert len(score.trace.dropped) == (2 if len(totals) >= 5 else 0)


@usual
@given(items(maybe), rules, st.randoms(use_true_random=False))
def test_order_and_names_of_experts_do_not_matter(
    given_items: list[Item], rule: Rule, chance: object
) -> None:
    before = aggregate(CRITERIA, given_items, rule)
    turned = []
    for item in given_items:
        renamed = [Sheet(f"x{len(item.sheets) - e}", s.marks) for e, s in enumerate(item.sheets)]
        chance.shuffle(renamed)  # type: ignore[attr-defined]
        turned.append(Item(item.id, tuple(renamed)))
    after = aggregate(CRITERIA, turned, rule)
    assert [(s.score, s.contributions, s.tie_break) for s in after.scores] == [
        (s.score, s.contributions, s.tie_break) for s in before.scores
    ]
    assert after.places == before.places


@usual
@given(items(maybe), rules)
def test_a_recused_sheet_leaves_no_trace_in_the_score(given_items: list[Item], rule: Rule) -> None:
    judge = Sheet("recused", {"a": 0, "b": 0, "c": 0}, recused=True)
    joined = [Item(item.id, (*item.sheets, judge)) for item in given_items]
    before, after = aggregate(CRITERIA, given_items, rule), aggregate(CRITERIA, joined, rule)
    assert [s.score for s in after.scores] == [s.score for s in before.scores]
    assert after.places == before.places
    assert all(s.trace.recused == ("recused",) for s in after.scores)


@usual
@given(items(maybe), rules)
def test_places_follow_scores_and_only_true_ties_are_for_a_vote(given_items: list[Item], rule: Rule) -> None:
    result = aggregate(CRITERIA, given_items, rule)
    by_id = {score.id: score for score in result.scores}
    assert {place.id for place in result.places} | set(result.unranked) == set(by_id)
    for first, second in zip(result.places, result.places[1:], strict=False):
        assert first.score >= second.score
        same = (by_id[first.id].score, by_id[first.id].tie_break) == (
            by_id[second.id].score,
            by_id[second.id].tie_break,
        )
        assert (first.rank == second.rank) == same
    for place in result.places:
        alike = [p for p in result.places if p.rank == place.rank]
        assert place.needs_vote == (len(alike) > 1)


@usual
@given(st.lists(st.lists(st.floats(0, 100), min_size=3, max_size=3), min_size=1, max_size=8))
def test_linear_contributions_add_to_the_score(rows: list[list[float]]) -> None:
    found = weighted_sum(rows, [0.5, 0.3, 0.2])
    assert abs(found.contributions.sum(axis=1) - found.scores).max() < 1e-9


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@usual
@given(json_like)
def test_equal_values_have_equal_fingerprints(value: object) -> None:
    again = dict(reversed(list(value.items()))) if isinstance(value, dict) else value
    assert digest(value) == digest(again)
    assert digest([value]) != digest([value, None])
