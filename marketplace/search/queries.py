"""Finding: what the actor may find, best first, with the places that match."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Row, TextClause, bindparam, text
from sqlalchemy.orm import Session

from marketplace.core.actor import BUREAU_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.search.bigrams import Term, terms

AROUND = 48
Piece = tuple[str, bool]
"""A piece of text, and whether it matches."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; ``title`` and ``excerpt`` in pieces to highlight."""

    kind: str
    url: str
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits."""

    hits: tuple[Hit, ...]
    total: int


def audiences_of(actor: Actor) -> tuple[str, ...]:
    """Whose documents the actor may find."""
    more = ["province"] if actor.has(*PROVINCE_ROLES, Role.AUDITOR) else []
    if actor.organisation_id is not None and actor.has(*BUREAU_ROLES):
        more.append(f"org:{actor.organisation_id}")
    return ("public", *more)


# CROSS JOIN keeps SQLite from walking through all documents of an audience instead of the words.
_SQLITE = (
    "FROM search_index CROSS JOIN search_document d ON d.id = search_index.rowid "
    "WHERE search_index MATCH :wanted AND d.audience IN :audiences"
)
_POSTGRES = (
    "FROM search_index JOIN search_document d ON d.id = search_index.document_id "
    "WHERE search_index.words @@ CAST(:wanted AS tsquery) AND d.audience IN :audiences"
)
_ORDER = {
    "sqlite": "ORDER BY bm25(search_index, 8.0, 1.0), d.updated_at DESC, d.id",
    "postgresql": "ORDER BY ts_rank(search_index.words, CAST(:wanted AS tsquery)) DESC, d.updated_at DESC, d.id",
}


def search(
    session: Session, audiences: Sequence[str], words: str, number: int = 1, per_page: int = 20
) -> Found:
    """检索: all words must occur. Two statements, whatever the size."""
    wanted = terms(words)
    if not wanted:
        return Found((), 0)
    sqlite = session.get_bind().dialect.name == "sqlite"
    values = {"wanted": _match(wanted) if sqlite else _tsquery(wanted), "audiences": list(audiences)}
    source = _SQLITE if sqlite else _POSTGRES
    total = session.execute(_statement(f"SELECT count(*) {source}"), values).scalar_one()  # noqa: S608
    order = _ORDER["sqlite" if sqlite else "postgresql"]
    window = {"most": per_page, "skip": (number - 1) * per_page}
    rows = session.execute(
        _statement(f"SELECT d.kind, d.url, d.title, d.body {source} {order} LIMIT :most OFFSET :skip"),  # noqa: S608
        {**values, **window},
    ).all()
    return Found(tuple(_hit(row, wanted) for row in rows), total)


def _statement(sql: str) -> TextClause:
    return text(sql).bindparams(bindparam("audiences", expanding=True))


def _match(wanted: Iterable[Term]) -> str:
    return " AND ".join(f'"{" ".join(term.tokens)}"{"*" if term.prefix else ""}' for term in wanted)


def _tsquery(wanted: Iterable[Term]) -> str:
    return " & ".join(
        "(" + " <-> ".join(f"'{token}'{':*' if term.prefix else ''}" for token in term.tokens) + ")"
        for term in wanted
    )


def _hit(row: Row[tuple[str, str, str, str]], wanted: Sequence[Term]) -> Hit:
    pattern = re.compile("|".join(re.escape(term.text) for term in wanted), re.IGNORECASE)
    return Hit(row.kind, row.url, _pieces(row.title, pattern), _pieces(_excerpt(row.body, pattern), pattern))


def _excerpt(body: str, pattern: re.Pattern[str]) -> str:
    flat = " ".join(body.split())
    found = pattern.search(flat)
    begin = max(0, found.start() - AROUND) if found else 0
    end = begin + AROUND * 3
    return ("…" if begin else "") + flat[begin:end] + ("…" if end < len(flat) else "")


def _pieces(value: str, pattern: re.Pattern[str]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = 0
    for found in pattern.finditer(value):
        pieces += [(value[at : found.start()], False), (found.group(), True)]
        at = found.end()
    pieces.append((value[at:], False))
    return tuple(piece for piece in pieces if piece[0])
