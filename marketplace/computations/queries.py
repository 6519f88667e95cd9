"""Reading computations."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.seals import not_sealed
from marketplace.computations.models import Computation
from marketplace.computations.registry import KINDS
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound


def latest(session: Session, kind: str, subject_kind: str, subject_id: int) -> Computation | None:
    """The newest computation of this kind about an object, whatever became of it."""
    about = (
        Computation.kind == kind,
        Computation.subject_kind == subject_kind,
        Computation.subject_id == subject_id,
    )
    return session.scalar(select(Computation).where(*about).order_by(Computation.id.desc()).limit(1))


def may_watch(session: Session, actor: Actor, computation: Computation) -> bool:
    """True for who asked for it, and for whom the kind admits."""
    if actor.person_id is not None and actor.person_id == computation.requested_by:
        return True
    return KINDS[computation.kind].may_watch(session, actor, computation)


def computation_for(session: Session, actor: Actor, computation_id: int) -> Computation:
    """One computation that the actor may watch; a sealed one exists for its requester alone."""
    query = select(Computation).where(Computation.id == computation_id)
    found = session.scalar(query)
    if found is None or not may_watch(session, actor, found):
        raise NotFound
    if (
        found.requested_by != actor.person_id
        and session.scalar(query.where(not_sealed(Computation.seal_key))) is None
    ):
        raise NotFound
    return found
