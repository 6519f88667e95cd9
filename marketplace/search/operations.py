"""Entering objects into the search, and taking them out."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from sqlalchemy import TextClause, delete, select, text
from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.search.bigrams import MOST_TOKENS, tokens
from marketplace.search.models import WORDS, SearchDocument


@dataclass(frozen=True, slots=True)
class Document:
    """What may be found about one object, by whom (``public``, ``province``, ``org:<id>``), and where it leads."""

    kind: str
    object_id: int
    title: str
    body: str
    audience: str
    url: str


BATCH = 500
SOURCES: dict[str, Callable[[Session], Iterable[Document]]] = {}
"""Every kind of findable object; bound in ``wiring``, read by the rebuild."""


def index(uow: UnitOfWork, document: Document) -> None:
    """编入检索: a second call for the same object replaces the first."""
    row = _known(uow.session, document.kind, document.object_id)
    if row is None:
        row = SearchDocument(kind=document.kind, object_id=document.object_id, updated_at=uow.now)
        uow.session.add(row)
    elif _same(row, document):
        return
    row.title, row.body = document.title[:300], document.body
    row.audience, row.url, row.updated_at = document.audience, document.url, uow.now
    uow.session.flush()
    _write_words(uow.session, row)


def forget(uow: UnitOfWork, kind: str, object_id: int) -> None:
    """移出检索."""
    row = _known(uow.session, kind, object_id)
    if row is not None:
        uow.session.execute(_words(uow.session).delete, {"id": row.id})
        uow.session.delete(row)


def rebuild(uow: UnitOfWork) -> int:
    """重建检索: everything anew from the objects themselves; answers how many there are."""
    uow.session.execute(text(f"DELETE FROM {WORDS}"))  # noqa: S608 - a constant
    uow.session.execute(delete(SearchDocument))
    count = 0
    for source in SOURCES.values():
        documents = iter(source(uow.session))
        while batch := list(islice(documents, BATCH)):
            _enter(uow, batch)
            count += len(batch)
    return count


def _enter(uow: UnitOfWork, documents: Iterable[Document]) -> None:
    """Objects that are not in the search yet."""
    rows = [
        SearchDocument(
            kind=one.kind, object_id=one.object_id, title=one.title[:300], body=one.body, audience=one.audience,
            url=one.url, updated_at=uow.now,
        )
        for one in documents
    ]  # fmt: skip
    uow.session.add_all(rows)
    uow.session.flush()
    uow.session.execute(_words(uow.session).insert, [_entry(uow.session, row) for row in rows])


def _known(session: Session, kind: str, object_id: int) -> SearchDocument | None:
    query = select(SearchDocument).where(SearchDocument.kind == kind, SearchDocument.object_id == object_id)
    return session.scalar(query)


def _same(row: SearchDocument, document: Document) -> bool:
    stored = (row.title, row.body, row.audience, row.url)
    return stored == (document.title[:300], document.body, document.audience, document.url)


@dataclass(frozen=True, slots=True)
class _Words:
    """The statements of one database's word index."""

    delete: TextClause
    insert: TextClause


_WORDS = {
    "sqlite": _Words(
        text(f"DELETE FROM {WORDS} WHERE rowid = :id"),  # noqa: S608 - a constant
        text(f"INSERT INTO {WORDS} (rowid, title, body) VALUES (:id, :title, :body)"),  # noqa: S608
    ),
    "postgresql": _Words(
        text(f"DELETE FROM {WORDS} WHERE document_id = :id"),  # noqa: S608
        text(f"INSERT INTO {WORDS} (document_id, words) VALUES (:id, CAST(:words AS tsvector))"),  # noqa: S608
    ),
}


def _words(session: Session) -> _Words:
    return _WORDS[session.get_bind().dialect.name]


def _write_words(session: Session, row: SearchDocument) -> None:
    statements = _words(session)
    session.execute(statements.delete, {"id": row.id})
    session.execute(statements.insert, _entry(session, row))


def _entry(session: Session, row: SearchDocument) -> dict[str, Any]:
    """The words of one object as this database keeps them."""
    title, body = tokens(row.title), tokens(row.body)
    if _words(session) is _WORDS["sqlite"]:
        return {"id": row.id, "title": " ".join(title), "body": " ".join(body)}
    return {"id": row.id, "words": _tsvector(title, body)}


def _tsvector(title: list[str], body: list[str]) -> str:
    """The words with their places; those of the title weigh more. A gap keeps phrases from crossing over."""
    places: dict[str, list[str]] = {}
    for place, token in enumerate(title, 1):
        places.setdefault(token, []).append(f"{place}A")
    for place, token in enumerate(body[: MOST_TOKENS - len(title)], len(title) + 2):
        found = places.setdefault(token, [])
        if len(found) < 250:
            found.append(str(place))
    return " ".join(f"'{token}':{','.join(found)}" for token, found in places.items())
