"""The fixtures that every test may ask for: `postgres_server`, `postgres_url`, `browser`, `microscope`,
`smtp_server`."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support import chromium
from tests.support.microscope import Microscope
from tests.support.postgres import Postgres, PostgresServer
from tests.support.smtp import SmtpServer


class ServerOfTheRun:
    """The PostgreSQL server of a run of several processes: the one that hands out the tests has it."""

    def __init__(self) -> None:
        self.server, self.over = PostgresServer(), threading.Event()
        # The server ends with the thread that started it, which therefore waits for the end of the run.
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        with self.server:
            self.over.wait()

    def end(self) -> None:
        self.over.set()
        self.thread.join()


OF_THE_RUN = pytest.StashKey[ServerOfTheRun]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Another process of this run is about to start."""
    stash = node.config.stash
    if OF_THE_RUN not in stash:
        stash[OF_THE_RUN] = ServerOfTheRun()
    node.workerinput["postgres"] = str(stash[OF_THE_RUN].server.folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run is over."""
    if OF_THE_RUN in config.stash:
        config.stash[OF_THE_RUN].end()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The PostgreSQL server of this run."""
    folder = getattr(request.config, "workerinput", {}).get("postgres")
    if folder is None:
        with PostgresServer() as server:
            yield server
        return
    of_the_run = Postgres(Path(folder))
    of_the_run.wait_until_it_answers()
    yield of_the_run
    of_the_run.leave()


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The address of an empty database, gone after the test."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser of this test process; each test opens a context of its own in it."""
    with chromium.launched() as running:
        yield running


@pytest.fixture(scope="session")
def microscope(browser: Browser) -> Iterator[Microscope]:
    """What axe says of pages, from a window that stays warm."""
    made = Microscope(browser)
    yield made
    made.close()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server with an empty mailbox."""
    with SmtpServer() as server:
        yield server
