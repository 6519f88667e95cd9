"""``kill -9`` at the worst moment, with real processes: nothing acknowledged is lost, nothing decided happens twice."""

import http.client
import os
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from marketplace.audit.models import AuditRow
from marketplace.notifications.models import Lease, MailState, OutboxMail
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from tests.notifications.processes import PATIENCE, end, to_the_present, until, web, worker
from tests.support.smtp_raw import RawSmtpServer
from tests.support.world import World


def put(world: World, number: int, state: MailState = MailState.WAITING) -> None:
    people = [Recipient(n, f"收件人{n}（示例）", f"p{n}@sample.example", "zh_Hans_CN") for n in range(number)]
    with world.uow() as uow:
        enqueue(uow, kind="trial", dedupe_key="trial", recipients=people, context={})
        uow.session.execute(update(OutboxMail).values(state=state))


def count(world: World, state: MailState) -> int:
    with world.reading() as session:
        return session.scalar(select(func.count()).where(OutboxMail.state == state)) or 0


def holder(world: World) -> int:
    """The process that holds the lease."""
    with world.reading() as session:
        return int(session.get_one(Lease, "worker").holder.split(":")[1])


def test_a_worker_killed_in_the_middle_of_a_mail(world: World, tmp_path: Path) -> None:
    """Two workers run; whoever delivers dies when a letter has arrived and before it is answered; the other goes on."""
    log, killed = tmp_path / "log", []

    def decide(number: int, letter: str) -> bool:
        if number == 7:
            killed.append((letter, holder(world)))
            os.kill(killed[0][1], signal.SIGKILL)
        return number != 7

    put(world, 20)
    with (
        RawSmtpServer(decide) as server,
        worker(world, server.port, log) as first,
        worker(world, server.port, log) as second,
    ):
        until(lambda: count(world, MailState.SENT) == 20, log)
        ((letter, victim),) = killed
        (dead, alive) = (first, second) if victim == first.pid else (second, first)
        assert dead.wait(PATIENCE) == -signal.SIGKILL
        assert holder(world) == alive.pid
        assert end(alive) == 0
    times = Counter(server.received)
    assert len(times) == 20, "nothing is lost"
    assert {letter: number for letter, number in times.items() if number > 1} == {letter: 2}, (
        "only the one in flight came again, under the same Message-ID"
    )


def signed_in_cookie(world: World, key: str) -> str:
    """The cookie of a session that really exists in the database."""
    browser = world.browser(key)
    cookie = browser.client.get_cookie("marketplace")
    assert cookie is not None
    return f"marketplace={cookie.value}"


class Visitor:
    """A browser of few abilities, on a real connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            renewed = answer.getheader("Set-Cookie")
            self.cookie = renewed.split(";")[0] if renewed else self.cookie
            return answer.status, text
        finally:
            connection.close()

    def press(self, page: str, action: str) -> int:
        """Opens a page and presses the button that posts to ``action``."""
        status, text = self.ask("GET", page)
        assert status == 200, text[:500]
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        assert found is not None
        return self.ask("POST", action, f"csrf_token={found.group(1)}")[0]


def test_a_web_process_killed_between_commit_and_answer(world: World, tmp_path: Path) -> None:
    log = tmp_path / "log"
    to_the_present(world)
    put(world, 2, MailState.FAILED)
    with world.reading() as session:
        first, second = session.scalars(select(OutboxMail.id))
    visitor = Visitor(0, signed_in_cookie(world, "sysadmin"))
    with web(world, log, "tests.notifications.dying_web:create_app()") as visitor.port:
        assert visitor.press(f"/outbox/{first}", f"/outbox/{first}/retry") == 302
        (tmp_path / "die-after-commit").touch()
        with pytest.raises((http.client.HTTPException, OSError)):
            visitor.press(f"/outbox/{second}", f"/outbox/{second}/retry")
        (tmp_path / "die-after-commit").unlink()
        until(lambda: visitor.ask("GET", "/healthz")[0] == 200, log)
        assert visitor.press(f"/outbox/{second}", f"/outbox/{second}/retry") == 302, (
            "pressed again, as people do"
        )
    assert count(world, MailState.WAITING) == 2, "what was answered and what was not: both are there"
    with world.reading() as session:
        rows = session.scalars(select(AuditRow.subject_id).where(AuditRow.action == "MailRetried")).all()
    assert Counter(rows)[first] == 1
    assert second in rows
