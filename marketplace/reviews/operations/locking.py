"""One decision about a panel at a time."""

from sqlalchemy import select

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.reviews.models import Panel


def lock(uow: UnitOfWork, panel: Panel) -> None:
    """Makes decisions about one panel wait for each other (no effect on SQLite, where writers wait anyway)."""
    uow.session.flush()
    query = select(Panel).where(Panel.id == panel.id).with_for_update()
    uow.session.scalars(query.execution_options(populate_existing=True)).one()
