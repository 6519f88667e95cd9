"""Whether the program is ready: database and worker."""

from flask import Blueprint
from sqlalchemy import select, text

from marketplace.core.database import reading_session
from marketplace.notifications.models import Lease
from marketplace.web.access import public
from marketplace.web.runtime import runtime

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/readyz")
@public
def readyz() -> tuple[dict[str, object], int]:
    """The database answers, and the worker's lease is alive."""
    parts = runtime()
    with reading_session(parts.engine) as session:
        session.execute(text("SELECT 1"))
        until = session.scalar(select(Lease.until).where(Lease.name == "worker"))
    worker = until is not None and until > parts.clock()
    return {"database": True, "worker": worker}, 200 if worker else 503
