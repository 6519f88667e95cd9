"""``flask setup``: from an empty database to a program that can be used; running it again changes nothing."""

from collections.abc import Callable

from marketplace.core.actor import SYSTEM
from marketplace.core.database import database_now, writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.migrate import upgrade
from marketplace.organisations.reference import load_reference
from marketplace.web.runtime import Runtime

Say = Callable[[str], None]


def system_work(parts: Runtime, work: Callable[[UnitOfWork], int]) -> int:
    """Runs one piece of work as the system, in one transaction."""
    with writing_session(parts.engine) as session:
        now = database_now(session, parts.clock())
        uow = UnitOfWork(session, SYSTEM, now, parts.settings, parts.files, parts.reactions, parts.witnesses)
        done = work(uow)
        uow.commit()
    return done


def set_up(parts: Runtime, say: Say) -> None:
    """Schema and reference data (机构、区划)."""
    parts.settings.data_dir.mkdir(parents=True, exist_ok=True)
    upgrade(parts.engine)
    say("schema: up to date")
    say(f"organisations: {system_work(parts, load_reference)} added")
