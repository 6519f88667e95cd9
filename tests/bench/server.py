"""The servers under measurement: gunicorn with two processes of four threads, watched through /proc."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from marketplace.bootstrap.place import tool_environment
from marketplace.bootstrap.serve import MEMORY, OPTIONS, answers, end_with_parent
from tests.support.smtp import free_port

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0


class Server:
    """One gunicorn; ``with`` starts and ends it."""

    def __init__(self, application: str, settings: Mapping[str, str]) -> None:
        self.application, self.settings = application, settings
        self.port = free_port()
        self.start_seconds = 0.0
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop

    def __enter__(self) -> Self:
        begun = time.perf_counter()
        bind = ("--bind", f"127.0.0.1:{self.port}")
        environment = {
            **tool_environment(),
            **MEMORY,
            **self.settings,
            "BASE_URL": f"http://127.0.0.1:{self.port}",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *OPTIONS, *bind, self.application],
            cwd=ROOT, env=environment, stdout=self._output, stderr=self._output, preexec_fn=end_with_parent,  # noqa: PLW1509
        )  # fmt: skip
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.perf_counter() - begun
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask it to end, then insist."""
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=15)
        self.process.kill()
        self.process.wait()
        self._output.close()

    def _wait(self) -> None:
        limit = time.monotonic() + PATIENCE
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"{self.application} does not answer:\n{self.log()}")
            time.sleep(0.02)

    def log(self) -> str:
        """What the server wrote."""
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def workers(self) -> list[int]:
        """The ids of its web processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(one) for one in children.split()]

    def cpu_seconds(self) -> float:
        """Processor time of the web processes so far."""
        return sum(_cpu_ticks(worker) for worker in self.workers()) / TICKS

    def megabytes(self) -> list[float]:
        """Resident memory of each web process."""
        return [_resident_kib(worker) / 1024 for worker in self.workers()]


def _cpu_ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _resident_kib(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"process {process} is gone")
