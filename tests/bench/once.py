"""What is measured once on each database: a thousand letters from publication to delivery, and the first load."""

import gzip
import http.client
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import func, insert, select

from marketplace.application import create_app
from marketplace.bootstrap.serve import end_with_parent
from marketplace.notifications.delivery import deliver_due
from marketplace.notifications.jobs import Shift
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.topics.models import Topic
from tests.bench.rows_topics import topic_row
from tests.bench.scene import Ask, Scene
from tests.bench.server import Server
from tests.support.smtp import free_port

ASSET = re.compile(r'(?:href|src)="(/static/[^"#]+)')
MOST_PUBLISH_SECONDS = 2.0
MOST_DELIVERY_SECONDS = 10.0
MOST_FIRST_LOAD_KB = 60
MOST_FIRST_LOAD_REQUESTS = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured number beside what it may be."""

    what: str
    value: float
    most: float
    unit: str

    def __str__(self) -> str:
        return f"{self.what}: {self.value:.2f} {self.unit} (at most {self.most:g})"


def letters(scene: Scene, ours: Server) -> list[Fact]:
    """Publishing a topic for a thousand readers, and delivering the letters to a mail server in another process."""
    before = _waiting(scene)
    ask = scene.post(
        scene.url("topics.approve", topic_id=_submitted_topic(scene)), {"confirmed": "y"}, "approver"
    )
    begun = time.perf_counter()
    status, _body = asked(ours.port, ask)
    published = time.perf_counter() - begun
    if status != 302:
        raise RuntimeError(f"publishing answers {status}")
    count = _waiting(scene) - before
    with mail_server() as port:
        spent, sent = _deliver(scene, port)
    each = f"{count} letters"
    return [
        Fact(f"publishing a topic with {each}", published, MOST_PUBLISH_SECONDS, "s"),
        Fact(f"delivering {sent} letters", spent, MOST_DELIVERY_SECONDS * max(1.0, sent / 1000), "s"),
    ]


def _waiting(scene: Scene) -> int:
    with scene.writing() as uow:
        query = select(func.count()).select_from(OutboxMail).where(OutboxMail.state == MailState.WAITING)
        return uow.session.scalar(query) or 0


def _submitted_topic(scene: Scene) -> int:
    """One more topic, submitted for approval, open to counties."""
    plan = scene.built.plan
    row = topic_row(plan, plan.first - plan.first % 5 + 5)
    later = {
        "state": "in_approval",
        "eligible_levels": ["county"],
        "published_at": None,
        "published_version": 0,
    }
    with scene.writing() as uow:
        key = (uow.session.scalar(select(func.max(Topic.id))) or 0) + 1
        uow.session.execute(insert(Topic), [{**row, **later, "id": key, "code": f"BENCH-{key}-L"}])
    return key


def _deliver(scene: Scene, port: int) -> tuple[float, int]:
    settings = replace(scene.settings, mail_server="127.0.0.1", mail_port=port)
    shift = Shift(create_app(settings), lambda: True, lambda _session: None)
    begun = time.perf_counter()
    sent = deliver_due(shift)
    spent = time.perf_counter() - begun
    shift.runtime.engine.dispose()
    return spent, sent


@contextmanager
def mail_server() -> Iterator[int]:
    """A mail server in a process of its own that takes everything."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "aiosmtpd",
        "-n",
        "-l",
        f"127.0.0.1:{port}",
        "-c",
        "aiosmtpd.handlers.Sink",
    ]
    with subprocess.Popen(command, preexec_fn=end_with_parent) as process:  # noqa: PLW1509 - no threads here
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the mail server does not answer")


def first_load(ours: Server) -> list[Fact]:
    """What a browser fetches for the front page, compressed."""
    status, page = asked(ours.port, Ask("/", encoding="gzip"))
    if status != 200:
        raise RuntimeError(f"the front page answers {status}")
    addresses = sorted(set(ASSET.findall(gzip.decompress(page).decode())))
    size = len(page) + sum(len(asked(ours.port, Ask(one, encoding="gzip"))[1]) for one in addresses)
    return [
        Fact("first load of the front page", size / 1024, MOST_FIRST_LOAD_KB, "KB gzip"),
        Fact("first load of the front page", 1 + len(addresses), MOST_FIRST_LOAD_REQUESTS, "requests"),
    ]


def asked(port: int, ask: Ask) -> tuple[int, bytes]:
    """Status and body, as sent, of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.connect()
        connection.sock.sendall(ask.raw(port))
        answer = http.client.HTTPResponse(connection.sock)
        answer.begin()
        return answer.status, answer.read()
    finally:
        connection.close()
