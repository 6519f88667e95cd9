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


WORDS = "search_index"
"""The words of each document, by the document's id: a full-text table on SQLite, word vectors on PostgreSQL."""
CREATE_WORDS = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {WORDS} USING fts5(title, body, tokenize = 'unicode61 remove_diacritics 0')",
    ),
    "postgresql": (
        f"CREATE TABLE {WORDS} (document_id bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX ix_{WORDS}_words ON {WORDS} USING gin (words)",
    ),
}


def create_words(connection: Connection) -> None:
    """Creates the word index after its table; used by ``create_all`` and by the migration alike."""
    for statement in CREATE_WORDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop_words(connection: Connection) -> None:
    """Removes the word index."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {WORDS}")


@event.listens_for(SearchDocument.__table__, "after_create")
def _after_create(_table: Table, connection: Connection, **_: Any) -> None:
    create_words(connection)


@event.listens_for(SearchDocument.__table__, "after_drop")
def _after_drop(_table: Table, connection: Connection, **_: Any) -> None:
    drop_words(connection)
