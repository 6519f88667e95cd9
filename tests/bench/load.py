"""A light load generator: a few connections kept alive in one thread, so that the servers get the machine."""

import re
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.I)
END_OF_CHUNKS = b"0\r\n\r\n"
SILENCE = 30.0
LONGEST = 30.0


@dataclass
class Measured:
    """What a run gave: seconds of each answer, bytes of the last body as sent, and answers that were no success."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    body_bytes: int = 0
    failures: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The time (seconds) that ``share`` of the answers stayed below."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def add(self, other: "Measured") -> None:
        """Joins another round."""
        self.seconds += other.seconds
        self.times += other.times
        self.failures += other.failures
        self.body_bytes = other.body_bytes


@dataclass
class Connection:
    """One connection with at most one request on its way."""

    sock: socket.socket
    request: bytes = b""
    started: float = 0.0
    buffer: bytes = b""


class Run:
    """Sends the requests in turn over so many connections, for so long; ``once``: each request a single time;
    ``apart``: none while the same one is under way, as a thing is written by one person at a time."""

    def __init__(self, port: int, requests: Sequence[bytes], once: bool, apart: bool) -> None:
        self.port, self.requests, self.once, self.apart = port, requests, once, apart
        self.turn = 0
        self.over = False
        self.under_way: set[bytes] = set()
        self.measured = Measured()
        self.poll = selectors.DefaultSelector()

    def go(self, seconds: float, connections: int, least: int) -> Measured:
        """Every request that was sent is waited for: the next run must not meet it."""
        begun = time.perf_counter()
        for _ in range(connections):
            self.next(Connection(self.connect()))
        while self.poll.get_map():
            spent = time.perf_counter() - begun
            self.over = spent > LONGEST or spent > seconds and len(self.measured.times) >= least
            ready = self.poll.select(timeout=SILENCE)
            if not ready:
                raise TimeoutError("the server is silent")
            for key, _events in ready:
                self.receive(key.data)
        self.measured.seconds = time.perf_counter() - begun
        self.poll.close()
        return self.measured

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port))

    def next(self, one: Connection) -> None:
        """Sends the next request, or lets the connection go when there is none."""
        request = None if self.over else self.following()
        if request is None:
            one.sock.close()
            return
        one.request = request
        self.under_way.add(request)
        self.send(one)

    def following(self) -> bytes | None:
        """The request whose turn it is."""
        for _ in self.requests:
            if self.once and self.turn >= len(self.requests):
                return None
            request = self.requests[self.turn % len(self.requests)]
            self.turn += 1
            if not (self.apart and request in self.under_way):
                return request
        return None

    def send(self, one: Connection) -> None:
        one.buffer, one.started = b"", time.perf_counter()
        one.sock.sendall(one.request)
        self.poll.register(one.sock, selectors.EVENT_READ, one)

    def receive(self, one: Connection) -> None:
        data = one.sock.recv(1 << 18)
        one.buffer += data
        if data and not complete(one.buffer):
            return
        self.poll.unregister(one.sock)
        if not data:  # the server let an idle connection go: ask again on a new one
            one.sock.close()
            one.sock = self.connect()
            self.send(one)
            return
        self.note(one)
        self.next(one)

    def note(self, one: Connection) -> None:
        self.under_way.discard(one.request)
        self.measured.times.append(time.perf_counter() - one.started)
        self.measured.failures += int(one.buffer[9:12]) >= 400
        self.measured.body_bytes = len(one.buffer) - one.buffer.index(b"\r\n\r\n") - 4


def run(
    port: int,
    requests: Sequence[bytes],
    seconds: float,
    connections: int = 8,
    once: bool = False,
    least: int = 0,
    apart: bool = False,
) -> Measured:
    """The requests in turn, over and over for so long and at least so often, or each once; every answer measured."""
    return Run(port, requests, once, apart).go(LONGEST if once else seconds, connections, least)


def complete(buffer: bytes) -> bool:
    """True when the whole answer has arrived."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return False
    found = LENGTH.search(buffer, 0, end + 2)
    if found:
        return len(buffer) - end - 4 >= int(found.group(1))
    if b"transfer-encoding: chunked" in buffer[:end].lower():
        return buffer.endswith(END_OF_CHUNKS)
    return True
