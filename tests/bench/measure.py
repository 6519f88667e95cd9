"""One page on one database of one size: ours and the twin's in alternate rounds on the same machine."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench import load
from tests.bench.load import Measured
from tests.bench.pages import Page
from tests.bench.scene import Ask, Scene
from tests.bench.server import Server

ROUNDS = 2
WARM_SECONDS = 0.4
WARM_REQUESTS = 4
"""For each connection: so every process has made the page before it is measured."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    database: str
    size: int
    page: Page
    ours: Measured
    bare: Measured
    cpu_ms: float
    bare_cpu_ms: float
    statements: int
    html_bytes: int
    gzip_bytes: int

    @property
    def ratio(self) -> float:
        return self.ours.rate / self.bare.rate if self.bare.rate else 0.0


def measure(
    scene: Scene, database: str, size: int, page: Page, ours: Server, bare: Server, seconds: float
) -> Line:
    """Counts in this process, then asks both servers in turn."""
    asks, bare_asks = list(page.ours(scene)), list(page.bare(scene))
    statements, html_bytes, gzip_bytes = inspect(scene, asks, page.once)
    parts, bare_parts = (rounds(some, page.once) for some in (asks, bare_asks))
    for server, some in ((ours, parts[0]), (bare, bare_parts[0])):
        least = WARM_REQUESTS * page.connections
        ask(page, server, some, WARM_SECONDS, least)
    total, bare_total = Measured(), Measured()
    before = ours.cpu_seconds(), bare.cpu_seconds()
    for part, bare_part in zip(parts[1:], bare_parts[1:], strict=True):
        for server, some, sum_ in ((bare, bare_part, bare_total), (ours, part, total)):
            sum_.add(ask(page, server, some, seconds / ROUNDS, page.connections))
    each = 1000 * (ours.cpu_seconds() - before[0]) / max(1, len(total.times))
    bare_each = 1000 * (bare.cpu_seconds() - before[1]) / max(1, len(bare_total.times))
    return Line(database, size, page, total, bare_total, each, bare_each, statements, html_bytes, gzip_bytes)


def ask(page: Page, server: Server, asks: Sequence[Ask], seconds: float, least: int) -> Measured:
    """One round of the page on one server."""
    return load.run(server.port, raw(asks, server), seconds, page.connections, page.once, least, page.apart)


def raw(asks: Sequence[Ask], server: Server) -> list[bytes]:
    return [ask.raw(server.port) for ask in asks]


def rounds(asks: Sequence[Ask], once: bool) -> list[Sequence[Ask]]:
    """What is asked to warm up, then in each round: everything again, or what can be asked only once in equal
    shares."""
    if not once:
        return [asks] * (ROUNDS + 1)
    share = len(asks) // (ROUNDS + 1)
    return [asks[number * share : (number + 1) * share] for number in range(ROUNDS + 1)]


def inspect(scene: Scene, asks: list[Ask], once: bool) -> tuple[int, int, int]:
    """Statements of one request of a warm process, and the bytes of its answer, plain and gzipped."""
    warming = asks.pop() if once else asks[0]
    counted = asks.pop() if once else asks[0]
    require_success(scene.call(warming).status_code, warming)
    with scene.statements() as seen:
        response = scene.call(counted)
    require_success(response.status_code, counted)
    body = response.get_data()
    return len(seen), len(body), len(gzip.compress(body, 6))


def require_success(status: int, ask: Ask) -> None:
    """What fails would be quick, and measure nothing."""
    if status >= 400:
        raise RuntimeError(f"{ask.path} answers {status}")
