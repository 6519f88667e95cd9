"""The way out: Flask-Mail over one bounded connection, with the server's answer put into three words (邮件传输)."""

import copy
import logging
import secrets
import smtplib
from email import policy
from email.charset import BASE64, Charset
from email.mime.text import MIMEText
from enum import Enum
from ssl import create_default_context
from types import TracebackType
from typing import Any, Self

from flask import Flask
from flask_mail import BadHeaderError, Connection, Mail, Message

from marketplace.config import Settings
from marketplace.core.dataclass import dataclass

PATIENCE = 10.0
"""Seconds that the mail server may keep us waiting for one answer."""
LONGEST_ERROR = 500
CRLF = policy.compat32.clone(linesep="\r\n")
BASE64_UTF8 = Charset("utf-8")
BASE64_UTF8.body_encoding = BASE64

log = logging.getLogger(__name__)


class Answer(Enum):
    """What became of one mail."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer with the server's words; ``broke``: the connection did not survive it."""

    answer: Answer
    error: str = ""
    broke: bool = False


class Outage(Exception):
    """No mail can leave at present: no connection, no sign-in, or the sender is refused."""


class BoundedConnection(Connection):
    """Flask-Mail's connection, which would wait for a silent server for ever and take any certificate, with a time
    limit and with certificates that must be valid."""

    def configure_host(self) -> smtplib.SMTP:
        host = self._connected()
        try:
            if self.mail.use_tls:
                host.starttls(context=create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except OSError:
            host.close()
            raise
        return host

    def _connected(self) -> smtplib.SMTP:
        where = (self.mail.server, self.mail.port)
        if self.mail.use_ssl:
            return smtplib.SMTP_SSL(*where, timeout=PATIENCE, context=create_default_context())
        return smtplib.SMTP(*where, timeout=PATIENCE)


class OutboxMessage(Message):
    """Flask-Mail's message in base64 (a Chinese paragraph of 333 characters would break SMTP's line limit), written
    by the plain policy: its headers are encoded already, and parsing them again takes longer than all the rest."""

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        return MIMEText(text or "", subtype, BASE64_UTF8)  # type: ignore[arg-type]

    def as_bytes(self) -> bytes:
        """With a boundary of our own: the library would look for one in all the text."""
        made = self._message()
        made.set_boundary(f"={secrets.token_hex(16)}=")
        content: bytes = made.as_bytes(policy=CRLF)
        return content


def install(app: Flask, settings: Settings) -> None:
    """Gives Flask-Mail our settings. It sends in tests too: they have a real server."""
    app.config.update(
        MAIL_SERVER=settings.mail_server or "",
        MAIL_PORT=settings.mail_port,
        MAIL_USERNAME=settings.mail_username,
        MAIL_PASSWORD=settings.mail_password,
        MAIL_USE_TLS=settings.mail_use_tls,
        MAIL_USE_SSL=settings.mail_use_ssl,
        MAIL_DEFAULT_SENDER=settings.mail_sender,
        MAIL_DEBUG=False,
        MAIL_SUPPRESS_SEND=False,
    )
    Mail(app)


class Transport:
    """One connection for many mails; it is opened when needed and given up when broken. Use inside an application
    context."""

    def __init__(self, app: Flask) -> None:
        self._mail = app.extensions["mail"]
        self._sender = app.config["MAIL_DEFAULT_SENDER"]
        self._pattern: Any = None
        self._connection: BoundedConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def message(self, **fields: Any) -> Any:
        """A message with these fields. Made from one pattern: each new ``Message`` asks the network for our name."""
        if self._pattern is None:
            headers = {"Auto-Submitted": "auto-generated"}
            self._pattern = OutboxMessage(sender=self._sender, extra_headers=headers)
        made = copy.copy(self._pattern)
        made.alts = {"html": fields.pop("html")}
        for name, value in fields.items():
            setattr(made, name, value)
        return made

    def send(self, message: Any) -> Result:
        """Sends one message. Raises Outage when no mail at all can leave."""
        connection = self._open()
        try:
            connection.send(message)
        except smtplib.SMTPRecipientsRefused as error:
            return self._refused(*next(iter(error.recipients.values())))
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as error:
            raise Outage(f"{error.smtp_code} {_words(error.smtp_error)}") from error
        except smtplib.SMTPResponseException as error:
            return self._refused(error.smtp_code, error.smtp_error)
        except (BadHeaderError, UnicodeError) as error:
            self.close()  # the server may be half-way through this letter
            return Result(Answer.NEVER, _described(error))
        except (
            Exception
        ) as error:  # time limit, reset, disconnected — or a fault of ours, which must not stop the rest
            log.warning("a mail could not be sent", exc_info=True)
            self.close()
            return Result(Answer.LATER, _described(error), broke=True)
        return Result(Answer.SENT)

    def _refused(self, code: int, words: bytes | str) -> Result:
        if code == 421:
            self.close()
        answer = Answer.NEVER if code >= 500 else Answer.LATER
        return Result(answer, f"{code} {_words(words)}", broke=code == 421)

    def _open(self) -> BoundedConnection:
        if self._connection is None:
            connection = BoundedConnection(self._mail)
            try:
                connection.host = connection.configure_host()
            except OSError as error:  # SMTPException is one
                raise Outage(_described(error)) from error
            self._connection = connection
        return self._connection

    def close(self) -> None:
        """Says goodbye if anybody still listens."""
        connection, self._connection = self._connection, None
        if connection is None or connection.host is None:
            return
        try:
            connection.host.quit()
        except OSError:
            connection.host.close()


def _described(error: Exception) -> str:
    return _words(f"{type(error).__name__}: {error}")


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_ERROR]
