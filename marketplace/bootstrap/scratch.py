"""Where the tests keep their thousands of short-lived databases."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
ENOUGH = 6 * 2**30


@contextmanager
def scratch() -> Iterator[dict[str, str]]:
    """A folder for temporary files as environment variables, removed in the end: in memory where there is plenty."""
    with tempfile.TemporaryDirectory(prefix="tests-", dir=MEMORY if roomy(MEMORY) else None) as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - PostgreSQL works in it as another user
        yield {"TMPDIR": folder}


def roomy(folder: Path) -> bool:
    """Whether a folder may be written to, may hold programs, and has room enough; so has the machine's memory."""
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return False
    programs = not os.statvfs(folder).f_flag & os.ST_NOEXEC
    return programs and shutil.disk_usage(folder).free >= ENOUGH and free_memory() >= ENOUGH


def free_memory(told: Path = Path("/proc/meminfo")) -> int:
    """Bytes of memory that are to be had; none where the machine does not tell."""
    if not told.exists():
        return 0
    figures = dict(line.split(":", 1) for line in told.read_text(encoding="ascii").splitlines())
    return int(figures.get("MemAvailable", "0 kB").split()[0]) * 1024
