"""Steps done once: each leaves a stamp of what it was done for, and is done again only when that changed."""

import fcntl
import hashlib
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from marketplace.bootstrap.place import Refusal, tool_environment

TAIL = 25
Command = Sequence[str | Path]


def digest(files: Iterable[Path], *words: str) -> str:
    """One fingerprint of the contents of files and of words."""
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    for word in words:
        total.update(hashlib.sha256(b"word " + word.encode()).digest())
    return total.hexdigest()


def is_done(stamp: Path, key: str) -> bool:
    """Whether the step was finished for exactly this key."""
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == key


def mark_done(stamp: Path, key: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key + "\n", encoding="ascii")


@contextmanager
def reported(title: str) -> Iterator[None]:
    """One line of progress: what is being done, and how long it took."""
    print(f"  {title} … ", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - start:.1f} s", flush=True)


def once(title: str, stamp: Path, key: str, action: Callable[[], None]) -> bool:
    """Do the step unless it is done; true if there was something to do."""
    if is_done(stamp, key):
        return False
    stamp.unlink(missing_ok=True)
    with reported(title):
        action()
    mark_done(stamp, key)
    return True


def call(
    command: Command,
    remedy: str,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a tool quietly; on failure show the end of what it said, and the remedy."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=tool_environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = "\n".join("    " + line for line in done.stdout.splitlines()[-TAIL:])
        name = " ".join(str(word) for word in command[:4])
        raise Refusal(f"`{name} …` ended with {done.returncode}:\n{said}", remedy)


def answers(command: Command) -> str:
    """What a program prints on success, or nothing when it is absent or broken."""
    try:
        done = subprocess.run(
            command,
            env=tool_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Only one installation of a checkout at a time; a second one waits for the first."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  waiting for another installation of this folder …", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
