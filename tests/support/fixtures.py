"""The fixtures that every test may ask for: `postgres_server`, `postgres_url`, `browser`, `smtp_server`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support import chromium
from tests.support.postgres import PostgresServer
from tests.support.smtp import SmtpServer


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test process."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database, gone after the test."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser of this test process; each test opens a context of its own in it."""
    with chromium.launched() as running:
        yield running


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server with an empty mailbox."""
    with SmtpServer() as server:
        yield server
