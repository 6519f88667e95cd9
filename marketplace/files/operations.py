"""Attaching and removing files. The caller has asked its own policy whether the owner may be changed now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO, Protocol, cast

from marketplace.core.errors import Invalid
from marketplace.core.files import FileTooLarge
from marketplace.core.text import N_, tidy
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.events import FileAttached, FileRemoved
from marketplace.files.models import Attachment
from marketplace.files.names import clean_name, extension_of
from marketplace.files.queries import attachments_of, count_of
from marketplace.files.sniffing import BadFile, sniff

MOST_FILES = 20
"""Files per object and purpose-free: a bid, a report, an outcome."""


class Upload(Protocol):
    """What a form delivers: a name and a stream that can be rewound (Werkzeug's FileStorage is one)."""

    @property
    def filename(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...


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
    name = clean_name(upload.filename)
    try:
        attachment = _stored(uow, name, upload)
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
) -> None:
    """What a form with a file field asks for: first the ticked ones go, then the new ones come. Ids of other objects'
    files have no effect. Unchosen (nameless) uploads are skipped."""
    dropped = set(drop)
    for attachment in attachments_of(uow.session, owner_kind, [owner_id])[owner_id] if dropped else ():
        if attachment.id in dropped:
            remove(uow, attachment, seal_key)
    uow.session.flush()
    for upload in uploads:
        if upload.filename:
            attach(
                uow, owner_kind=owner_kind, owner_id=owner_id, upload=upload, seal_key=seal_key, field=field
            )


def _stored(uow: UnitOfWork, name: str, upload: Upload) -> Attachment:
    if not name:
        raise BadFile(N_("“%(file)s”：文件名须有扩展名"))
    most = uow.settings.upload_megabytes
    stream = cast(BinaryIO, upload.stream)
    _check_size(stream, most)
    media_type = sniff(extension_of(name), stream)
    try:
        blob = uow.files.save(stream, most * 1024 * 1024)
    except FileTooLarge as error:
        raise _too_large(most) from error
    return Attachment(
        name=name, media_type=media_type, size=blob.size, sha256=blob.sha256, uploaded_by=uow.actor.person_id,
        organisation_id=uow.actor.organisation_id, uploaded_at=uow.now,
    )  # fmt: skip


def _check_size(stream: BinaryIO, megabytes: int) -> None:
    if stream.seek(0, 2) > megabytes * 1024 * 1024:
        raise _too_large(megabytes)
    stream.seek(0)


def _too_large(megabytes: int) -> BadFile:
    return BadFile(N_("“%(file)s”：文件过大，单个文件不超过%(limit)s MB"), limit=megabytes)


def _about(upload: Upload, error: BadFile) -> tuple[str, dict[str, object]]:
    return (
        error.message,
        {**error.params, "file": clean_name(upload.filename) or tidy(upload.filename)[:60]},
    )


def _emit(
    uow: UnitOfWork, event: type[FileAttached] | type[FileRemoved], row: Attachment, seal: str | None
) -> None:
    uow.emit(
        event(
            owner_kind=row.owner_kind, owner_id=row.owner_id, attachment_id=row.id, name=row.name,
            sha256=row.sha256, seal=seal,
        )
    )  # fmt: skip
