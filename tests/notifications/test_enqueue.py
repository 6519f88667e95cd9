"""A mail is a row of the transaction that decided it, once for each key, in the recipient's language."""

import time
from typing import Any

import pytest
from jinja2 import DictLoader, UndefinedError
from sqlalchemy import func, select

from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.notifications.rendering import compose, environment, paragraphs
from tests.support.world import World

CHINESE = Recipient(1, "张<b>三</b>（示例）", "zhang@sample.example", "zh_Hans_CN")
ENGLISH = Recipient(2, "Li Si", "li@sample.example", "en")


def put(world: World, *recipients: Recipient, key: str = "trial:1", **more: Any) -> int:
    with world.uow() as uow:
        return enqueue(uow, kind="trial", dedupe_key=key, recipients=recipients, context={}, **more)


def put_and_fail(world: World) -> None:
    with world.uow() as uow:
        enqueue(uow, kind="trial", dedupe_key="trial:1", recipients=[CHINESE], context={})
        raise ZeroDivisionError


def mails(world: World) -> list[OutboxMail]:
    with world.reading() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.to_address)))


def test_each_recipient_gets_one_mail_in_her_language(world: World) -> None:
    assert put(world, CHINESE, ENGLISH) == 2
    english, chinese = mails(world)
    assert (english.subject, chinese.subject) == ("Trial mail", "试发邮件")
    assert english.text_body.startswith("Dear Li Si,\n\n")
    assert "http://127.0.0.1:5000/\n" in english.text_body
    assert chinese.text_body.startswith("张<b>三</b>（示例），您好：")
    assert "张&lt;b&gt;三&lt;/b&gt;（示例），您好：" in chinese.html_body
    assert (english.state, english.attempts, english.next_at) == (MailState.WAITING, 0, world.clock())


def test_the_same_key_makes_no_second_mail(world: World) -> None:
    assert put(world, CHINESE) == 1
    assert put(world, CHINESE, ENGLISH) == 1
    assert put(world, CHINESE, key="trial:2") == 1
    assert [mail.to_address for mail in mails(world)] == ["li@sample.example", *["zhang@sample.example"] * 2]


def test_a_rolled_back_transaction_leaves_no_mail(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        put_and_fail(world)
    assert mails(world) == []


def test_a_thousand_mails_enqueue_in_two_seconds(world: World) -> None:
    many = [
        Recipient(n, f"收件人{n}", f"p{n}@sample.example", ("en", "zh_Hans_CN")[n % 2]) for n in range(1000)
    ]
    begin = time.perf_counter()
    assert put(world, *many) == 1000
    assert time.perf_counter() - begin < 2
    with world.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 1000


def test_only_an_address_of_this_site_alone_is_a_link() -> None:
    text = (
        "看 http://here/a\n\nhttp://here/a\n\nhttp://evil.example/\nhttp://here.evil/\n\nhttp://here.evil/\n"
    )
    found = paragraphs(text, "http://here")
    assert [(block.is_link, len(block.lines)) for block in found] == [
        (False, 1),
        (True, 1),
        (False, 2),
        (False, 1),
    ]


def test_what_people_typed_cannot_leave_its_place() -> None:
    env = environment("zh_Hans_CN")
    html = env.get_template("layout.html").render(
        subject="<script>", greeting="g", blocks=paragraphs("<img src=x onerror=1>", "http://here")
    )
    assert "<script>" not in html
    assert "<img" not in html


def test_a_missing_value_stops_the_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    env = environment("en").overlay()
    env.loader = DictLoader({"broken.txt": "{{ nothing }}\n\nbody\n"})
    monkeypatch.setattr("marketplace.notifications.rendering.environment", lambda _locale: env)
    with pytest.raises(UndefinedError):
        compose("broken", {}, "en", "http://here")


def test_an_unknown_language_falls_back_to_chinese() -> None:
    assert compose("trial", {}, "en", "http://here").subject == "Trial mail"
    assert compose("trial", {}, "unknown", "http://here").subject == "试发邮件"
