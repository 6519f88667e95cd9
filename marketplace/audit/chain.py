"""审计链: every audit row hangs on the one before it, so that nobody changes or removes one unseen.

The worker links rows a few seconds after they were written, in the order of their numbers, with a keyed digest
(HMAC-SHA256): link n covers the row's content and the digest of link n - 1. A walk along the chain computes every
digest again. Who can write the database but has no key cannot make a link; who has both cannot change what the
auditors already hold by mail: the end of the chain of every day (存证).
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow, TrailAnchor, TrailLink
from marketplace.config import Settings
from marketplace.core.canonical import canonical_json
from marketplace.core.dataclass import dataclass

PURPOSE = b"audit trail"
LOOK_BACK = 10_000
"""A transaction that began earlier may commit later: so many numbers before the newest linked row are looked at
again."""
COVERED = (
    AuditRow.id, AuditRow.at, AuditRow.action, AuditRow.label, AuditRow.outcome, AuditRow.person_id,
    AuditRow.person_name, AuditRow.organisation_id, AuditRow.organisation_name, AuditRow.subject_kind,
    AuditRow.subject_id, AuditRow.reason, AuditRow.details, AuditRow.seal_key, AuditRow.request_id,
    AuditRow.address,
)  # fmt: skip


class Fault(StrEnum):
    """What a walk along the chain can meet."""

    CHANGED = "changed"
    MISSING = "missing"
    UNLINKED = "unlinked"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True)
class Head:
    """A place on the chain: after ``position`` links its digest is this one."""

    position: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """问题: what is wrong, and with which audit row, if it is one."""

    fault: Fault
    row_id: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk came, whether that is the end, and what stopped it."""

    head: Head
    at_end: bool
    finding: Finding | None = None


def chain_key(settings: Settings) -> bytes:
    """The key of the digests: from AUDIT_KEY or, without one, from SECRET_KEY."""
    return hmac.digest((settings.audit_key or settings.secret_key).encode(), PURPOSE, "sha256")


def link_digest(key: bytes, before: str, content: Sequence[Any]) -> str:
    """HMAC-SHA256 over the digest before and the row's values in the order of ``COVERED``; 64 hexadecimal
    characters."""
    return hmac.new(key, before.encode() + b"\n" + canonical_json(list(content)), hashlib.sha256).hexdigest()


def head(session: Session) -> Head:
    """The end of the chain."""
    newest = select(TrailLink.position, TrailLink.digest).order_by(TrailLink.position.desc()).limit(1)
    found = session.execute(newest).first()
    return Head(*found) if found else Head()


def link_next(session: Session, key: bytes, most: int) -> int:
    """Links the next rows, at most so many; answers how many. Only the worker that holds the lease does this."""
    rows = _waiting(session, most)
    if not rows:
        return 0
    last, links = head(session), []
    for row in rows:
        last = Head(last.position + 1, link_digest(key, last.digest, row))
        links.append({"position": last.position, "row_id": row.id, "digest": last.digest})
    session.execute(insert(TrailLink), links)
    return len(links)


def is_waiting(session: Session) -> bool:
    """True when there are rows to link."""
    return bool(_waiting(session, 1))


def _waiting(session: Session, most: int) -> Sequence[Row[Any]]:
    newest = session.scalar(select(func.max(TrailLink.row_id))) or 0
    linked = exists().where(TrailLink.row_id == AuditRow.id)
    waiting = select(*COVERED).where(AuditRow.id > newest - LOOK_BACK, ~linked)
    return session.execute(waiting.order_by(AuditRow.id).limit(most)).all()


def walk(session: Session, key: bytes, since: Head, most: int) -> Walk:
    """Computes the next links again, at most so many, and stops at the first that does not fit."""
    links = (
        select(TrailLink.position, TrailLink.digest, TrailLink.row_id, *COVERED)
        .outerjoin(AuditRow, AuditRow.id == TrailLink.row_id)
        .where(TrailLink.position > since.position)
        .order_by(TrailLink.position)
        .limit(most)
    )
    here, seen = since, 0
    for position, digest, row_id, *content in session.execute(links):
        if position != here.position + 1 or content[0] is None:
            return Walk(here, False, Finding(Fault.MISSING, row_id))
        if not hmac.compare_digest(digest, link_digest(key, here.digest, content)):
            return Walk(here, False, Finding(Fault.CHANGED, row_id))
        here, seen = Head(position, digest), seen + 1
    return Walk(here, seen < most)


def loose_ends(session: Session) -> Finding | None:
    """What a walk cannot meet: rows that should long have been linked, and days whose anchor is not on the chain."""
    newest = select(func.max(TrailLink.row_id)).scalar_subquery()
    linked = exists().where(TrailLink.row_id == AuditRow.id)
    row_id = session.scalar(select(AuditRow.id).where(AuditRow.id <= newest - LOOK_BACK, ~linked).limit(1))
    if row_id is not None:
        return Finding(Fault.UNLINKED, row_id)
    return Finding(Fault.ANCHOR) if any(True for _ in lost_anchors(session)) else None


def lost_anchors(session: Session) -> Iterator[TrailAnchor]:
    """Days whose anchor the chain does not hold any more."""
    query = (
        select(TrailAnchor)
        .outerjoin(TrailLink, TrailLink.position == TrailAnchor.position)
        .where(or_(TrailLink.digest.is_(None), TrailLink.digest != TrailAnchor.digest))
        .order_by(TrailAnchor.day)
    )
    yield from session.scalars(query)


def verify(session: Session, key: bytes, portion: int = 5000) -> Finding | None:
    """全链核验: from the first link to the end, then the loose ends. None when all is whole."""
    done = Walk(Head(), False)
    while not done.at_end:
        done = walk(session, key, done.head, portion)
        if done.finding:
            return done.finding
    return loose_ends(session)


def holds(session: Session, digest: str) -> bool:
    """True when the chain holds a link with this digest: what an auditor has by mail is still part of it."""
    return session.scalar(select(exists().where(TrailLink.digest == digest))) or False
