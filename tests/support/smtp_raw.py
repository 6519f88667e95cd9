"""A mail server of few words whose every answer a test decides: it may break off, or kill somebody, in the middle."""

import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import IO, Self

Decide = Callable[[int, str], bool]
"""Gets the number of the letter (from 1) and its Message-ID when it has arrived whole; False: break off unanswered."""


class RawSmtpServer:
    """``received`` holds the Message-IDs of all letters that arrived, ``accepted`` of those that were answered 250."""

    def __init__(self, decide: Decide) -> None:
        self.decide = decide
        self.received: list[str] = []
        self.accepted: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                try:
                    self._talk(connection, stream)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket, stream: IO[bytes]) -> None:
        def say(words: str) -> None:
            connection.sendall(words.encode() + b"\r\n")

        say("220 here")
        while line := stream.readline().decode().strip().upper():
            if line == "DATA":
                say("354 go on")
                if not self._take(stream):
                    return
            say("221 bye" if line == "QUIT" else "250 ok")
            if line == "QUIT":
                return

    def _take(self, stream: IO[bytes]) -> bool:
        letter = ""
        while (line := stream.readline()) not in (b".\r\n", b""):
            if line.lower().startswith(b"message-id:"):
                letter = line.split(b":", 1)[1].strip().decode()
        self.received.append(letter)
        good = self.decide(len(self.received), letter)
        if good:
            self.accepted.append(letter)
        return good
