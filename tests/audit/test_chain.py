"""The trail is a chain: nothing can be changed or taken away unseen, and the auditors hold its end of every day."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Executable, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.audit import chain
from marketplace.audit.chain import Fault, Finding, chain_key, head, is_waiting, verify
from marketplace.audit.models import AuditRow, TrailAnchor, TrailInspection, TrailLink
from marketplace.audit.operations import record
from marketplace.audit.seals import close_seal
from marketplace.notifications import trail_keeping
from marketplace.notifications.models import OutboxMail
from marketplace.notifications.worker import Worker
from marketplace.schedule import JOBS
from tests.support.world import World

PASSING = re.compile(r"[0-9a-f]{64}|\d{4}年\d+月\d+日|\d\d:\d\d|value=\"\S+\"|20\d\d-\d\d-\d\d")
"""What differs from one day to the next: fingerprints, times, tokens."""
JOB = tuple(job for job in JOBS if job.name == "keep-trail")


def keep(world: World) -> None:
    """The worker's round."""
    done = Worker(world.app, JOB).run_once()
    assert done is not None
    assert done["keep-trail"] is not None


def note(world: World, reason: str, seal: str | None = None) -> None:
    with world.uow("officer") as uow:
        if seal:
            close_seal(uow.session, seal)
        record(
            uow, action="TopicDrafted", label="起草榜题", subject_kind="topic", subject_id=3, reason=reason,
            details={"number": 1.5, "sections": ["目标", "b"], "count": 3}, seal_key=seal,
        )  # fmt: skip


def filled(world: World, rows: int = 6) -> None:
    for number in range(rows):
        note(world, f"理由 {number}")
    keep(world)


def found(world: World) -> Finding | None:
    with world.reading() as session:
        return verify(session, chain_key(world.runtime.settings), portion=2)


def digest(world: World) -> str:
    with world.reading() as session:
        return head(session).digest


@contextmanager
def tampering(world: World) -> Iterator[Connection]:
    """Somebody at the database itself, for whom neither keys between tables nor guards count."""
    with world.engine.connect() as connection:
        if world.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for guard in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_row_keeps_{guard}")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
        connection.commit()
        if world.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        else:
            connection.execute(text("SET session_replication_role = DEFAULT"))


def row_id(world: World, reason: str) -> int:
    with world.reading() as session:
        return session.scalars(select(AuditRow.id).where(AuditRow.reason == reason)).one()


@pytest.mark.parametrize("change", [update(AuditRow).values(reason="别的理由"), delete(AuditRow)])
def test_the_database_itself_refuses_to_change_a_row(world: World, change: Executable) -> None:
    """Whatever statement a later version of the program may make."""
    note(world, "理由")
    with world.reading() as session:
        before = session.scalars(select(AuditRow.reason)).all()
    with pytest.raises(DBAPIError, match="never changed"), world.uow() as uow:
        uow.session.execute(change)
    with world.reading() as session:
        assert session.scalars(select(AuditRow.reason)).all() == before


def test_every_row_is_linked_once_and_in_order(world: World) -> None:
    filled(world)
    keep(world)
    with world.reading() as session:
        rows = session.scalars(select(AuditRow.id).order_by(AuditRow.id)).all()
        links = session.execute(
            select(TrailLink.position, TrailLink.row_id).order_by(TrailLink.position)
        ).all()
        assert not is_waiting(session)
    assert [tuple(link) for link in links] == list(enumerate(rows, start=1))
    assert found(world) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("reason", "别的理由"), ("action", "TopicReturned"), ("person_name", "别人"), ("subject_id", 4),
        ("details", {"number": 2.5, "sections": ["目标", "b"], "count": 3}), ("seal_key", "topic:1"),
        ("outcome", "refused"), ("address", "10.0.0.1"),
    ],
)  # fmt: skip
def test_a_changed_row_is_found(sqlite_world: World, column: str, value: object) -> None:
    filled(sqlite_world)
    changed = row_id(sqlite_world, "理由 2")
    with tampering(sqlite_world) as connection:
        connection.execute(update(AuditRow).where(AuditRow.id == changed).values({column: value}))
    assert found(sqlite_world) == Finding(Fault.CHANGED, changed)


def test_a_changed_time_is_found_on_either_database(world: World) -> None:
    filled(world)
    changed = row_id(world, "理由 4")
    with tampering(world) as connection:
        moved = world.clock() + timedelta(microseconds=1)
        connection.execute(update(AuditRow).where(AuditRow.id == changed).values(at=moved))
    assert found(world) == Finding(Fault.CHANGED, changed)


def test_a_row_that_was_taken_away_is_found(world: World) -> None:
    filled(world)
    removed = row_id(world, "理由 1")
    with tampering(world) as connection:
        connection.execute(delete(AuditRow).where(AuditRow.id == removed))
    assert found(world) == Finding(Fault.MISSING, removed)


def test_a_row_taken_away_with_its_link_is_found(sqlite_world: World) -> None:
    filled(sqlite_world)
    removed = row_id(sqlite_world, "理由 1")
    after = row_id(sqlite_world, "理由 2")
    with tampering(sqlite_world) as connection:
        connection.execute(delete(TrailLink).where(TrailLink.row_id == removed))
        connection.execute(delete(AuditRow).where(AuditRow.id == removed))
    assert found(sqlite_world) == Finding(Fault.MISSING, after)


def test_who_makes_the_links_anew_still_contradicts_the_anchor(sqlite_world: World) -> None:
    """Even with the key: the day's end of the chain is on record, and in the auditors' mail."""
    filled(sqlite_world)
    mailed = digest(sqlite_world)
    changed = row_id(sqlite_world, "理由 3")
    with tampering(sqlite_world) as connection:
        connection.execute(delete(TrailLink))
        connection.execute(update(AuditRow).where(AuditRow.id == changed).values(reason="别的理由"))
    keep(sqlite_world)
    assert found(sqlite_world) == Finding(Fault.ANCHOR)
    with tampering(sqlite_world) as connection:
        connection.execute(delete(TrailAnchor))
    assert found(sqlite_world) is None
    page = sqlite_world.browser("auditor").get(f"/audit/chain?digest={mailed}").text
    assert "这一指纹不在审计链上" in page
    result = sqlite_world.app.test_cli_runner().invoke(args=["audit", "verify", "--anchor", mailed])
    assert (result.exit_code, "not part of the chain" in result.output) == (1, True)


def test_a_row_that_lost_its_link_long_ago_is_found(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(sqlite_world)
    monkeypatch.setattr(chain, "LOOK_BACK", 2)
    last = row_id(sqlite_world, "理由 5")
    with tampering(sqlite_world) as connection:
        connection.execute(delete(TrailLink).where(TrailLink.row_id != last))
        connection.execute(update(TrailLink).values(position=1))
    finding = found(sqlite_world)
    assert finding is not None
    assert finding.fault is Fault.CHANGED
    with tampering(sqlite_world) as connection:
        content = connection.execute(select(*chain.COVERED).where(AuditRow.id == last)).one()
        key = chain_key(sqlite_world.runtime.settings)
        connection.execute(update(TrailLink).values(digest=chain.link_digest(key, "", content)))
    finding = found(sqlite_world)
    assert finding is not None
    assert finding.fault is Fault.UNLINKED


def test_without_the_key_no_link_can_be_made(sqlite_world: World) -> None:
    filled(sqlite_world)
    with sqlite_world.reading() as session:
        assert verify(session, b"another key") is not None


def test_a_row_that_commits_late_is_linked_behind_those_with_greater_numbers(sqlite_world: World) -> None:
    filled(sqlite_world, 2)
    with tampering(sqlite_world) as connection:
        newest = connection.scalar(select(func.max(AuditRow.id))) or 0
        connection.execute(update(AuditRow).where(AuditRow.id == newest).values(id=newest + 50))
        connection.execute(delete(TrailLink).where(TrailLink.row_id == newest))
    keep(sqlite_world)
    with tampering(sqlite_world) as connection:
        values = (
            connection.execute(select(AuditRow.__table__).where(AuditRow.id == newest + 50)).mappings().one()
        )
        connection.execute(AuditRow.__table__.insert().values({**values, "id": newest + 20}))  # type: ignore[attr-defined]
    keep(sqlite_world)
    with sqlite_world.reading() as session:
        order = session.scalars(select(TrailLink.row_id).order_by(TrailLink.position)).all()
        assert not is_waiting(session)
    assert order.index(newest + 50) < order.index(newest + 20)
    assert found(sqlite_world) is None


def test_the_auditors_get_the_end_of_the_chain_once_a_day(world: World) -> None:
    filled(world)
    first = digest_of_day(world)
    keep(world)
    assert mails(world, "trail-anchor") == {
        f"trail-anchor:{day}:{person}" for day in days(world) for person in auditors(world)
    }
    with world.reading() as session:
        letter = session.scalars(select(OutboxMail).where(OutboxMail.kind == "trail_anchor")).first()
    assert letter is not None
    assert first in letter.text_body
    assert letter.seal_key is None
    world.clock.forward(days=1)
    keep(world)
    assert len(days(world)) == 2
    assert digest_of_day(world) != first
    assert found(world) is None


def digest_of_day(world: World) -> str:
    with world.reading() as session:
        return session.scalars(select(TrailAnchor.digest).order_by(TrailAnchor.day.desc())).first() or ""


def days(world: World) -> list[str]:
    with world.reading() as session:
        return [day.isoformat() for day in session.scalars(select(TrailAnchor.day))]


def mails(world: World, begin: str) -> set[str]:
    with world.reading() as session:
        return set(
            session.scalars(
                select(OutboxMail.dedupe_key).where(OutboxMail.dedupe_key.startswith(f"{begin}:"))
            )
        )


def auditors(world: World) -> list[int]:
    return [world.people[key] for key in ("auditor", "auditadmin")]


def test_an_empty_trail_has_nothing_to_anchor(sqlite_world: World) -> None:
    with tampering(sqlite_world) as connection:
        connection.execute(delete(AuditRow))
    keep(sqlite_world)
    assert days(sqlite_world) == []
    assert "还没有存证" in sqlite_world.browser("auditor").get("/audit/chain").text


def test_the_walk_goes_on_where_it_paused_and_then_rests(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_keeping, "WALKED_AT_ONCE", 3)
    filled(sqlite_world, 8)
    state = inspection(sqlite_world)
    assert (state.running, state.position, state.checked_at) == (True, 3, None)
    for _ in range(20):
        keep(sqlite_world)
        if inspection(sqlite_world).checked_at:
            break
    state = inspection(sqlite_world)
    assert (state.running, state.checked_at, state.fault) == (False, sqlite_world.clock(), None)
    assert "全部记录与审计链一致" in sqlite_world.browser("auditor").get("/audit/chain").text
    sqlite_world.clock.forward(minutes=59)
    keep(sqlite_world)
    assert inspection(sqlite_world).checked_at == state.checked_at
    sqlite_world.clock.forward(minutes=1)
    keep(sqlite_world)
    assert inspection(sqlite_world).running


def inspection(world: World) -> TrailInspection:
    with world.reading() as session:
        return session.scalars(select(TrailInspection)).one()


def test_a_finding_is_told_once_to_auditors_and_the_system_administrator(world: World) -> None:
    filled(world)
    with tampering(world) as connection:
        connection.execute(update(AuditRow).where(AuditRow.reason == "理由 0").values(reason="x"))
    for _ in range(3):
        world.clock.forward(hours=1)
        keep(world)
    told = mails(world, "trail-fault")
    assert {int(key.rpartition(":")[2]) for key in told} == {*auditors(world), world.people["sysadmin"]}
    assert len(told) == 3
    page = world.browser("auditor").get("/audit/chain").text
    assert "核验发现问题：有记录的内容被改动" in page
    assert "全部记录与审计链一致" not in page


def test_the_page_answers_for_a_mailed_fingerprint_and_asks_again_for_a_broken_one(
    sqlite_world: World,
) -> None:
    filled(sqlite_world)
    browser = sqlite_world.browser("auditor")
    mailed = digest_of_day(sqlite_world)
    page = browser.get(f"/audit/chain?digest={mailed.upper()}%20")
    assert (page.status_code, "这一指纹在审计链上" in page.text) == (200, True)
    for broken in ("abc", "", "g" * 64, "%00"):
        answer = browser.get(f"/audit/chain?digest={broken}")
        assert answer.status_code in {400, 422}
        assert "指纹在审计链上" not in answer.text
    assert 'value="abc"' in browser.get("/audit/chain?digest=abc").text
    for key in ("officer", "approver", "sysadmin", "secadmin", "hangzhou_head", "expert1"):
        assert sqlite_world.browser(key).get("/audit/chain").status_code == 403


def test_neither_page_nor_mail_nor_command_tells_how_many_rows_there_are(sqlite_world: World) -> None:
    """A bid more or less would show in the number."""
    filled(sqlite_world)
    shown = []
    for seal in (None, "topic:7"):
        if seal:
            for number in range(3):
                note(sqlite_world, f"封存 {number}", seal)
            sqlite_world.clock.forward(days=1)
            keep(sqlite_world)
        page = sqlite_world.browser("auditor").get("/audit/chain").text
        command = sqlite_world.app.test_cli_runner().invoke(args=["audit", "verify"]).output
        with sqlite_world.reading() as session:
            letters = select(OutboxMail.text_body).where(OutboxMail.dedupe_key.like("trail-anchor:%"))
            own = letters.where(OutboxMail.recipient_person_id == sqlite_world.people["auditor"])
            letter = session.scalars(own.order_by(OutboxMail.created_at.desc())).first()
        words = re.sub(r"<tbody>.*</tbody>", "", f"{page}{command}{letter}", flags=re.S)
        shown.append(PASSING.sub("", words))
    assert shown[0] == shown[1]


def test_the_command_names_the_row_that_was_changed_unless_it_is_sealed(sqlite_world: World) -> None:
    note(sqlite_world, "封存", "topic:7")
    filled(sqlite_world)
    runner = sqlite_world.app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify", "--anchor", digest_of_day(sqlite_world)])
    assert (whole.exit_code, "this anchor is part of the chain" in whole.output) == (0, True)
    with tampering(sqlite_world) as connection:
        connection.execute(update(AuditRow).where(AuditRow.reason == "理由 5").values(action="TopicReturned"))
    open_row = runner.invoke(args=["audit", "verify"])
    assert open_row.exit_code == 1
    assert "changed — " in open_row.output
    assert "TopicReturned" in open_row.output
    with tampering(sqlite_world) as connection:
        connection.execute(update(AuditRow).where(AuditRow.reason == "封存").values(action="BidSubmitted"))
    sealed = runner.invoke(args=["audit", "verify"])
    assert sealed.exit_code == 1
    assert "BidSubmitted" not in sealed.output


def test_a_key_of_its_own_outlives_a_new_secret(sqlite_world: World) -> None:
    settings = sqlite_world.runtime.settings
    kept = replace(settings, audit_key=settings.secret_key, secret_key="n" * 40)
    assert chain_key(kept) == chain_key(settings)
    assert chain_key(replace(settings, secret_key="n" * 40)) != chain_key(settings)


def test_a_finding_and_an_anchor_stand_in_the_trail_in_words(sqlite_world: World) -> None:
    filled(sqlite_world)
    with tampering(sqlite_world) as connection:
        connection.execute(update(AuditRow).where(AuditRow.reason == "理由 0").values(reason="x"))
    sqlite_world.clock.forward(hours=1)
    keep(sqlite_world)
    page = sqlite_world.browser("auditor").get("/audit").text
    assert "审计链存证" in page
    assert "审计链核验发现问题" in page
    assert "问题：有记录的内容被改动" in page


def test_portions_of_linking_leave_nothing_behind(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_keeping, "LINKED_AT_ONCE", 2)
    filled(sqlite_world, 7)
    with sqlite_world.reading() as session:
        assert not is_waiting(session)
    assert found(sqlite_world) is None
