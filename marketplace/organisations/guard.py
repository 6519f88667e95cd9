"""What must be true before the program may serve (上线检查)."""

from sqlalchemy import Engine, func, inspect, select

from marketplace.config import BadSettings, Settings
from marketplace.core.database import reading_session
from marketplace.organisations.models import Person, PersonState


def refuse_demo_accounts(engine: Engine, settings: Settings) -> None:
    """Production does not start while sample people could sign in. Raises BadSettings with the way out. No connection
    is left open: web processes may be made from this one, and each opens its own."""
    if settings.demo or settings.testing:
        return
    number = _demo_accounts(engine)
    engine.dispose()
    if number:
        raise BadSettings(
            f"This database holds {number} active sample accounts and must not serve without DEMO=1. Use another "
            "database, or end them with: DEMO=1 flask --app app people end-demo"
        )


def _demo_accounts(engine: Engine) -> int:
    if not inspect(engine).has_table(Person.__tablename__):
        return 0
    query = select(func.count()).where(Person.is_demo, Person.state == PersonState.ACTIVE)
    with reading_session(engine) as session:
        return session.scalar(query) or 0
