"""A real mail server on this machine that keeps what it receives, and can be told to refuse."""

import socket
import threading
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Received:
    """One accepted mail: the envelope, and the message read as a mail program reads it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class SmtpServer:
    """`received` holds the accepted mails in order; `refusals` the answers to the next ones (`451 later`)."""

    def __init__(self) -> None:
        self.host = HOST
        self.port = free_port()
        self.received: list[Received] = []
        self.refusals: deque[str] = deque()
        self._arrived = threading.Condition()
        self._controller = Controller(self, hostname=self.host, port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    def wait_for(self, number: int, seconds: float = 10.0) -> list[Received]:
        """The accepted mails, once there are so many; fails when they do not come."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.received) >= number, seconds):
                raise AssertionError(f"{len(self.received)} of {number} mails arrived within {seconds} s")
            return list(self.received)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the server for each mail."""
        if self.refusals:
            return self.refusals.popleft()
        content: Any = envelope.content
        message = message_from_bytes(bytes(content), _class=EmailMessage, policy=policy.default)
        with self._arrived:
            self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
            self._arrived.notify_all()
        return "250 Message accepted for delivery"


def free_port() -> int:
    """A port on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
