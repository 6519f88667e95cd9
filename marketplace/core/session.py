"""The program's session: SQLAlchemy's, with a short way for statements that ask for plain columns."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Executable,
    Result,
    ScalarResult,
    Select,
    Subquery,
)
from sqlalchemy.orm import Session, SessionTransaction


def asks_for_columns(statement: Executable) -> bool:
    """True for a SELECT without whole objects or loader options: nothing in its rows is the ORM's business."""
    if isinstance(statement, CompoundSelect):
        return all(isinstance(one, Select) and asks_for_columns(one) for one in statement.selects)
    return (
        isinstance(statement, Select)
        and not statement._with_options
        and all(isinstance(column, ColumnElement | Subquery) for column in statement._raw_columns)
    )


class QuickSession(Session):
    """Rows of plain columns come straight from the transaction's connection, a quarter of the ORM's way: pages ask
    mostly for such rows. What has changed is flushed before, as the ORM does."""

    _quick: tuple[SessionTransaction | None, Connection] | None = None

    def execute(self, statement: Any, params: Any = None, **options: Any) -> Result[Any]:
        if options or not asks_for_columns(statement):
            return super().execute(statement, params, **options)
        return self._look(statement, params)

    def scalar(self, statement: Any, params: Any = None, **options: Any) -> Any:
        if options or not asks_for_columns(statement):
            return super().scalar(statement, params, **options)
        return self._look(statement, params).scalar()

    def scalars(self, statement: Any, params: Any = None, **options: Any) -> ScalarResult[Any]:
        if options or not asks_for_columns(statement):
            return super().scalars(statement, params, **options)
        return self._look(statement, params).scalars()

    def _look(self, statement: Any, params: Any) -> Result[Any]:
        if self.autoflush:
            self.flush()
        transaction = self.get_transaction()
        if transaction is None or self._quick is None or self._quick[0] is not transaction:
            connection = self.connection()
            self._quick = (self.get_transaction(), connection)
        return self._quick[1].execute(statement, params)
