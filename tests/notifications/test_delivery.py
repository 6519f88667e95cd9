"""Mails leave once, whatever the server does."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.notifications import transport
from marketplace.notifications.delivery import PAUSES, claim, deliver_due, message_id, settle
from marketplace.notifications.jobs import Shift
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.notifications.transport import Answer, Result
from tests.support.smtp import SmtpServer, free_port
from tests.support.smtp_raw import RawSmtpServer
from tests.support.world import World


@dataclass
class Post:
    """A world with a mail server, and a shift that works in it."""

    world: World
    smtp: SmtpServer

    def put(self, number: int, **more: Any) -> None:
        people = [
            Recipient(n, f"收件人{n}（示例）", f"p{n}@sample.example", "zh_Hans_CN") for n in range(number)
        ]
        with self.world.uow() as uow:
            enqueue(uow, kind="trial", dedupe_key="trial", recipients=people, context={}, **more)

    def shift(self, may_continue: Callable[[], bool] = lambda: True) -> Shift:
        return Shift(self.world.app, may_continue, lambda _session: None)

    def deliver(self) -> int:
        return deliver_due(self.shift())

    def mails(self) -> list[OutboxMail]:
        with self.world.reading() as session:
            return list(session.scalars(select(OutboxMail).order_by(OutboxMail.to_address)))

    def states(self) -> list[str]:
        return [mail.state for mail in self.mails()]


def use_server(world: World, port: int) -> None:
    """Points the program at a mail server on this machine."""
    parts = world.runtime
    parts.settings = replace(
        parts.settings, mail_server="127.0.0.1", mail_port=port, base_url="https://market.example", demo=False
    )
    transport.install(world.app, parts.settings)


@pytest.fixture
def post(world: World, smtp_server: SmtpServer) -> Post:
    use_server(world, smtp_server.port)
    return Post(world, smtp_server)


@pytest.fixture
def local_post(sqlite_world: World, smtp_server: SmtpServer) -> Post:
    use_server(sqlite_world, smtp_server.port)
    return Post(sqlite_world, smtp_server)


def test_a_mail_arrives_whole(post: Post) -> None:
    post.put(1)
    assert post.deliver() == 1
    (received,) = post.smtp.received
    message = received.message
    assert received.recipients == ("p0@sample.example",)
    assert str(message["Subject"]) == "试发邮件"
    assert message["Auto-Submitted"] == "auto-generated"
    (mail,) = post.mails()
    assert message["Message-ID"] == message_id(mail.id, "https://market.example")
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "收件人0（示例），您好：" in text
    assert "https://market.example/" in text
    assert 'href="https://market.example/"' in html
    assert (mail.state, mail.attempts, mail.last_error, mail.claim) == (MailState.SENT, 1, None, None)


ADDRESSES = (
    "a@sample.example", "b@EXAMPLE.com", "c@mail.example.org", "d@here.test", "e@gov.invalid",
    "f@notexample.com", "g@example.com.cn", "h@zj.gov.cn",
)  # fmt: skip


def put_to(world: World, *addresses: str) -> None:
    with world.uow() as uow:
        people = [Recipient(n, "收件人（示例）", a, "zh_Hans_CN") for n, a in enumerate(addresses)]
        enqueue(uow, kind="trial", dedupe_key="trial", recipients=people, context={})


def test_the_demonstration_writes_to_no_sample_person(post: Post) -> None:
    parts = post.world.runtime
    parts.settings = replace(parts.settings, demo=True)
    put_to(post.world, *ADDRESSES)
    assert post.deliver() == 3
    assert {r.recipients[0] for r in post.smtp.received} == set(ADDRESSES[5:])
    assert post.states() == [MailState.HELD] * 5 + [MailState.SENT] * 3
    page = post.world.browser("officer").get("/outbox").get_data(as_text=True)
    assert "只留存在这里" in page
    assert "留存不寄" in page


def test_a_mail_whose_sender_died_is_held_too(local_post: Post) -> None:
    put_to(local_post.world, "a@sample.example")
    claim(local_post.shift())
    parts = local_post.world.runtime
    parts.settings = replace(parts.settings, demo=True)
    local_post.world.clock.forward(minutes=5)
    assert local_post.deliver() == 0
    assert (local_post.states(), local_post.smtp.received) == ([MailState.HELD], [])


def test_it_does_when_the_settings_say_so(local_post: Post) -> None:
    parts = local_post.world.runtime
    parts.settings = replace(parts.settings, demo=True, demo_mail=True)
    put_to(local_post.world, *ADDRESSES)
    assert local_post.deliver() == len(ADDRESSES)


def test_what_has_left_does_not_leave_again(post: Post) -> None:
    post.put(3)
    assert (post.deliver(), post.deliver()) == (3, 0)
    assert len(post.smtp.received) == 3


def test_a_server_that_is_busy_gets_the_mail_later(post: Post) -> None:
    post.put(1)
    post.smtp.refusals.append("451 come back later")
    assert post.deliver() == 0
    (mail,) = post.mails()
    assert (mail.state, mail.attempts, mail.last_error) == (MailState.WAITING, 1, "451 come back later")
    assert post.deliver() == 0, "not before the pause is over"


def test_after_the_pause_it_is_tried_again(local_post: Post) -> None:
    local_post.put(1)
    local_post.smtp.refusals.append("451 come back later")
    local_post.deliver()
    local_post.world.clock.forward(seconds=PAUSES[0].total_seconds() - 1)
    assert local_post.deliver() == 0
    local_post.world.clock.forward(seconds=1)
    assert local_post.deliver() == 1


def test_a_refusal_for_good_parks_the_mail_at_once_and_leaves_a_trace(post: Post) -> None:
    post.put(2)
    post.smtp.refusals.append("550 no such user")
    assert post.deliver() == 1
    assert sorted(post.states()) == [MailState.FAILED, MailState.SENT]
    with post.world.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "MailParked")).one()
    assert row.details["error"] == "550 no such user"
    assert post.deliver() == 0


def test_tries_go_on_for_more_than_a_day_with_growing_pauses(local_post: Post) -> None:
    assert sum(PAUSES, timedelta()) >= timedelta(hours=24)
    assert list(PAUSES) == sorted(PAUSES)
    local_post.put(1)
    begin = local_post.world.clock()
    for pause in (*PAUSES, timedelta()):
        local_post.smtp.refusals.append("451 not now")
        local_post.deliver()
        local_post.world.clock.now += pause
    (mail,) = local_post.mails()
    assert (mail.state, mail.attempts) == (MailState.FAILED, len(PAUSES) + 1)
    assert local_post.world.clock() - begin >= timedelta(hours=24)


def test_no_server_at_all_costs_no_mail_a_try(post: Post) -> None:
    post.put(2)
    use_server(post.world, free_port())
    assert post.deliver() == 0
    assert [(mail.state, mail.attempts) for mail in post.mails()] == [(MailState.WAITING, 0)] * 2
    assert "ConnectionRefusedError" in (post.mails()[0].last_error or "")


def test_without_a_mail_server_nothing_is_touched(local_post: Post) -> None:
    parts = local_post.world.runtime
    parts.settings = replace(parts.settings, mail_server=None)
    local_post.put(1)
    assert local_post.deliver() == 0
    assert [(mail.state, mail.last_error) for mail in local_post.mails()] == [(MailState.WAITING, None)]


@pytest.fixture
def silent_server() -> Iterator[int]:
    """A server that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_hanging_server_does_not_hang_us(
    local_post: Post, silent_server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "PATIENCE", 0.2)
    local_post.put(2)
    use_server(local_post.world, silent_server)
    begin = time.monotonic()
    assert local_post.deliver() == 0
    assert time.monotonic() - begin < 5
    assert [(mail.state, mail.attempts) for mail in local_post.mails()] == [(MailState.WAITING, 0)] * 2


def test_a_server_that_dies_in_the_middle_loses_nothing_and_gets_nothing_twice(local_post: Post) -> None:
    local_post.put(6)
    with RawSmtpServer(lambda number, _letter: number != 4) as server:
        use_server(local_post.world, server.port)
        assert local_post.deliver() == 5, "all but the one in hand, over a new connection"
        local_post.world.clock.now += PAUSES[0]
        assert local_post.deliver() == 1
    wanted = {message_id(mail.id, "https://market.example") for mail in local_post.mails()}
    assert sorted(server.accepted) == sorted(wanted)


def test_a_refused_sender_is_an_outage_not_the_mails_fault(local_post: Post) -> None:
    local_post.put(1)
    local_post.world.app.config["MAIL_DEFAULT_SENDER"] = "x" * 5000 + "@sample.example"
    assert local_post.deliver() == 0
    assert [(mail.state, mail.attempts) for mail in local_post.mails()] == [(MailState.WAITING, 0)]


def test_an_address_that_cannot_be_written_stops_nobody_else(local_post: Post) -> None:
    local_post.put(3)
    with local_post.world.uow() as uow:
        uow.session.scalars(select(OutboxMail).limit(1)).one().to_address = "名@sample.example"
    assert local_post.deliver() == 2
    assert sorted(local_post.states()) == [MailState.FAILED, MailState.SENT, MailState.SENT]


@pytest.mark.parametrize(
    "wish",
    [{"mail_use_tls": True}, {"mail_username": "who", "mail_password": "secret"}, {"mail_use_ssl": True}],
)
def test_what_the_server_cannot_protect_does_not_leave(local_post: Post, wish: dict[str, Any]) -> None:
    parts = local_post.world.runtime
    transport.install(local_post.world.app, replace(parts.settings, **wish))
    local_post.put(1)
    assert local_post.deliver() == 0
    assert local_post.smtp.received == []
    assert [(mail.state, mail.attempts) for mail in local_post.mails()] == [(MailState.WAITING, 0)]


def test_two_claimers_never_get_the_same_mail(post: Post) -> None:
    post.put(300)
    first, second = claim(post.shift()), claim(post.shift())
    ids = [mail.id for batch in (first, second) for mail in batch.mails]
    assert (len(first.mails), len(second.mails), len(set(ids))) == (200, 100, 300)


def test_competing_claimers_share_the_mails(post: Post) -> None:
    post.put(1000)
    taken: list[list[int]] = []

    def take() -> None:
        while mails := claim(post.shift()).mails:
            taken.append([mail.id for mail in mails])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [key for batch in taken for key in batch]
    assert (len(ids), len(set(ids))) == (1000, 1000)


def test_a_claim_whose_owner_died_is_taken_over(local_post: Post) -> None:
    local_post.put(1)
    claim(local_post.shift())
    assert local_post.deliver() == 0, "still somebody's"
    local_post.world.clock.forward(seconds=31)
    assert local_post.deliver() == 1


def test_the_slow_finisher_does_not_overwrite_the_new_claim(local_post: Post) -> None:
    local_post.put(1)
    slow = claim(local_post.shift())
    local_post.world.clock.forward(seconds=31)
    quick = claim(local_post.shift())
    settle(local_post.shift(), slow, slow.mails[0], Result(Answer.NEVER, "550 gone"))
    settle(local_post.shift(), slow, slow.mails[0], Result(Answer.SENT))
    (mail,) = local_post.mails()
    assert (mail.state, mail.claim) == (MailState.SENDING, quick.tag)


def test_who_may_not_continue_stops_between_two_mails_and_gives_the_rest_back(local_post: Post) -> None:
    local_post.put(5)
    answers = iter([True, True, True, False])
    assert deliver_due(local_post.shift(lambda: next(answers, False))) == 2
    assert sorted(local_post.states()) == [MailState.SENT] * 2 + [MailState.WAITING] * 3


def test_a_one_time_link_is_forgotten_once_it_has_left(post: Post) -> None:
    post.put(1, is_secret=True)
    assert post.mails()[0].text_body
    post.deliver()
    assert "您好" in post.smtp.received[0].message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (mail,) = post.mails()
    assert (mail.text_body, mail.html_body) == ("", "")


def test_several_batches_go_out_in_one_round_each_mail_once(post: Post) -> None:
    post.put(120)
    with RawSmtpServer(lambda _number, _letter: True) as server:
        use_server(post.world, server.port)
        assert post.deliver() == 120
    assert len(set(server.accepted)) == 120
