"""``flask outbox`` and ``flask worker``: the same rules as the pages, and no word of what is sealed."""

from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.worker import Worker
from tests.notifications.test_outbox_pages import SEAL, put
from tests.support.world import World


def run(world: World, *words: str) -> Result:
    return world.app.test_cli_runner().invoke(args=list(words))


def state(world: World, mail_id: int) -> tuple[str, Any]:
    with world.reading() as session:
        mail = session.get_one(OutboxMail, mail_id)
        return mail.state, mail.attempts


def test_list_shows_mails_and_filters(world: World) -> None:
    waiting = put(world, "a", "officer")
    failed = put(world, "b", "approver", state=MailState.FAILED)
    every = run(world, "outbox", "list").output
    assert str(waiting) in every
    assert "2026-03-02 09:00:00" in every
    only = run(world, "outbox", "list", "--failed").output
    assert (str(failed) in only, str(waiting) in only) == (True, False)
    assert run(world, "outbox", "list", "--state", "sent").output == ""


def test_show_tells_the_delivery_and_not_the_text(world: World) -> None:
    shown = run(world, "outbox", "show", str(put(world, "a", "officer"))).output
    assert "officer@sample.example" in shown
    assert "这是一封试发邮件" not in shown
    assert run(world, "outbox", "show", "12").exit_code == 1


def test_retry_makes_a_mail_due(world: World) -> None:
    one, two, three = (put(world, key, "officer", state=MailState.FAILED) for key in "abc")
    assert "1 due again" in run(world, "outbox", "retry", str(one)).output
    assert (state(world, one)[0], state(world, two)[0]) == (MailState.WAITING, MailState.FAILED)
    assert "2 due again" in run(world, "outbox", "retry", "--failed").output
    assert state(world, three) == (MailState.WAITING, 0)
    with world.reading() as session:
        names = session.scalars(select(AuditRow.person_name).where(AuditRow.action == "MailRetried")).all()
    assert names == ["系统"] * 3


def test_a_sent_mail_is_not_sent_again(world: World) -> None:
    mail_id = put(world, "a", "officer", state=MailState.SENT)
    result = run(world, "outbox", "retry", str(mail_id))
    assert result.exit_code == 1
    assert "邮件已经寄出" in result.output
    assert state(world, mail_id)[0] == MailState.SENT


def test_retry_wants_one_mail_or_all_failed(world: World) -> None:
    assert run(world, "outbox", "retry").exit_code == 2
    assert run(world, "outbox", "retry", "1", "--failed").exit_code == 2


def test_sealed_mails_are_unknown_to_the_commands(world: World) -> None:
    sealed = put(world, "a", "ningbo_head", SEAL, MailState.FAILED)
    assert run(world, "outbox", "list").output == ""
    unknown = run(world, "outbox", "show", "5").output.replace("5", str(sealed))
    assert run(world, "outbox", "show", str(sealed)).output == unknown
    assert run(world, "outbox", "retry", str(sealed)).exit_code == 1
    assert "0 due again" in run(world, "outbox", "retry", "--failed").output
    assert state(world, sealed)[0] == MailState.FAILED


def test_a_trial_mail_waits_in_the_outbox(world: World) -> None:
    assert run(world, "outbox", "trial", "someone@sample.example", "--language", "en").exit_code == 0
    with world.reading() as session:
        mail = session.scalars(select(OutboxMail)).one()
    assert (mail.to_address, mail.subject, mail.recipient_person_id) == (
        "someone@sample.example",
        "Trial mail",
        None,
    )


@pytest.mark.parametrize("held", [False, True])
def test_worker_once_runs_every_job_unless_another_worker_is_there(sqlite_world: World, held: bool) -> None:
    if held:
        Worker(sqlite_world.app, []).lease.keep()
    result = run(sqlite_world, "worker", "--once")
    assert result.exit_code == int(held)
    assert ("deliver-mail: done" in result.output) == (not held)
