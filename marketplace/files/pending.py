"""暂存附件: what was chosen in a refused form need not be chosen again. Bounded, private, and over after three days."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from marketplace.core.database import one_at_a_time
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.checking import FILE_STORE, FormUpload, checked
from marketplace.files.events import FileHeld, FileLetGo, FileTurnedAway
from marketplace.files.models import Attachment, PendingFile
from marketplace.files.pace import is_too_fast
from marketplace.files.sniffing import BadFile

KEPT_FOR = timedelta(days=3)
MOST_HELD = 40
"""Files of one person in all forms together; their bytes are bounded by as many as one request may bring."""
REQUEST_FILES = 10


def kept_under(owner_kind: str, purpose: str) -> str:
    """The kind under which the files of one field wait: those for a purpose wait apart from the others."""
    return f"{owner_kind}:{purpose}" if purpose else owner_kind


def hold(
    uow: UnitOfWork,
    owner_kind: str,
    owner_id: int,
    uploads: Sequence[FormUpload],
    seal_key: str | None = None,
) -> None:
    """暂存: keeps what is a good file and fits, unless too many come; what is not was named in the form's errors.
    ``seal_key``: that of the owner, so that nobody learns of the upload."""
    number, size = _held_by(uow)
    for upload in () if is_too_fast(uow, len(uploads)) else uploads:
        try:
            name, media_type, blob = checked(uow, upload)
        except BadFile:
            continue
        number, size = number + 1, size + blob.size
        fits = number <= MOST_HELD and size <= REQUEST_FILES * uow.settings.upload_megabytes * 1024 * 1024
        until = uow.now + KEPT_FOR if fits else uow.now
        kept = _put(uow, PendingFile(
            person_id=uow.actor.person_id, owner_kind=owner_kind, owner_id=owner_id, name=name,
            media_type=media_type, size=blob.size, sha256=blob.sha256, held_at=uow.now, expires_at=until,
        ))  # fmt: skip
        _note_held(uow, kept, seal_key)


def _note_held(uow: UnitOfWork, kept: PendingFile, seal_key: str | None) -> None:
    about = _about(kept, seal_key)
    if kept.expires_at > uow.now:
        uow.emit(FileHeld(**about, until=kept.expires_at.isoformat()))
    else:
        uow.emit(FileTurnedAway(**about))


def _about(kept: PendingFile, seal_key: str | None) -> dict[str, Any]:
    return {
        "owner_kind": kept.owner_kind.partition(":")[0], "owner_id": kept.owner_id, "attachment_id": kept.id,
        "name": kept.name, "sha256": kept.sha256, "seal": seal_key,
    }  # fmt: skip


def _held_by(uow: UnitOfWork) -> tuple[int, int]:
    query = select(func.count(), func.coalesce(func.sum(PendingFile.size), 0)).where(
        PendingFile.person_id == uow.actor.person_id, PendingFile.expires_at > uow.now
    )
    number, size = uow.session.execute(query).one()
    return int(number), int(size)


def _put(uow: UnitOfWork, pending: PendingFile) -> PendingFile:
    """The row that stays: the same file chosen again counts once, and from now on."""
    same = (
        PendingFile.person_id == pending.person_id, PendingFile.owner_kind == pending.owner_kind,
        PendingFile.owner_id == pending.owner_id, PendingFile.sha256 == pending.sha256,
        PendingFile.name == pending.name,
    )  # fmt: skip
    known = uow.session.scalar(select(PendingFile).where(*same))
    if known is None:
        uow.session.add(pending)
    else:
        known.expires_at = max(known.expires_at, pending.expires_at)
    uow.session.flush()
    return known or pending


def let_go(
    uow: UnitOfWork, owner_kind: str, owner_id: int, ids: Collection[int], seal_key: str | None = None
) -> None:
    """放弃暂存附件: over at once; the job removes it."""
    if not ids:
        return
    for kept in pending_of(uow.session, uow.actor.person_id, owner_kind, owner_id, uow.now):
        if kept.id in ids:
            kept.expires_at = uow.now
            uow.emit(FileLetGo(**_about(kept, seal_key)))


def pending_of(
    session: Session, person_id: int | None, owner_kind: str, owner_id: int, now: datetime
) -> Sequence[PendingFile]:
    """What this person chose for this form and has not yet submitted, oldest first."""
    query = select(PendingFile).where(*_of(person_id, owner_kind, owner_id), PendingFile.expires_at > now)
    return session.scalars(query.order_by(PendingFile.held_at, PendingFile.name, PendingFile.id)).all()


def _of(person_id: int | None, owner_kind: str, owner_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        PendingFile.person_id == person_id,
        PendingFile.owner_kind == owner_kind,
        PendingFile.owner_id == owner_id,
    )


def over_keys(session: Session, now: datetime) -> Sequence[int]:
    """The kept files whose time is over."""
    query = select(PendingFile.id).where(PendingFile.expires_at <= now).order_by(PendingFile.expires_at)
    return session.scalars(query).all()


def remove_over(uow: UnitOfWork, only: int | None = None) -> int:
    """清理暂存附件: rows whose time is over go, and their bytes when nobody else refers to them."""
    one_at_a_time(uow.session, FILE_STORE)
    query = select(PendingFile).where(PendingFile.expires_at <= uow.now)
    over = uow.session.scalars(query if only is None else query.where(PendingFile.id == only)).all()
    for pending in over:
        uow.session.delete(pending)
    uow.session.flush()
    for sha256 in {pending.sha256 for pending in over}:
        if not _is_referred_to(uow.session, sha256):
            uow.files.remove(sha256)
    return len(over)


def _is_referred_to(session: Session, sha256: str) -> bool:
    attached = select(Attachment.id).where(Attachment.sha256 == sha256).limit(1)
    pending = select(PendingFile.id).where(PendingFile.sha256 == sha256).limit(1)
    return session.scalar(attached) is not None or session.scalar(pending) is not None
