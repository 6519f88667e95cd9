"""The row of each findable object, and beside it the index of its words, which each database keeps in its own way."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, String, Table, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.database import Base, BigId, Numbered


class SearchDocument(Numbered, Base):
    """检索条目: ``audience`` is public, province or org:<id>; nothing sealed is ever entered."""

    __tablename__ = "search_document"
    __table_args__ = (UniqueConstraint("kind", "object_id"), Index("ix_search_document_audience", "audience"))

    kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int] = mapped_column(BigId)
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(String(40))
    url: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime]


WORDS = "search_words"
"""SQLite: the full-text table; its row ids are the documents' ids."""
CREATE_WORDS = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {WORDS} USING fts5(title, body, tokenize = 'unicode61 remove_diacritics 0')",
    ),
    "postgresql": (
        "ALTER TABLE search_document ADD COLUMN words tsvector",
        "CREATE INDEX ix_search_document_words ON search_document USING gin (words)",
    ),
}
DROP_WORDS = {"sqlite": (f"DROP TABLE IF EXISTS {WORDS}",), "postgresql": ()}


def create_words(connection: Connection) -> None:
    """Creates the word index after its table; used by ``create_all`` and by the migration alike."""
    for statement in CREATE_WORDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop_words(connection: Connection) -> None:
    """Removes the word index (PostgreSQL drops it with the table)."""
    for statement in DROP_WORDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


@event.listens_for(SearchDocument.__table__, "after_create")
def _after_create(_table: Table, connection: Connection, **_: Any) -> None:
    create_words(connection)


@event.listens_for(SearchDocument.__table__, "after_drop")
def _after_drop(_table: Table, connection: Connection, **_: Any) -> None:
    drop_words(connection)
