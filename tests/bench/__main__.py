"""`python3 app.py bench`: pages beside their bare twin; `bench decision`: the decision core."""

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tests.bench import decision, markdown, report
from tests.bench.data import Amounts
from tests.bench.measure import Line, measure
from tests.bench.once import Fact, first_load, letters
from tests.bench.pages import PAGES, Page
from tests.bench.scene import prepared
from tests.bench.server import Server

MOST_START_SECONDS = 3.0
MOST_MEGABYTES = 130.0
KEYS = [page.key for page in PAGES]


def listed(known: Sequence[str]) -> "argparse._ActionType":
    """A type for options like ``a,b``."""

    def read(words: str) -> list[str]:
        chosen = words.split(",")
        if strange := set(chosen) - set(known):
            raise argparse.ArgumentTypeError(
                f"unknown: {', '.join(sorted(strange))}; known: {', '.join(known)}"
            )
        return chosen

    return read


def parse(words: Sequence[str]) -> argparse.Namespace:
    """What may be said on the command line."""
    told = "Our pages beside their bare twin; `bench decision` measures the decision core."
    parser = argparse.ArgumentParser(prog="app.py bench", description=told)
    parser.add_argument(
        "--sizes", type=listed(["1", "10", "100"]), default=["1", "10", "100"], metavar="1,10,100"
    )
    parser.add_argument("--databases", type=listed(["sqlite", "postgres"]), default=["sqlite", "postgres"])
    parser.add_argument("--seconds", type=float, default=3.0, help="for each page and side (3)")
    parser.add_argument("--pages", type=listed(KEYS), default=KEYS, help=", ".join(KEYS))
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="put the results into this document, too"
    )
    return parser.parse_args(words)


def web(words: Sequence[str]) -> int:
    """Everything on every database in every size."""
    said = parse(words)
    pages = [page for page in PAGES if page.key in said.pages]
    lines: list[Line] = []
    facts: list[Fact] = []
    for database in said.databases:
        for size in map(int, said.sizes):
            print(f"\n{database}, {size}×", flush=True)
            lines += run(database, size, pages, said.seconds, facts)
            keep(said, lines, facts)
    print(f"\n{report.table(lines)}\n")
    print("\n".join(map(str, facts)), end="\n\n")
    problems = missed(lines, facts)
    print("Targets missed:" if problems else "All targets are met.")
    for problem in problems:
        print(f"  - {problem}")
    return 0


def missed(lines: Sequence[Line], facts: Sequence[Fact]) -> list[str]:
    """All targets that are not reached."""
    return report.missed(lines) + [str(fact) for fact in facts if fact.value > fact.most]


def keep(said: argparse.Namespace, lines: Sequence[Line], facts: Sequence[Fact]) -> None:
    """The document is written after each size: a run that is broken off has still measured something."""
    if said.markdown:
        text = markdown.document(lines, facts, missed(lines, facts), said.seconds)
        markdown.put(said.markdown, text)


def run(database: str, size: int, pages: Sequence[Page], seconds: float, facts: list[Fact]) -> Iterator[Line]:
    """One database of one size, page by page; then what is measured once."""
    with (
        prepared(database, Amounts.of_size(size)) as scene,
        Server("app:create_app()", scene.environment) as ours,
        Server("tests.bench.twin:app", scene.environment) as bare,
    ):
        print(f"  started in {ours.start_seconds:.2f} s (bare {bare.start_seconds:.2f} s)", flush=True)
        print(report.HEAD, flush=True)
        for page in pages:
            line = measure(scene, database, size, page, ours, bare, seconds)
            print(report.row(line), flush=True)
            yield line
        memory = [statistics.fmean(server.megabytes()) for server in (ours, bare)]
        facts.append(Fact(f"a start ({database}, {size}×)", ours.start_seconds, MOST_START_SECONDS, "s"))
        facts.append(Fact(f"memory of a web process ({database}, {size}×)", memory[0], MOST_MEGABYTES, "MB"))
        if size == 1:
            facts += [
                replace(fact, what=f"{fact.what} ({database})")
                for fact in (*first_load(ours), *letters(scene, ours))
            ]


def main(words: Sequence[str]) -> int:
    """The web bench, or another one by its name."""
    if words[:1] == ["decision"]:
        return decision.main(words[1:])
    return web(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
