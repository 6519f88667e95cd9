"""Lists in pages: one statement for the rows, one for the count."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    items: Sequence[Any]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """序号 of the first row."""
        return (self.number - 1) * self.per_page + 1

    def url_for(self, number: int) -> str:
        """The address of another page with the same filters."""
        arguments = {**(request.view_args or {}), **request.args.to_dict(flat=False), "page": number}
        return url_for(request.endpoint or "", **arguments)


def page_number() -> int:
    """The page asked for; anything odd is the first."""
    raw = request.args.get("page", "1")
    return int(raw) if raw.isascii() and raw.isdigit() and 0 < int(raw[:9]) <= 100_000 else 1


def _count(query: Select[Any]) -> Select[int]:
    """Counts the rows without fetching what they hold."""
    plain = query.order_by(None)
    if not (plain._distinct or plain._group_by_clauses):
        plain = plain.with_only_columns(literal(1), maintain_column_froms=True)
    return select(func.count()).select_from(plain.subquery())


def paginate(
    session: Session,
    query: Select[Any],
    number: int,
    per_page: int = PER_PAGE,
    *,
    rows: bool = False,
    counted: Select[int] | None = None,
) -> Page:
    """The asked page of a query. ``rows=True`` for queries of several columns; ``counted`` counts in a shorter way
    where the query joins what it does not choose by."""
    total = session.scalar(_count(query) if counted is None else counted) or 0
    window = query.limit(per_page).offset((number - 1) * per_page)
    items: Sequence[Any] = session.execute(window).all() if rows else session.scalars(window).unique().all()
    return Page(items, number, total, per_page)
