"""Files are stored by hash outside the web root, whatever their name (附件存储)."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from marketplace.core.dataclass import dataclass

HASH = re.compile("[0-9a-f]{64}")
INCOMING = ".incoming-"
ASIDE = ".removed"
FOLDERS = tuple(f"{number:02x}" for number in range(256))
"""The first two signs of a hash: where its content lies."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """What was stored: SHA-256 and size in bytes."""

    sha256: str
    size: int


class FileTooLarge(ValueError):
    """More bytes than allowed."""


class FileStore:
    """A directory of files named by their SHA-256. Writing the same content twice stores it once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Where the content with this hash lives."""
        if not HASH.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return self.root / sha256[:2] / sha256

    def save(self, stream: BinaryIO, most_bytes: int) -> StoredBlob:
        """Stores a stream durably (the file and its name reach the disk). Raises FileTooLarge beyond the bound."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.root, prefix=INCOMING)
        try:
            with os.fdopen(handle, "wb") as target:
                while chunk := stream.read(1 << 16):
                    size += len(chunk)
                    if size > most_bytes:
                        raise FileTooLarge
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            path = self.path(digest.hexdigest())
            path.parent.mkdir(exist_ok=True)
            Path(name).replace(path)
            _reach_the_disk(path.parent, self.root)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return StoredBlob(digest.hexdigest(), size)

    def open(self, sha256: str) -> BinaryIO:
        """The stored bytes."""
        return self.path(sha256).open("rb")

    def is_intact(self, sha256: str) -> bool:
        """Whether the bytes are still those they are named after."""
        with self.path(sha256).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256

    def remove(self, sha256: str) -> None:
        """Forgets the bytes; the caller has made sure that nobody refers to them."""
        self.path(sha256).unlink(missing_ok=True)

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def written_before(self, folder: str, moment: datetime) -> list[str]:
        """The hashes in one of the ``FOLDERS`` whose bytes were last stored before a moment."""
        named = (path for path in (self.root / folder).glob(f"{folder}*") if HASH.fullmatch(path.name))
        return [path.name for path in _older(named, moment)]

    def unfinished_before(self, moment: datetime) -> list[Path]:
        """What was being received when the program was killed."""
        return _older(self.root.glob(f"{INCOMING}*"), moment)

    def set_aside(self, sha256: str, at: datetime) -> int:
        """Puts bytes where nobody reads them but an operator can still fetch them; answers how many."""
        aside = self.root / ASIDE
        aside.mkdir(exist_ok=True)
        target = self.path(sha256).replace(aside / sha256)
        os.utime(target, (at.timestamp(), at.timestamp()))
        return target.stat().st_size

    def aside_before(self, moment: datetime) -> list[Path]:
        """What was set aside before a moment."""
        return _older((self.root / ASIDE).glob("*"), moment)


def _older(paths: Iterable[Path], moment: datetime) -> list[Path]:
    """Those last written before a moment; one that has gone meanwhile is none."""
    found = []
    for path in sorted(paths):
        try:
            if path.stat().st_mtime < moment.timestamp():
                found.append(path)
        except FileNotFoundError:
            continue
    return found


def _reach_the_disk(*folders: Path) -> None:
    """A new name survives a power cut once its folder has been written."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
