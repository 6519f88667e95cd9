"""A light load generator: a few connections kept alive in one thread, so that the servers get the machine."""

import re
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.I)
END_OF_CHUNKS = b"0\r\n\r\n"


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


@dataclass
class Connection:
    """One connection with at most one request on its way."""

    sock: socket.socket
    started: float = 0.0
    buffer: bytes = b""


def run(port: int, requests: Sequence[bytes], seconds: float, connections: int = 8) -> Measured:
    """Sends the requests in turn over and over for so long, and measures every answer."""
    measured = Measured()
    poll = selectors.DefaultSelector()
    turn = 0
    for _ in range(connections):
        one = Connection(socket.create_connection(("127.0.0.1", port)))
        poll.register(one.sock, selectors.EVENT_READ, one)
        turn = _send(one, requests, turn)
    begun = time.perf_counter()
    deadline = begun + seconds
    while time.perf_counter() < deadline:
        for key, _events in poll.select(timeout=1):
            turn = _receive(key.data, poll, port, requests, turn, measured)
    measured.seconds = time.perf_counter() - begun
    for key in list(poll.get_map().values()):
        key.data.sock.close()
    return measured


def _send(one: Connection, requests: Sequence[bytes], turn: int) -> int:
    one.buffer, one.started = b"", time.perf_counter()
    one.sock.sendall(requests[turn % len(requests)])
    return turn + 1


def _receive(
    one: Connection,
    poll: selectors.BaseSelector,
    port: int,
    requests: Sequence[bytes],
    turn: int,
    measured: Measured,
) -> int:
    data = one.sock.recv(1 << 18)
    if not data:
        poll.unregister(one.sock)
        one.sock.close()
        one.sock = socket.create_connection(("127.0.0.1", port))
        poll.register(one.sock, selectors.EVENT_READ, one)
        return _send(one, requests, turn)
    one.buffer += data
    if not complete(one.buffer):
        return turn
    measured.times.append(time.perf_counter() - one.started)
    status = int(one.buffer[9:12])
    measured.failures += status >= 400
    measured.body_bytes = len(one.buffer) - one.buffer.index(b"\r\n\r\n") - 4
    return _send(one, requests, turn)


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
