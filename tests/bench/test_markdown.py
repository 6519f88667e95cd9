"""The results of a run as a document."""

from pathlib import Path

from tests.bench.load import Measured
from tests.bench.markdown import BEGIN, END, document, put
from tests.bench.measure import Line
from tests.bench.once import Fact
from tests.bench.pages import PAGES
from tests.bench.report import missed


def line(size: int, ours: float, bare: float, statements: int = 3) -> Line:
    """One page measured for a second, every answer as slow as said."""
    slow, quick = (Measured(1.0, [one] * int(1 / one), 10, 0) for one in (ours, bare))
    return Line("sqlite", size, PAGES[0], slow, quick, 4.0, 2.0, statements, 2048, 1024)


def test_every_number_of_a_line_stands_in_its_column() -> None:
    text = document([line(10, 0.02, 0.01), line(1, 0.01, 0.01)], [], [], 3.0)
    rows = [row for row in text.splitlines() if row.startswith("| public list")]
    assert (
        rows[0]
        == "| public list of topics | 1× | 100 | 100 | 1.00 | 10.0 | 10.0 | 10.0 | 4.0 | 2.0 | 3 | 2.0 | 1.0 |"
    )
    assert rows[1].startswith("| public list of topics | 10× | 50 | 100 | 0.50 | 20.0 | 20.0 |")


def test_what_was_missed_is_told() -> None:
    lines = [line(1, 0.01, 0.01), line(100, 0.04, 0.01, statements=12)]
    problems = missed(lines)
    assert [any(word in one for one in problems) for word in ("0.25 of", "12 statements", "grow", "p95")] == [
        True
    ] * 4
    text = document(lines, [Fact("a start", 4.0, 3.0, "s")], problems, 1.0)
    assert "| a start | 4.00 s | 3 s |" in text
    assert f"- {problems[0]}" in text


def test_the_results_take_the_place_of_the_older_ones(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Speed\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", "utf-8")
    put(page, r"new \1")
    assert page.read_text("utf-8") == f"# Speed\n\n{BEGIN}\nnew \\1\n{END}\n\nAfter.\n"


def test_a_document_without_a_place_gets_one(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    put(page, "numbers")
    put(page, "more")
    assert page.read_text("utf-8") == f"{BEGIN}\nmore\n{END}\n"
