"""The PostgreSQL server of the tests is a real one, and clean for each test."""

from sqlalchemy import create_engine, text

from tests.support.postgres import Postgres


def scalar(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def test_it_is_postgresql_in_utf_8(postgres_url: str) -> None:
    assert str(scalar(postgres_url, "SELECT version()")).startswith("PostgreSQL 18")
    assert scalar(postgres_url, "SELECT length('揭榜')") == 2


def test_a_database_is_empty(postgres_url: str) -> None:
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    assert scalar(postgres_url, tables) == 0


def test_a_copy_has_the_rows_of_its_template(postgres_server: Postgres) -> None:
    template = postgres_server.create_database()
    scalar(postgres_server.url(template), "CREATE TABLE bureau AS SELECT '安吉' AS name")
    copy = postgres_server.create_database(template)
    try:
        assert scalar(postgres_server.url(copy), "SELECT name FROM bureau") == "安吉"
    finally:
        postgres_server.drop_database(copy)
        postgres_server.drop_database(template)
