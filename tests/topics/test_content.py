"""The text of a topic: its checks, its differences, its words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.topics.checks import LEAST_WINDOW, deadline_problem, malformed, problems
from marketplace.topics.content import (
    FIELD_LABELS,
    SECTION_LABELS,
    SECTIONS,
    Deliverable,
    from_plain,
    section_of,
    to_plain,
    with_keys,
)
from marketplace.topics.differences import differences
from marketplace.topics.reference import topics_from_json
from marketplace.topics.rules import DEFAULT_RULES, rule_problems
from marketplace.topics.wording import change_rows, text_of

NOW = datetime(2031, 1, 1, tzinfo=UTC)
FIRST = replace(topics_from_json()[0][1], deadline=NOW)


def test_every_field_stands_in_one_section_and_has_its_words() -> None:
    listed = [name for fields in SECTIONS.values() for name in fields]
    assert sorted(listed) == sorted(FIELD_LABELS) == sorted(to_plain(FIRST))
    assert set(SECTIONS) == set(SECTION_LABELS)
    assert section_of("deadline") == "terms"


@pytest.mark.parametrize("number", range(24))
def test_the_reference_topics_are_complete_and_survive_the_way_to_plain_values(number: int) -> None:
    content = replace(topics_from_json()[number][1], deadline=NOW)
    assert problems(content, None, DEFAULT_RULES) == {}
    assert from_plain(to_plain(content)) == content


def test_money_of_the_reference_file_is_in_fen() -> None:
    assert (FIRST.budget_min_fen, FIRST.budget_max_fen) == (20_000_000, 35_000_000)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": "别的"}, "category"),
        ({"award_mode": "race", "max_awardees": 1}, "max_awardees"),
        ({"budget_min_fen": 1, "budget_max_fen": None}, "budget_max_fen"),
        ({"duration_months": 0}, "duration_months"),
        ({"objectives": ()}, "objectives"),
        ({"duration_months": 13}, "milestones.4.month"),
        ({"plan_metric": "forged"}, "plan_metric"),
    ],
)
def test_what_is_wrong_names_its_field(change: dict[str, object], field: str) -> None:
    assert field in problems(replace(FIRST, **change), None, DEFAULT_RULES)  # type: ignore[arg-type]


def test_only_the_asked_section_is_checked() -> None:
    empty = replace(FIRST, title="", background="")
    assert set(problems(empty, "aims", DEFAULT_RULES)) == {"background"}
    assert malformed(replace(FIRST, title="长" * 121), "aims") == {}


@pytest.mark.parametrize(("seconds", "refused"), [(-1, True), (0, False), (1, False)])
def test_seven_days_to_the_second(seconds: int, refused: bool) -> None:
    deadline = NOW + LEAST_WINDOW + timedelta(seconds=seconds)
    assert (deadline_problem(deadline, NOW) is not None) == refused


def test_differences_follow_deliverables_by_their_key() -> None:
    first, second, third = FIRST.deliverables
    changed = replace(
        FIRST,
        deliverables=(second, replace(first, name="改名"), Deliverable("n1", "新成果", "报告", ("可核对",))),
    )
    found = differences(to_plain(FIRST), to_plain(changed))
    told = [(c["number"], c["old"] and c["old"]["name"], c["new"] and c["new"]["name"]) for c in found]
    assert told == [(2, first.name, "改名"), (3, None, "新成果"), (3, third.name, None)]
    rows = change_rows(found, str)
    assert rows[1]["label"] == "交付成果 3"
    assert rows[1]["old"] == ""
    assert "· 可核对" in rows[1]["new"]


def test_equal_texts_have_no_differences() -> None:
    assert differences(to_plain(FIRST), to_plain(FIRST)) == []


def test_keys_are_never_given_twice() -> None:
    given = [Deliverable(key, name, "报告") for key, name in (("a", "甲"), ("a", "乙"), ("", "丙"))]
    keys = [item.key for item in with_keys(given, ["a"])]
    assert keys[0] == "a"
    assert len(set(keys)) == 3


def test_words_for_values() -> None:
    assert (
        text_of("eligible_levels", ["municipal", "direct_unit"], str) == "市级机关事务管理部门、省局直属单位"
    )
    assert text_of("budget_max_fen", 35_000_000, str) == "35.00 万元"
    assert text_of("deadline", "2031-01-01T00:00:00+00:00", str) == "2031-01-01 08:00:00"
    assert text_of("joint_allowed", False, str) == "不允许"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"panel_size": 6}, "panel_size"),
        ({"panel_size": 3}, "panel_size"),
        ({"notice_days": 0}, "notice_days"),
        ({"scores_per_item": 2}, "scores_per_item"),
        ({"scores_per_item": 6}, "scores_per_item"),
        ({"disagreement": 0}, "disagreement"),
        ({"official": "popular"}, "official"),
        ({"grades": ()}, "grades"),
        ({"grades": DEFAULT_RULES.grades[::-1]}, "grades"),
        ({"bid_rubric": replace(DEFAULT_RULES.bid_rubric, criteria=())}, "bid_rubric"),
        ({"bid_rubric": replace(DEFAULT_RULES.bid_rubric, tie_break="x")}, "bid_tie_break"),
        ({"outcome_rubric": replace(DEFAULT_RULES.outcome_rubric, pass_line=101)}, "outcome_pass_line"),
    ],
)
def test_rules_that_may_not_be_published(change: dict[str, object], field: str) -> None:
    assert field in rule_problems(replace(DEFAULT_RULES, **change))  # type: ignore[arg-type]
    assert rule_problems(DEFAULT_RULES) == {}
