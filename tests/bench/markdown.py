"""The results as Markdown, put in their place in a document (测量结果)."""

import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.measure import Line
from tests.bench.once import Fact
from tests.bench.report import in_order

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEADS = (
    "page", "size", "req/s", "bare", "ratio", "p50 ms", "p95 ms", "bare p95", "CPU ms", "bare CPU", "SQL", "HTML KB",
    "gzip KB",
)  # fmt: skip
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def document(lines: Sequence[Line], facts: Sequence[Fact], problems: Sequence[str], seconds: float) -> str:
    """One table for each database, what was measured once, and what of the targets is missed."""
    parts = [_circumstances(seconds)]
    for database in dict.fromkeys(line.database for line in lines):
        parts += [f"### {NAMES[database]}", _table([one for one in lines if one.database == database])]
    parts += ["### Measured once", _facts(facts), "### Targets missed", _list(problems)]
    return "\n\n".join(parts)


def _circumstances(seconds: float) -> str:
    system = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    busy = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    day = datetime.now(UTC)
    return (
        f"{day:%Y-%m-%d %H:%M} UTC, {seconds:g} s for each page and side; {system}; load at the end {busy}."
    )


def _table(lines: Sequence[Line]) -> str:
    rule = "|" + "|".join(["---"] + ["---:"] * (len(HEADS) - 1)) + "|"
    return "\n".join([_row(HEADS), rule, *(_row(_cells(line)) for line in in_order(lines))])


def _cells(line: Line) -> list[str]:
    ours, bare = line.ours, line.bare
    times = (ours.quantile(0.5), ours.quantile(0.95), bare.quantile(0.95))
    return [
        line.page.label, f"{line.size}×", f"{ours.rate:.0f}", f"{bare.rate:.0f}", f"{line.ratio:.2f}",
        *(f"{1000 * one:.1f}" for one in times), f"{line.cpu_ms:.1f}", f"{line.bare_cpu_ms:.1f}",
        str(line.statements), f"{line.html_bytes / 1024:.1f}", f"{line.gzip_bytes / 1024:.1f}",
    ]  # fmt: skip


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _facts(facts: Sequence[Fact]) -> str:
    head = [_row(("what", "measured", "at most")), "|---|---:|---:|"]
    return "\n".join(
        head + [_row((one.what, f"{one.value:.2f} {one.unit}", f"{one.most:g} {one.unit}")) for one in facts]
    )


def _list(problems: Sequence[str]) -> str:
    return "\n".join(f"- {problem}" for problem in problems) or "None."


def put(path: Path, text: str) -> None:
    """Between the two marks of the file; a file without them gets them at its end."""
    block = f"{BEGIN}\n{text}\n{END}"
    there = path.read_text("utf-8") if path.exists() else ""
    marked = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.S)
    if marked.search(there):
        path.write_text(marked.sub(lambda _found: block, there, count=1), "utf-8")
    else:
        path.write_text(f"{there.rstrip()}\n\n{block}\n".lstrip(), "utf-8")
    print(f"Written: {path}", file=sys.stderr)
