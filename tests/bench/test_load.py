"""The load generator: what it sends at the same time, and that it leaves nothing under way."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.bench import load


class Ledger:
    """Which paths are being answered, which ever met themselves, and how many were answered."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.now: Counter[str] = Counter()
        self.met: set[str] = set()
        self.answered = 0
        self.second = threading.Event()

    def begin(self, path: str) -> None:
        with self.lock:
            self.now[path] += 1
            if self.now[path] > 1:
                self.met.add(path)
                self.second.set()

    def end(self, path: str) -> None:
        with self.lock:
            self.now[path] -= 1
            self.answered += 1


@contextmanager
def serving(ledger: Ledger, patience: float) -> Iterator[int]:
    """A server that holds the first answer back until another of the same path comes, or patience ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            ledger.begin(self.path)
            if self.path == "/0":
                ledger.second.wait(patience)
            ledger.end(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_words: object) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asks(count: int) -> list[bytes]:
    return [
        f"POST /{number} HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n".encode()
        for number in range(count)
    ]


def test_without_a_word_the_same_request_goes_out_again_while_it_is_under_way() -> None:
    ledger = Ledger()
    with serving(ledger, patience=10) as port:
        load.run(port, asks(3), seconds=0.0, connections=2, least=8)
    assert "/0" in ledger.met


def test_a_thing_with_one_writer_is_never_written_twice_at_once() -> None:
    ledger = Ledger()
    with serving(ledger, patience=0.1) as port:
        measured = load.run(port, asks(3), seconds=0.0, connections=2, least=8, apart=True)
    assert not ledger.met
    assert len(measured.times) >= 8


def test_every_request_that_was_sent_is_answered_before_the_run_ends() -> None:
    ledger = Ledger()
    with serving(ledger, patience=0.1) as port:
        measured = load.run(port, asks(5), seconds=0.0, connections=4, least=1)
        assert not any(ledger.now.values())
        assert len(measured.times) == ledger.answered > 1
