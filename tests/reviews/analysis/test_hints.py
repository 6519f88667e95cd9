"""What a chair should look at twice."""

from typing import Any

import pytest

from marketplace.reviews.analysis.hints import fingerprint_of, hint_records
from marketplace.reviews.analysis.question import Entry
from tests.reviews.analysis.panels import CODES, question

LONG = "路线总体可行，但缺少量化的考核指标和数据来源说明。"
DUE = "2026-03-10T09:00:00+00:00"


def entry(item: int, seat: int, **more: Any) -> Entry:
    varied = {code: str(80 + number + item % 3) for number, code in enumerate(CODES)}
    return Entry(item, seat, **{"marks": varied, **more})


def hints(*entries: Entry) -> list[dict[str, Any]]:
    return hint_records(question([[1, 1, 1, 1]] * 3, entries=entries, due_at=DUE))


def test_short_comments_agree_by_chance() -> None:
    assert fingerprint_of("同意，方案可行") is None
    assert fingerprint_of(LONG) == fingerprint_of(f" {LONG.replace('，', ',')} ")
    assert fingerprint_of(LONG) != fingerprint_of(LONG + "补充")


def test_the_same_long_comment_of_two_experts_and_of_one_for_two_items() -> None:
    text = {"": str(fingerprint_of(LONG))}
    assert hints(entry(101, 11, texts=text), entry(101, 12, texts=text)) == [
        {"code": "copied_between", "seats": [11, 12], "items": [101], "count": 1}
    ]
    assert hints(entry(101, 11, texts=text), entry(103, 11, texts=text)) == [
        {"code": "copied_by_one", "seats": [11], "items": [101, 103], "count": 1}
    ]
    twice_in_one_sheet = {"goals": text[""], "plan": text[""]}
    assert hints(entry(101, 11, texts=twice_in_one_sheet)) == []
    assert hints(entry(101, 11, texts=text), entry(101, 12, texts=text, recused=True)) == []


@pytest.mark.parametrize(("at", "minutes"), [("08:50:00", 10), ("08:59:30", 0), ("09:03:00", 0)])
def test_the_last_ten_minutes(at: str, minutes: int) -> None:
    found = hints(entry(101, 11, submitted_at=f"2026-03-10T{at}+00:00"))
    assert found == [{"seat": 11, "code": "last_minutes", "minutes": minutes, "count": 1}]
    assert hints(entry(101, 11, submitted_at="2026-03-10T08:49:59+00:00")) == []


def test_many_sheets_within_seconds() -> None:
    times = ("08:00:00", "08:00:15", "08:00:34", "08:09:00")
    own = [entry(101 + n, 11, saved_at=f"2026-03-09T{at}+00:00") for n, at in enumerate(times)]
    assert hints(*own) == [{"seat": 11, "code": "within_seconds", "count": 3, "seconds": 20}]
    assert hints(*own[:2], own[3]) == []


def test_the_same_mark_everywhere() -> None:
    same = dict.fromkeys(CODES, "85")
    assert hints(entry(101, 11, marks=same), entry(102, 11, marks=same)) == [
        {"seat": 11, "code": "all_the_same", "mark": "85", "count": 2}
    ]
    assert hints(entry(101, 11, marks=same)) == []
    assert hints(entry(101, 11, marks=same), entry(102, 11)) == []
