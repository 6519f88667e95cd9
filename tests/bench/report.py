"""The table of a run, and what of the targets is missed."""

from collections.abc import Iterable, Sequence

from tests.bench.measure import Line
from tests.bench.pages import PAGES

LEAST_RATIO = 0.5
MOST_STATEMENTS = 10
MOST_GROWTH = 2.0
MOST_EXPORT_SECONDS = 0.3
HEAD = (
    f"{'page':<28}{'database':<10}{'size':>5}{'req/s':>8}{'bare':>8}{'ratio':>7}{'p50 ms':>8}{'p95 ms':>8}"
    f"{'bare p95':>9}{'CPU ms':>8}{'bare CPU':>9}{'SQL':>5}{'HTML KB':>9}{'gzip KB':>9}{'failed':>8}"
)


def row(line: Line) -> str:
    """One line of the table."""
    ours, bare = line.ours, line.bare
    return (
        f"{line.page.label:<28}{line.database:<10}{line.size:>4}×{ours.rate:>8.0f}{bare.rate:>8.0f}{line.ratio:>7.2f}"
        f"{1000 * ours.quantile(0.5):>8.1f}{1000 * ours.quantile(0.95):>8.1f}{1000 * bare.quantile(0.95):>9.1f}"
        f"{line.cpu_ms:>8.2f}{line.bare_cpu_ms:>9.2f}{line.statements:>5}"
        f"{line.html_bytes / 1024:>9.1f}{line.gzip_bytes / 1024:>9.1f}{ours.failures + bare.failures:>8}"
    )


def table(lines: Iterable[Line]) -> str:
    """The whole table, page by page."""
    return "\n".join([HEAD, "-" * len(HEAD), *(row(line) for line in in_order(lines))])


def in_order(lines: Iterable[Line]) -> list[Line]:
    """By database, then page by page, the smallest size first."""
    return sorted(lines, key=lambda line: (line.database, _place(line), line.size))


def _place(line: Line) -> int:
    return PAGES.index(line.page)


def missed(lines: Sequence[Line]) -> list[str]:
    """Targets that this run does not reach."""
    found = []
    for line in lines:
        name = f"{line.page.label}, {line.database}, {line.size}×"
        if line.ratio < LEAST_RATIO:
            found.append(f"{name}: {line.ratio:.2f} of the bare twin, at least {LEAST_RATIO}")
        if line.statements > MOST_STATEMENTS:
            found.append(f"{name}: {line.statements} statements, at most {MOST_STATEMENTS}")
        if line.page.key == "export" and line.ours.quantile(0.5) > MOST_EXPORT_SECONDS:
            found.append(f"{name}: {line.ours.quantile(0.5):.2f} s, at most {MOST_EXPORT_SECONDS} s")
        if line.ours.failures or line.bare.failures:
            found.append(f"{name}: {line.ours.failures} failures of ours, {line.bare.failures} of the twin")
    return [*found, *_growth(lines)]


def _growth(lines: Sequence[Line]) -> list[str]:
    """p95 and statements over the sizes, each database by itself."""
    found = []
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.page.key, line.database), []).append(line)
    for group in groups.values():
        group.sort(key=lambda line: line.size)
        first, last = group[0], group[-1]
        name = f"{first.page.label}, {first.database}"
        if len({line.statements for line in group}) > 1:
            found.append(f"{name}: statements grow: {[line.statements for line in group]}")
        begin, end = (1000 * line.ours.quantile(0.95) for line in (first, last))
        if end > MOST_GROWTH * begin:
            found.append(
                f"{name}: p95 {begin:.0f} ms at {first.size}×, {end:.0f} ms at {last.size}×, at most twice"
            )
    return found
