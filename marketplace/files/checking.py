"""上传检查: whether an upload may be kept at all — a name, an allowed kind, within the bounds; its bytes are stored."""

from typing import IO, BinaryIO, Protocol, cast

from marketplace.core.database import one_at_a_time
from marketplace.core.files import FileTooLarge, StoredBlob
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.names import clean_name, extension_of
from marketplace.files.sniffing import BadFile, sniff

FILE_STORE = "file-store"
"""Whoever stores a file holds this shared; whoever removes bytes that nobody refers to, alone."""


class FormUpload(Protocol):
    """What a form delivers: a name and a stream that can be rewound (Werkzeug's FileStorage is one)."""

    @property
    def filename(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...


def checked(uow: UnitOfWork, upload: FormUpload) -> tuple[str, str, StoredBlob]:
    """Name, media type and stored bytes of an upload. Raises BadFile."""
    name = clean_name(upload.filename)
    if not name:
        raise BadFile(N_("“%(file)s”：文件名须有扩展名"))
    most = uow.settings.upload_megabytes
    stream = cast(BinaryIO, upload.stream)
    _check_size(stream, most)
    media_type = sniff(extension_of(name), stream)
    one_at_a_time(uow.session, FILE_STORE, shared=True)
    try:
        return name, media_type, uow.files.save(stream, most * 1024 * 1024)
    except FileTooLarge as error:
        raise _too_large(most) from error


def _check_size(stream: BinaryIO, megabytes: int) -> None:
    if stream.seek(0, 2) > megabytes * 1024 * 1024:
        raise _too_large(megabytes)
    stream.seek(0)


def _too_large(megabytes: int) -> BadFile:
    return BadFile(N_("“%(file)s”：文件过大，单个文件不超过%(limit)s MB"), limit=megabytes)
