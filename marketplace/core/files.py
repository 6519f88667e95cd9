"""Files are stored by hash outside the web root, whatever their name (附件存储)."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


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
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self.root / sha256[:2] / sha256

    def save(self, stream: BinaryIO, most_bytes: int) -> StoredBlob:
        """Stores a stream durably (fsync before rename). Raises FileTooLarge beyond the bound."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".incoming-")
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
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return StoredBlob(digest.hexdigest(), size)

    def open(self, sha256: str) -> BinaryIO:
        """The stored bytes."""
        return self.path(sha256).open("rb")

    def remove(self, sha256: str) -> None:
        """Forgets the bytes; the caller has made sure that nobody refers to them."""
        self.path(sha256).unlink(missing_ok=True)

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()
