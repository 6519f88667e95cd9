"""The worker's lease (工作进程租约): of several workers one acts; when it dies or freezes, another takes over."""

import logging
import os
import secrets
import socket
import time
from datetime import timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from marketplace.core.clock import Clock
from marketplace.core.database import database_now, writing_session
from marketplace.notifications.models import Lease

NAME = "worker"
SAFE_SHARE = 0.8
"""The holder stops acting when this share of the lease has passed without renewal: before anybody else may begin."""

log = logging.getLogger(__name__)


class LostLease(Exception):
    """Somebody else holds the lease: what was about to be committed is not."""


def holder_name() -> str:
    """This process, unmistakably."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


class LeaseKeeper:
    """Takes, renews and gives back the lease of one worker process."""

    def __init__(self, engine: Engine, clock: Clock, seconds: float) -> None:
        self.engine = engine
        self.clock = clock
        self.seconds = seconds
        self.holder = holder_name()
        self.fence: int | None = None
        self._renewed = 0.0

    def alive(self) -> bool:
        """True while this process may act."""
        return self.fence is not None and time.monotonic() - self._renewed < self.seconds * SAFE_SHARE

    def keep(self) -> bool:
        """Renews the lease, or takes it when it is free. Answers whether this process may act."""
        begin = time.monotonic()
        try:
            fence = self._renew_or_take()
        except SQLAlchemyError:
            log.exception("the lease could not be renewed")
            return self.alive()
        if fence is not None and fence != self.fence:
            log.info("this worker acts from now on (%s, fence %s)", self.holder, fence)
        elif fence is None and self.fence is not None:
            log.warning("another worker has taken over from %s", self.holder)
        self.fence, self._renewed = fence, begin
        return self.alive()

    def _renew_or_take(self) -> int | None:
        with writing_session(self.engine) as session:
            fence = (self._renew(session) if self.fence is not None else None) or self._take(session)
            session.commit()
            return fence

    def _renew(self, session: Session) -> int | None:
        until = database_now(session, self.clock()) + timedelta(seconds=self.seconds)
        mine = (Lease.name == NAME, Lease.holder == self.holder, Lease.fence == self.fence)
        return session.scalar(update(Lease).where(*mine).values(until=until).returning(Lease.fence))

    def _take(self, session: Session) -> int | None:
        """One statement: two workers cannot both take it."""
        now = database_now(session, self.clock())
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        until = now + timedelta(seconds=self.seconds)
        statement = insert(Lease).values(name=NAME, holder=self.holder, fence=1, until=until)
        taken = statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": self.holder, "fence": Lease.fence + 1, "until": until},
            where=Lease.until <= now,
        )
        return session.scalar(taken.returning(Lease.fence))

    def confirm(self, session: Session) -> None:
        """Called before the commit of what the worker did: raises LostLease if the lease has another holder by now.
        The shared lock keeps it that way until the commit."""
        mine = (Lease.name == NAME, Lease.holder == self.holder, Lease.fence == self.fence)
        if session.scalar(select(Lease.fence).where(*mine).with_for_update(read=True)) is None:
            raise LostLease

    def release(self) -> None:
        """Gives the lease back at a clean end, so that the next worker need not wait."""
        if self.fence is None:
            return
        with writing_session(self.engine) as session:
            mine = (Lease.name == NAME, Lease.holder == self.holder, Lease.fence == self.fence)
            session.execute(update(Lease).where(*mine).values(until=database_now(session, self.clock())))
            session.commit()
        self.fence = None
