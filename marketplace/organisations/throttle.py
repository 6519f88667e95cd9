"""Counting wrong tries in the database, so that all processes count together (登录限制)."""

import hashlib
import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.core.database import one_at_a_time
from marketplace.core.dataclass import dataclass
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations.models import SignInFailure, SignInLock


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries within a window; one more is refused until the lock ends."""

    tries: int
    window: timedelta
    lock: timedelta


ACCOUNT = Limit(5, timedelta(minutes=15), timedelta(minutes=20))
ADDRESS = Limit(20, timedelta(minutes=15), timedelta(minutes=20))
"""Wider than the account's: a whole office often stands behind one address."""
RESET_ACCOUNT = Limit(3, timedelta(hours=1), timedelta(hours=1))
RESET_ADDRESS = Limit(20, timedelta(hours=1), timedelta(hours=1))


def account_counter(email: str, purpose: str = "account") -> str:
    """The counter of an account, whether it exists or not."""
    return f"{purpose}:{hashlib.sha256(email.encode()).hexdigest()[:48]}"


def address_counter(address: str, purpose: str = "address") -> str:
    """The counter of a source address; in IPv6 that of its /64, which one person holds as a whole."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return f"{purpose}:{address[:60]}"
    if known.version == 6:
        return f"{purpose}:{ipaddress.ip_network((known, 64), strict=False)}"
    return f"{purpose}:{known}"


def locked_until(session: Session, counters: list[str], now: datetime) -> datetime | None:
    """When the longest of the locks on these counters ends; None when there is none."""
    query = select(func.max(SignInLock.until)).where(SignInLock.counter.in_(counters), SignInLock.until > now)
    return session.scalar(query)


def take_turns(session: Session, counters: list[str]) -> None:
    """Nobody else counts on these counters until this transaction ends."""
    one_at_a_time(session, *sorted(counters))


def count(session: Session, counter: str, limit: Limit, now: datetime) -> bool:
    """Notes one try; answers whether this one closed the counter."""
    session.execute(
        delete(SignInFailure).where(SignInFailure.counter == counter, SignInFailure.at <= now - limit.window)
    )
    session.add(SignInFailure(counter=counter, at=now))
    session.flush()
    tries = session.scalar(
        select(func.count()).select_from(SignInFailure).where(SignInFailure.counter == counter)
    )
    if (tries or 0) < limit.tries:
        return False
    forget(session, counter)
    session.merge(SignInLock(counter=counter, until=now + limit.lock))
    return True


def forget(session: Session, counter: str) -> None:
    """The counter begins at nought again."""
    session.execute(delete(SignInFailure).where(SignInFailure.counter == counter))


def forget_old_tries(uow: UnitOfWork) -> int:
    """清理登录尝试: removes the counts and locks that no longer count. Answers 0: nobody need hear of it."""
    session, now = uow.session, uow.now
    session.execute(delete(SignInFailure).where(SignInFailure.at <= now - timedelta(days=1)))
    session.execute(delete(SignInLock).where(SignInLock.until <= now))
    return 0
