"""清理无主文件: bytes that nobody refers to — a web process was killed between storing a file and writing its row.

They are set aside for a month, then erased: an operator who has restored the wrong copy of the database can still put
them back. One folder of the store at a time, and the store is closed to uploads only where there is something to do.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from marketplace.audit.operations import record
from marketplace.core.database import one_at_a_time, reading_session
from marketplace.core.dataclass import dataclass
from marketplace.core.files import FOLDERS, FileStore
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.checking import FILE_STORE
from marketplace.files.models import Attachment, PendingFile
from marketplace.notifications.jobs import Shift

NAME = "sweep-files"
LEFT_ALONE = timedelta(days=1)
KEPT_ASIDE = timedelta(days=30)
AT_A_TIME = 1000

HiddenBy = Callable[[Session], str | None]
"""Which seal keeps the record out of sight: what was left may have been meant for a bid."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """无主文件: ``unreferenced`` contents by hash, uploads cut short, and what was set aside long enough."""

    unreferenced: tuple[str, ...]
    unfinished: tuple[Path, ...]
    over: tuple[Path, ...]

    def __bool__(self) -> bool:
        return bool(self.unreferenced or self.unfinished or self.over)


def leftovers(session: Session, files: FileStore, folder: str, now: datetime) -> Leftovers:
    """What lies in this folder without a row, and what was never finished. Only looks."""
    old = files.written_before(folder, now - LEFT_ALONE)
    known = _referred_to(session, old)
    return Leftovers(
        tuple(sha256 for sha256 in old if sha256 not in known),
        tuple(files.unfinished_before(now - LEFT_ALONE)),
        tuple(files.aside_before(now - KEPT_ASIDE)),
    )


def _referred_to(session: Session, hashes: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(hashes), AT_A_TIME):
        some = hashes[start : start + AT_A_TIME]
        rows = (select(kind.sha256).where(kind.sha256.in_(some)) for kind in (Attachment, PendingFile))
        known.update(session.scalars(union(*rows)))
    return known


def sweep(uow: UnitOfWork, folder: str, hidden_by: HiddenBy) -> int:
    """清理无主文件 of one folder, on record with number and bytes. Every upload holds the store until its row is
    committed: what has no row now, with the store to ourselves, has none coming. Answers how many files."""
    one_at_a_time(uow.session, FILE_STORE)
    found = leftovers(uow.session, uow.files, folder, uow.now)
    if not found:
        return 0
    size = sum(uow.files.set_aside(sha256, uow.now) for sha256 in found.unreferenced)
    number = len(found.unreferenced) + len(found.unfinished)
    details = {"job": NAME, "count": number, "bytes": size + _erased(found.unfinished)}
    if found.over:
        details |= {"erased": len(found.over), "erased_bytes": _erased(found.over)}
    record(
        uow, action="sweep_files", label=N_("清理无主文件"), subject_kind="job", details=details,
        seal_key=hidden_by(uow.session),
    )  # fmt: skip
    return number + len(found.over)


def _erased(paths: Iterable[Path]) -> int:
    size = 0
    for path in paths:
        size += path.stat().st_size
        path.unlink()
    return size


@dataclass(slots=True)
class Sweeper:
    """The job: one folder after the other, a whole round in 256 runs, begun anywhere."""

    hidden_by: HiddenBy
    place: int | None = None

    def __call__(self, shift: Shift) -> int:
        with reading_session(shift.runtime.engine) as session:
            now = shift.now(session)
            folder = self._next(now)
            found = leftovers(session, shift.runtime.files, folder, now)
        if not found:
            return 0
        with shift.unit_of_work() as uow:
            return sweep(uow, folder, self.hidden_by)

    def _next(self, now: datetime) -> str:
        begun = int(now.timestamp()) if self.place is None else self.place + 1
        self.place = begun % len(FOLDERS)
        return FOLDERS[self.place]
