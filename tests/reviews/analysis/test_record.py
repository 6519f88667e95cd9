"""The analysis of a panel, by example and by property."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.decision.base import InputError, digest
from marketplace.reviews.analysis.experts import verdict
from marketplace.reviews.analysis.question import Entry
from marketplace.reviews.analysis.record import analyse, disputed_items
from tests.reviews.analysis.panels import SEATS, analysed, marks, question

SEVERE = [
    [80, 70, 75, 85, 90, 66],
    [82, 71, 74, 86, 91, 65],
    [81, 72, 77, 84, 89, 67],
    [60, 51, 55, 65, 70, 46],
]
"""Three who agree, and one who gives twenty points less."""


def incomplete() -> list[list[float | None]]:
    """Twelve items, three of six experts each; the last expert gives fifteen points less than her colleagues."""
    noise = (0, 1, -1, 0, -1, 1, 1, 0, -1)
    table: list[list[float | None]] = [[None] * 12 for _ in range(6)]
    for item in range(12):
        for number, turn in enumerate((0, 1, 3)):
            expert = (item + turn) % 6
            table[expert][item] = (
                60 + 2.5 * item + noise[(2 * item + number) % 9] - (15 if expert == 5 else 0)
            )
    return table


def test_a_complete_panel_needs_no_correction() -> None:
    record = analysed(SEVERE)
    assert record["complete"]
    assert record["calibration"] == "none"
    for item in record["items"]:
        assert item["calibrated"] == item["plain_mean"]
    order = sorted(record["items"], key=lambda item: -float(item["plain_mean"]))
    assert [item["calibrated_rank"] for item in order] == [1, 2, 3, 4, 5, 6]
    assert not disputed_items(record)


def test_severity_is_named_only_with_proof() -> None:
    by_seat = {expert["seat"]: expert for expert in analysed(SEVERE)["experts"]}
    assert by_seat[14]["verdict"] == "severe"
    assert by_seat[14]["severity"] < -10
    assert {by_seat[seat]["verdict"] for seat in (11, 12, 13)} <= {"usual", "lenient"}
    few = analysed([row[:4] for row in SEVERE])
    assert {expert["verdict"] for expert in few["experts"]} == {"few"}


@pytest.mark.parametrize(
    ("b", "sd", "sheets", "said"),
    [
        (-8.0, 3.0, 5, "severe"),
        (8.0, 3.0, 5, "lenient"),
        (-6.0, 3.0, 5, "usual"),
        (-8.0, 3.0, 4, "few"),
        (None, None, 9, "unknown"),
    ],
)
def test_verdicts(b: float | None, sd: float | None, sheets: int, said: str) -> None:
    assert verdict(b, sd, sheets) == said


def test_calibration_lifts_who_met_the_severe_expert() -> None:
    record = analysed(incomplete(), places=3)
    assert record["calibration"] == "used"
    by_seat = {expert["seat"]: expert for expert in record["experts"]}
    assert by_seat[16]["verdict"] == "severe"
    met = [item for item in record["items"] if any(mark["seat"] == 16 for mark in item["marks"])]
    assert len(met) == 6
    assert all(float(item["calibrated"]) > float(item["plain_mean"]) for item in met)
    truth = [item["item"] for item in record["items"]][::-1]
    by_calibrated = sorted(record["items"], key=lambda item: item["calibrated_rank"])
    by_mean = sorted(record["items"], key=lambda item: -float(item["plain_mean"]))
    wrong = [
        sum(a["item"] != b for a, b in zip(order, truth, strict=True)) for order in (by_calibrated, by_mean)
    ]
    assert wrong[0] < wrong[1]


def test_lists_that_disagree_about_a_winner_go_to_the_meeting() -> None:
    table = incomplete()
    record = analysed(table, places=4)
    disputed = disputed_items(record)
    assert disputed == [108, 109]
    for item in record["items"]:
        assert item["disputed"] == (item["item"] in disputed)
        if item["disputed"]:
            assert item["tier"] == "meeting"
            assert item["announced_in"] != item["calibrated_in"]


def test_a_dropped_mark_and_what_it_did() -> None:
    record = analysed([[90, 85], [90, 85], [90, 85], [90, 85], [10, 85]])
    first, second = record["items"]
    assert [mark["dropped"] for mark in first["marks"]].count("lowest") == 1
    assert (first["announced"], first["plain_mean"], first["trim_effect"]) == ("90.00", "74.00", "16.00")
    assert first["trim_large"]
    assert not second["trim_large"]
    assert first["range"] == "80.00"
    assert record["disagreements"] == [101]
    assert disputed_items(record) == [101, 102]
    assert analysed([[90], [10]], disagreement=None)["disagreements"] == []


def test_a_tie_across_the_last_place_is_for_the_vote_not_for_the_meeting() -> None:
    record = analysed([[80, 80], [81, 81], [79, 79]])
    assert [item["announced_in"] for item in record["items"]] == [None, None]
    assert not disputed_items(record)


def test_who_is_below_the_line_wins_nothing() -> None:
    record = analysed([[50, 40], [52, 41], [51, 42]])
    assert [item["announced_in"] for item in record["items"]] == [False, False]


def test_acceptance_of_one_outcome() -> None:
    record = analysed([[88], [90], [86], [92], [89]], places=None)
    (item,) = record["items"]
    assert (item["announced"], item["calibrated"], item["p_places"], item["tier"]) == (
        "89.00",
        "89.00",
        None,
        None,
    )
    assert item["announced_in"] is True
    assert {expert["verdict"] for expert in record["experts"]} == {"unknown"}
    assert record["agreement"]["alpha_band"] is None
    assert record["agreement"]["provisional"]


@pytest.mark.parametrize("table", [[], [[]], [[None, None]], [[80]], [[80, 80], [80, 80], [80, 80]]])
def test_edges(table: list[list[float | None]]) -> None:
    record = analysed(table)
    json.dumps(record, allow_nan=False)
    assert len(record["items"]) == max((len(row) for row in table), default=0)


def test_agreement_says_how_far_the_order_may_be_trusted() -> None:
    good = analysed([[90, 70, 50], [91, 71, 49], [89, 69, 51]])["agreement"]
    assert (good["alpha_band"], good["provisional"]) == ("reliable", False)
    assert good["w"] == 1.0
    bad = analysed([[90, 70, 50], [50, 90, 70], [70, 50, 90]])["agreement"]
    assert (bad["alpha_band"], bad["provisional"]) == ("unreliable", True)
    apart = analysed(incomplete())["agreement"]
    assert (apart["icc_from"], apart["w"]) == ("components", None)


def test_groups_without_a_common_expert_are_named() -> None:
    record = analysed(
        [[80, 70, None, None], [81, 72, None, None], [None, None, 60, 65], [None, None, 61, 66]]
    )
    assert record["calibration"] == "apart"
    assert "DISCONNECTED" in record["warnings"]


def test_bad_sheets_are_refused() -> None:
    asked = question([[80, 70]])
    doubled = {**asked.payload(), "entries": asked.payload()["entries"] * 2}
    with pytest.raises(InputError):
        analyse(doubled, lambda *_: None)
    with pytest.raises(InputError):
        analyse({**asked.payload(), "seats": [99]}, lambda *_: None)


MARK = st.one_of(st.none(), st.integers(0, 100))
TABLE = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(MARK, min_size=width, max_size=width), min_size=1, max_size=5)
)


@settings(max_examples=15, deadline=None)
@given(TABLE)
def test_every_table_has_a_record_that_holds_together(table: list[list[float | None]]) -> None:
    record = analysed(table, places=2)
    assert record["sha256"] == digest({key: value for key, value in record.items() if key != "sha256"})
    assert record == json.loads(json.dumps(record, allow_nan=False))
    for column, item in enumerate(record["items"]):
        given_marks = [row[column] for row in table if row[column] is not None]
        assert len(item["marks"]) == len(given_marks)
        if not given_marks:
            assert item["announced"] is None
            continue
        assert 1 <= item["rank_lo"] <= item["rank_hi"] <= len(record["items"])
        assert 0 <= item["p_places"] <= 1
        assert (item["tier"] == "meeting") or not item["disputed"]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(st.integers(0, 100), min_size=4, max_size=4), min_size=2, max_size=6))
def test_complete_panels_keep_the_order_of_plain_means(table: list[list[float | None]]) -> None:
    record = analysed(table)
    means = [sum(row[column] or 0 for row in table) for column in range(4)]
    for first in range(4):
        for second in range(4):
            ranks = [record["items"][one]["calibrated_rank"] for one in (first, second)]
            assert (means[first] > means[second]) == (ranks[0] < ranks[1])


def test_neither_the_order_of_the_sheets_nor_a_recused_one_changes_anything() -> None:
    turned = tuple(reversed(question(incomplete()).entries))
    recused = Entry(101, SEATS[2], marks(0), recused=True)
    first = analysed(incomplete(), places=3)
    other = analysed(incomplete(), places=3, entries=(*turned, recused))
    for before, after in zip(first["items"], other["items"], strict=True):
        for key in ("announced", "announced_rank", "calibrated", "calibrated_rank", "tier"):
            assert before[key] == after[key]
