"""The program as real processes on a test world's database, to be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from marketplace.config import ROOT
from tests.support.smtp import free_port
from tests.support.world import SECRET, World

PATIENCE = 90.0


def environment(world: World, **more: str) -> dict[str, str]:
    """The settings under which a process works on this world's database."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH"}
    }
    url = world.engine.url.render_as_string(hide_password=False)
    folder = str(world.runtime.settings.data_dir)
    base = {
        "DATABASE_URL": url.replace("+psycopg", ""),
        "DATA_DIR": folder,
        "SECRET_KEY": SECRET,
        "MAIL_SERVER": "",
    }
    return {
        **kept,
        **base,
        "DEMO": "1",
        "DEMO_MAIL": "1",
        "WORKER_INTERVAL": "1",
        "WORKER_LEASE": "3",
        "PYTHONPATH": str(ROOT),
        **more,
    }


@contextmanager
def running(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is gone at the end of the block."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)


def worker(world: World, mail_port: int, log: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """``flask worker`` with a mail server on this machine."""
    env = environment(world, MAIL_SERVER="127.0.0.1", MAIL_PORT=str(mail_port))
    return running([sys.executable, "-m", "flask", "--app", "app", "worker"], env, log)


@contextmanager
def web(world: World, log: Path, application: str = "app:create_app()") -> Iterator[int]:
    """gunicorn with one process, loaded beforehand as ``python3 app.py`` does it; answers its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "1", "--bind", f"127.0.0.1:{port}"]
    with running([*command, application], environment(world), log):
        until(lambda: listens(port), log)
        yield port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(condition: Callable[[], bool], log: Path, seconds: float = PATIENCE) -> None:
    """Waits in short steps; fails with what the process said."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise AssertionError(
                f"it did not happen within {seconds} s:\n{log.read_text(errors='replace')[-4000:]}"
            )
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes]) -> int:
    """Asks a process to end, and answers its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


def to_the_present(world: World) -> None:
    """Sets the world's clock to the machine's, which the processes go by."""
    world.clock.now = datetime.now(UTC)
