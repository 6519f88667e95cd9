"""A step is done once for what it was done for, and again when that changed."""

from pathlib import Path

import pytest

from marketplace.bootstrap import steps
from marketplace.bootstrap.place import Refusal


def test_a_step_is_done_once_and_again_for_another_key(tmp_path: Path) -> None:
    stamp, done = tmp_path / "deep" / "stamp", []
    assert steps.once("step", stamp, "a", lambda: done.append(1))
    assert not steps.once("step", stamp, "a", lambda: done.append(2))
    assert steps.once("step", stamp, "b", lambda: done.append(3))
    assert done == [1, 3]


def test_a_step_that_failed_is_not_done_even_if_it_once_was(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    steps.once("step", stamp, "a", lambda: None)
    with pytest.raises(ZeroDivisionError):
        steps.once("step", stamp, "b", lambda: 1 / 0)
    assert not steps.is_done(stamp, "a")
    assert not steps.is_done(stamp, "b")


def test_progress_is_one_line_with_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with steps.reported("Python packages"):
        pass
    assert capsys.readouterr().out == "  Python packages … 0.0 s\n"


def test_the_fingerprint_knows_contents_their_order_and_words(tmp_path: Path) -> None:
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_text("a")
    two.write_text("b")
    prints = {
        steps.digest([one, two]),
        steps.digest([two, one]),
        steps.digest([one]),
        steps.digest([one], "b"),
        steps.digest([one], "c"),
    }
    assert len(prints) == 5
    assert steps.digest([one, two]) == steps.digest([one, two])


def test_a_tool_that_fails_is_refused_with_its_last_words_and_the_remedy() -> None:
    with pytest.raises(Refusal, match=r"(?s)ended with 3.*no space left.*What to do: make room") as refused:
        steps.call(["sh", "-c", "echo no space left; exit 3"], "make room")
    assert refused.value.remedy == "make room"


def test_a_program_that_is_absent_or_broken_answers_nothing(tmp_path: Path) -> None:
    assert steps.answers([tmp_path / "none"]) == ""
    assert steps.answers(["sh", "-c", "echo half; exit 1"]) == ""
    assert steps.answers(["sh", "-c", "echo whole"]) == "whole"
