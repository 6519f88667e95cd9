"""What a file really is (附件类型检查): an allow-list decided by content, which the name must match.

Pure: reads a stream, touches nothing else. Containers are looked into without unpacking them.
"""

import codecs
import stat
import zlib
from collections.abc import Callable
from dataclasses import field
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_

MOST_MEMBERS = 2_000
MOST_UNPACKED = 500 * 1024 * 1024
RATIOS = ((1024 * 1024, 200), (64 * 1024 * 1024, 50))
"""Beyond so many bytes unpacked, at most so many times the packed size: a few repeated kilobytes compress well and harm
nobody."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
MACROS = ("vbaproject.bin", "vbadata.xml")


class BadFile(ValueError):
    """The file is refused. ``message`` is a Chinese msgid; ``params`` fill it, the caller adds ``file``, the name."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params: dict[str, Any] = params


@dataclass(frozen=True, slots=True)
class Kind:
    """One allowed kind: media type and the check of its content."""

    media_type: str
    check: Callable[[BinaryIO], None]
    heads: tuple[bytes, ...] = field(default=())


def sniff(extension: str, stream: BinaryIO) -> str:
    """The media type of the content. Raises BadFile when the kind is not allowed or the content is another."""
    kind = KINDS.get(extension)
    if kind is None:
        raise BadFile(N_("“%(file)s”：不支持的文件类型，可上传 %(kinds)s"), kinds=ALLOWED)
    stream.seek(0)
    if not stream.read(1):
        raise BadFile(N_("“%(file)s”：文件是空的"))
    stream.seek(0)
    _check_head(kind, stream)
    kind.check(stream)
    stream.seek(0)
    return kind.media_type


def _check_head(kind: Kind, stream: BinaryIO) -> None:
    head = stream.read(16)
    stream.seek(0)
    if kind.heads and not head.startswith(kind.heads):
        raise _not_what_it_says()


def _not_what_it_says() -> BadFile:
    return BadFile(N_("“%(file)s”：文件内容与扩展名不符，请打开文件，另存为这种格式后再上传"))


def _anything(_stream: BinaryIO) -> None:
    """The head has told enough."""


def _text(stream: BinaryIO) -> None:
    """Text in UTF-8 or GB 18030, without control characters."""
    if not any(_decodes(stream, encoding) for encoding in ("utf-8", "gb18030")):
        raise _not_what_it_says()


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while chunk := stream.read(1 << 16):
            if not _plain(decoder.decode(chunk)):
                return False
        return _plain(decoder.decode(b"", final=True))
    except UnicodeDecodeError:
        return False


def _plain(text: str) -> bool:
    return not any(ord(char) < 32 and char not in "\t\n\r\f" for char in text)


def _office(main_part: str) -> Callable[[BinaryIO], None]:
    def check(stream: BinaryIO) -> None:
        names = {name.lower() for name in _member_names(stream)}
        if "[content_types].xml" not in names or main_part not in names:
            raise _not_what_it_says()
        if any(name.rsplit("/", 1)[-1] in MACROS for name in names):
            raise BadFile(N_("“%(file)s”：不接受含宏的文件，请另存为不含宏的格式"))

    return check


def _ofd(stream: BinaryIO) -> None:
    if "OFD.xml" not in _member_names(stream):
        raise _not_what_it_says()


def _member_names(stream: BinaryIO) -> list[str]:
    with _archive(stream) as archive:
        return [info.filename for info in _safe_members(archive, stream)]


def _archive(stream: BinaryIO) -> ZipFile:
    try:
        return ZipFile(stream)
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadFile(N_("“%(file)s”：文件损坏，打不开")) from error


def _safe_members(archive: ZipFile, stream: BinaryIO) -> list[ZipInfo]:
    """All members, after the bounds: number, unpacked size, ratio, overlap, equal names, paths, links, encryption."""
    members = archive.infolist()
    size = stream.seek(0, 2)
    names = {info.filename.casefold() for info in members}
    unpacked = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members)
    if len(members) > MOST_MEMBERS:
        raise BadFile(N_("“%(file)s”：压缩包内文件过多"))
    swollen = any(unpacked > least and unpacked > ratio * size for least, ratio in RATIOS)
    if unpacked > MOST_UNPACKED or swollen:
        raise BadFile(N_("“%(file)s”：压缩包解压后过大"))
    if packed > size or len(names) < len(members) or any(_unsafe(info) for info in members):
        raise BadFile(N_("“%(file)s”：压缩包结构异常，不予接收"))
    return members


def _unsafe(info: ZipInfo) -> bool:
    path = info.filename.replace("\\", "/")
    drive = len(path) > 1 and path[1] == ":"
    link = stat.S_ISLNK(info.external_attr >> 16)
    return path.startswith("/") or drive or ".." in path.split("/") or link or bool(info.flag_bits & 1)


def _zip(stream: BinaryIO) -> None:
    with _archive(stream) as archive:
        for info in _safe_members(archive, stream):
            if not info.is_dir():
                _check_member(archive, info)


def _check_member(archive: ZipFile, info: ZipInfo) -> None:
    kind = KINDS.get(info.filename.rpartition(".")[2].lower())
    if kind is None or kind is KINDS["zip"]:
        raise BadFile(N_("“%(file)s”：压缩包内含有不允许的文件类型"))
    try:
        with archive.open(info) as member:
            head = member.read(16)
    except (BadZipFile, NotImplementedError, OSError, RuntimeError, zlib.error) as error:
        raise BadFile(N_("“%(file)s”：文件损坏，打不开")) from error
    if kind.heads and not head.startswith(kind.heads):
        raise BadFile(N_("“%(file)s”：压缩包内有文件的内容与扩展名不符"))


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", _anything, (b"%PDF-",)),
    "docx": Kind(f"{_OPEN_XML}wordprocessingml.document", _office("word/document.xml"), (ZIP,)),
    "xlsx": Kind(f"{_OPEN_XML}spreadsheetml.sheet", _office("xl/workbook.xml"), (ZIP,)),
    "pptx": Kind(f"{_OPEN_XML}presentationml.presentation", _office("ppt/presentation.xml"), (ZIP,)),
    "doc": Kind("application/msword", _anything, (OLE,)),
    "xls": Kind("application/vnd.ms-excel", _anything, (OLE,)),
    "ppt": Kind("application/vnd.ms-powerpoint", _anything, (OLE,)),
    "wps": Kind("application/vnd.ms-works", _anything, (OLE,)),
    "ofd": Kind("application/ofd", _ofd, (ZIP,)),
    "zip": Kind("application/zip", _zip, (ZIP,)),
    "png": Kind("image/png", _anything, (b"\x89PNG\r\n\x1a\n",)),
    "jpg": Kind("image/jpeg", _anything, (b"\xff\xd8\xff",)),
    "jpeg": Kind("image/jpeg", _anything, (b"\xff\xd8\xff",)),
    "txt": Kind("text/plain; charset=utf-8", _text),
    "csv": Kind("text/csv; charset=utf-8", _text),
}
ALLOWED = "、".join(KINDS)
"""For people: which endings are accepted."""
