"""Where the marks of the pictures stand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.reviews.analysis.plots import NEAR, dot_plot, heat_map, range_plot, shade
from marketplace.reviews.analysis.words import letter, order_of_letters
from tests.reviews.analysis.panels import analysed

TABLE = [[90, 70, 60], [90, 71, 61], [88, 72, 35]]


def test_the_dot_plot_spans_whole_tens_and_stacks_equal_marks() -> None:
    plot = dot_plot(analysed(TABLE)["items"])
    assert plot is not None
    assert [label for _, label in plot.ticks] == ["30", "50", "70", "90"]
    assert plot.ticks[0][0] == 3.0
    first = plot.rows[0]
    assert len({mark.y for mark in first.marks}) == 3
    assert first.announced is not None
    assert plot.height == plot.rows[-1].bottom


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=9))
def test_marks_never_cover_each_other_and_stay_inside(totals: list[float]) -> None:
    marks = [
        {"seat": seat, "total": f"{total:.2f}", "dropped": "", "outlier": False}
        for seat, total in enumerate(totals)
    ]
    plot = dot_plot([{"item": 1, "marks": marks, "announced": "50", "calibrated": None}])
    assert plot is not None
    for row in plot.rows:
        for one in row.marks:
            assert 3 <= one.x <= 97
            assert row.top < one.y < row.bottom
            for other in row.marks:
                assert one is other or one.y != other.y or abs(one.x - other.x) >= NEAR


def test_the_range_plot_draws_the_cut_between_two_places() -> None:
    items = analysed(TABLE, places=1)["items"]
    plot = range_plot(items, 1)
    assert plot is not None
    assert [label for _, label in plot.ticks] == ["1", "2", "3"]
    assert plot.cut is not None
    assert plot.ticks[0][0] < plot.cut < plot.ticks[1][0]
    assert all(row.low <= row.high for row in plot.rows)
    assert range_plot(items, 3) is not None
    assert range_plot(items[:1], 1) is None


def test_the_heat_map_says_who_lies_apart() -> None:
    plot = heat_map(analysed(TABLE)["items"], (12, 11, 13))
    assert plot is not None
    assert [seat for _, seat in plot.heads] == [12, 11, 13]
    assert [cell.shade for cell in plot.rows[2].cells] == [1, 1, -2]
    assert (shade(0), shade(3.9), shade(-4), shade(10)) == (0, 0, -1, 2)
    assert heat_map([], (1,)) is None


def test_letters_do_not_follow_the_list_of_members() -> None:
    letters = order_of_letters(7, range(1, 8))
    assert sorted(letters.values()) == list(range(7))
    assert list(letters) != list(range(1, 8))
    assert (letter(0, False), letter(1, True), letter(30, True)) == ("甲", "B", "31")
