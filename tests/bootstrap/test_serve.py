"""`python3 app.py` keeps its two processes: a dead worker comes back, one wish ends both, nothing is left."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marketplace.bootstrap.place import HERE
from tests.support.smtp import free_port

WEB = """
import http.server, os, pathlib, sys
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
pathlib.Path("web.pid").write_text(str(os.getpid()))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Well).serve_forever()
"""
WORKER = """
import os, pathlib, time
with open("worker.pids", "a") as pids:
    pids.write(f"{os.getpid()}\\n")
time.sleep(600)
"""
KEEPER = """
import os, sys
from pathlib import Path
from marketplace.bootstrap import serve
from marketplace.bootstrap.place import Place
port = sys.argv[1]
place = Place(Path.cwd())
begin = lambda command: serve.start(place, command, os.environ)
web, worker = [sys.executable, "web.py", port], [sys.executable, "worker.py"]
sys.exit(serve.Keeper(begin, web, worker).keep(int(port), "Ready"))
"""


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A keeper with a small server and a small worker, ready."""
    for name, source in (("web.py", WEB), ("worker.py", WORKER), ("keeper.py", KEEPER)):
        (tmp_path / name).write_text(textwrap.dedent(source))
    command = [sys.executable, "keeper.py", str(free_port())]
    env = {**os.environ, "PYTHONPATH": str(HERE.root)}
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == "Ready\n"
        yield keeper
        keeper.kill()


def workers(folder: Path) -> list[int]:
    file = folder / "worker.pids"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_worker_that_was_killed_comes_back(kept: subprocess.Popen[str], tmp_path: Path) -> None:
    assert until(lambda: len(workers(tmp_path)) == 1)
    os.kill(workers(tmp_path)[0], signal.SIGKILL)
    assert until(lambda: len(workers(tmp_path)) == 2)
    assert kept.poll() is None


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_one_wish_ends_everything(kept: subprocess.Popen[str], tmp_path: Path, wish: signal.Signals) -> None:
    assert until(lambda: len(workers(tmp_path)) == 1)
    children = [*workers(tmp_path), int((tmp_path / "web.pid").read_text())]
    kept.send_signal(wish)
    assert kept.wait(timeout=20) == 0
    assert not any(alive(pid) for pid in children)


def test_the_end_of_the_web_server_is_the_end(kept: subprocess.Popen[str], tmp_path: Path) -> None:
    assert until(lambda: len(workers(tmp_path)) == 1)
    os.kill(int((tmp_path / "web.pid").read_text()), signal.SIGKILL)
    assert kept.wait(timeout=20) == 1
    assert not alive(workers(tmp_path)[0])


def test_children_do_not_outlive_a_killed_keeper(kept: subprocess.Popen[str], tmp_path: Path) -> None:
    assert until(lambda: len(workers(tmp_path)) == 1)
    kept.kill()
    children = [*workers(tmp_path), int((tmp_path / "web.pid").read_text())]
    assert until(lambda: not any(alive(pid) for pid in children))
