"""Run the installed program on this machine: web server and worker, until Ctrl-C."""

import ctypes
import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from marketplace.bootstrap.place import Place, Refusal
from marketplace.bootstrap.steps import Command

HOST = "127.0.0.1"
PATIENCE = 60.0
PAUSE = 0.05
REST_BEFORE_RESTART = 2.0
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


Child = subprocess.Popen[bytes]


class Stopped(Exception):
    """Somebody asked the program to end."""


def require_free_port(port: int) -> None:
    """Refuse at once, in plain words, when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            remedy = f"choose another one: python3 app.py --port {port + 1 if port < 65535 else 5000}"
            raise Refusal(f"Port {port} cannot be used ({error.strerror}).", remedy) from error


OPTIONS = (
    "--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "warning",
)  # fmt: skip
MEMORY = {"MALLOC_ARENA_MAX": "2"}
"""For the C library: threads share their memory instead of keeping eight stores of it."""


def web_command(place: Place, port: int) -> list[str | Path]:
    """Two processes with four threads each, made from one that has loaded the program once."""
    return [place.python, "-m", "gunicorn", *OPTIONS, "--bind", f"{HOST}:{port}", "app:create_app()"]


def worker_command(place: Place) -> list[str | Path]:
    """The one that delivers mail and keeps the deadlines."""
    return [place.python, "-m", "flask", "--app", "app", "worker"]


def end_with_parent() -> None:
    """In the child, before it starts: end when this process is killed (Linux only; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


def start(place: Place, command: Command, settings: Mapping[str, str]) -> Child:
    """A child in a session of its own, so that Ctrl-C reaches only this process, which ends it in order."""
    return subprocess.Popen(
        command,
        cwd=place.root,
        env=settings,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - no threads run here
    )


def stop(child: Child) -> None:
    """Ask it to end, then insist."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def answers(port: int) -> bool:
    """Whether the web server says that it is well."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_it_answers(web: Child, port: int) -> None:
    limit = time.monotonic() + PATIENCE
    while not answers(port):
        if web.poll() is not None:
            raise Refusal("The web server ended while starting.", "read its message above")
        if time.monotonic() > limit:
            raise Refusal(
                f"The web server did not answer within {PATIENCE:.0f} s.", "read its messages above"
            )
        time.sleep(PAUSE)


def run(place: Place, port: int, settings: Mapping[str, str]) -> int:
    """Serve the demo until asked to stop."""
    ready = f"\n  Ready: {settings['BASE_URL']}   (Ctrl-C ends it; data in {settings['DATA_DIR']})\n"
    web, worker = web_command(place, port), worker_command(place)
    served = {**MEMORY, **settings}
    return Keeper(lambda command: start(place, command, served), web, worker).keep(port, ready)


class Keeper:
    """Keeps a web server and a worker alive together, and ends them together."""

    def __init__(self, begin: Callable[[Command], Child], web: Command, worker: Command) -> None:
        self._begin = begin
        self._worker_command = worker
        self._web = begin(web)
        self._worker = begin(worker)
        self._began = time.monotonic()

    def keep(self, port: int, ready: str) -> int:
        """Say when the pages answer, then watch until the web server ends or somebody asks to stop."""
        try:
            for wish in (signal.SIGINT, signal.SIGTERM):
                signal.signal(wish, _stop)
            wait_until_it_answers(self._web, port)
            print(ready, flush=True)
            return self._watch()
        except Stopped:
            print("\n  Stopping …", flush=True)
            return 0
        finally:
            stop(self._worker)
            stop(self._web)

    def _watch(self) -> int:
        while self._web.poll() is None:
            if self._worker.poll() is not None and time.monotonic() - self._began > REST_BEFORE_RESTART:
                print(f"  The worker ended with {self._worker.returncode}; it is started again.", flush=True)
                self._worker, self._began = self._begin(self._worker_command), time.monotonic()
            time.sleep(PAUSE)
        print(f"  The web server ended with {self._web.returncode}.", file=sys.stderr, flush=True)
        return 1


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped
