"""Attaching and removing files. The caller has asked its own policy whether the owner may be changed now."""

from collections.abc import Iterable, Sequence
from typing import IO

from marketplace.core.database import one_at_a_time
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.text import N_, tidy
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.checking import FILE_STORE, FormUpload, checked
from marketplace.files.events import FileAttached, FileRemoved
from marketplace.files.models import Attachment, PendingFile
from marketplace.files.names import clean_name
from marketplace.files.pace import is_too_fast
from marketplace.files.pending import kept_under, let_go
from marketplace.files.queries import attachments_of, count_of
from marketplace.files.sniffing import BadFile

MOST_FILES = 20
"""Files per object and purpose-free: a bid, a report, an outcome."""


Upload = FormUpload | PendingFile
"""A file that comes with this submission, or that was kept from a refused one."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that does not come from a form (sample data, tests)."""

    filename: str
    stream: IO[bytes]


def attach(
    uow: UnitOfWork,
    *,
    owner_kind: str,
    owner_id: int,
    upload: Upload,
    purpose: str = "",
    seal_key: str | None = None,
    field: str = "files",
) -> Attachment:
    """上传附件: checked by content, stored by hash. Raises Invalid on ``field`` with the file's name in the reason."""
    try:
        attachment = _taken_over(uow, upload) if isinstance(upload, PendingFile) else _stored(uow, upload)
    except BadFile as error:
        raise Invalid({field: _about(upload, error)}) from error
    if count_of(uow.session, owner_kind, owner_id) >= MOST_FILES:
        raise Invalid({field: (N_("附件最多%(most)s个"), {"most": MOST_FILES})})
    attachment.owner_kind, attachment.owner_id, attachment.purpose = owner_kind, owner_id, purpose
    uow.session.add(attachment)
    uow.session.flush()
    _emit(uow, FileAttached, attachment, seal_key)
    return attachment


def remove(uow: UnitOfWork, attachment: Attachment, seal_key: str | None = None) -> None:
    """移除附件: it leaves its owner; the row and the bytes stay for what has already been recorded with them."""
    if attachment.removed_at is None:
        attachment.removed_at = uow.now
        _emit(uow, FileRemoved, attachment, seal_key)


def change_files(
    uow: UnitOfWork,
    *,
    owner_kind: str,
    owner_id: int,
    uploads: Sequence[Upload] = (),
    drop: Iterable[int] = (),
    seal_key: str | None = None,
    field: str = "files",
    purpose: str = "",
) -> None:
    """What a form with a file field asks for: first the ticked ones go (attached or kept from a refused form), then the
    new ones come. Ids of other objects' files have no effect. Unchosen (nameless) uploads are skipped."""
    dropped = set(drop)
    let_go(uow, kept_under(owner_kind, purpose), owner_id, dropped, seal_key)
    for attachment in attachments_of(uow.session, owner_kind, [owner_id])[owner_id] if dropped else ():
        if attachment.id in dropped:
            remove(uow, attachment, seal_key)
    uow.session.flush()
    chosen = [upload for upload in uploads if isinstance(upload, PendingFile) or upload.filename]
    if is_too_fast(uow, len(chosen)):
        raise Invalid({field: N_("一小时内上传的文件过多，请稍后再试")})
    for upload in chosen:
        attach(
            uow, owner_kind=owner_kind, owner_id=owner_id, upload=upload, seal_key=seal_key, field=field,
            purpose=purpose,
        )  # fmt: skip


def _stored(uow: UnitOfWork, upload: FormUpload) -> Attachment:
    name, media_type, blob = checked(uow, upload)
    return Attachment(
        name=name, media_type=media_type, size=blob.size, sha256=blob.sha256, uploaded_by=uow.actor.person_id,
        organisation_id=uow.actor.organisation_id, uploaded_at=uow.now,
    )  # fmt: skip


def _taken_over(uow: UnitOfWork, pending: PendingFile) -> Attachment:
    """From a refused form: it was checked and stored then."""
    if pending.person_id != uow.actor.person_id:
        raise NotFound
    one_at_a_time(uow.session, FILE_STORE, shared=True)
    if pending.expires_at <= uow.now or not uow.files.exists(pending.sha256):
        raise BadFile(N_("“%(file)s”：暂存时间已过，请重新选择"))
    uow.session.delete(pending)
    return Attachment(
        name=pending.name, media_type=pending.media_type, size=pending.size, sha256=pending.sha256,
        uploaded_by=uow.actor.person_id, organisation_id=uow.actor.organisation_id, uploaded_at=uow.now,
    )  # fmt: skip


def _about(upload: Upload, error: BadFile) -> tuple[str, dict[str, object]]:
    raw = upload.name if isinstance(upload, PendingFile) else upload.filename
    return error.message, {**error.params, "file": clean_name(raw) or tidy(raw)[:60]}


def _emit(
    uow: UnitOfWork, event: type[FileAttached] | type[FileRemoved], row: Attachment, seal: str | None
) -> None:
    uow.emit(
        event(
            owner_kind=row.owner_kind, owner_id=row.owner_id, attachment_id=row.id, name=row.name,
            sha256=row.sha256, seal=seal,
        )
    )  # fmt: skip
