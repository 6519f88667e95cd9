"""Attaching, removing and downloading, with the owner's rule and its seal."""

import io
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.audit.queries import count_visible, visible_rows
from marketplace.audit.seals import close_seal
from marketplace.core.errors import Invalid
from marketplace.files import pace
from marketplace.files.access import DENIED, OWNERS, Access
from marketplace.files.models import Attachment
from marketplace.files.operations import MOST_FILES, GivenFile, attach, change_files, remove
from marketplace.files.queries import attachments_of
from tests.support.samples import pdf
from tests.support.world import World

KIND = "leaflet"


@pytest.fixture(autouse=True)
def _owner_rule() -> Iterator[None]:
    """Leaflets are read by the clerk of Hangzhou; leaflet 2 lies under a seal."""
    OWNERS[KIND] = lambda _session, actor, owner_id, _now: (
        Access(True, "secret" if owner_id == 2 else None)
        if actor.organisation_name.startswith("杭州")
        else DENIED
    )
    yield
    del OWNERS[KIND]


def given(name: str = "方案.pdf", content: bytes | None = None) -> GivenFile:
    return GivenFile(name, io.BytesIO(pdf() if content is None else content))


def put(world: World, owner_id: int = 1, seal_key: str | None = None) -> Attachment:
    made: Attachment = world.do(
        "hangzhou_clerk", attach, owner_kind=KIND, owner_id=owner_id, upload=given(), seal_key=seal_key
    )
    return made


def address(attachment: Attachment) -> str:
    return f"/files/{attachment.id}/{quote(attachment.name)}"


def test_what_was_attached_comes_back_byte_by_byte(world: World) -> None:
    attachment = put(world)
    response = world.browser("hangzhou_clerk").get(address(attachment), buffered=True)
    assert response.data == pdf()
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert quote("方案.pdf") in response.headers["Content-Disposition"]
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.content_type == "application/pdf"


def test_others_get_what_one_gets_for_a_file_that_does_not_exist(sqlite_world: World) -> None:
    attachment = put(sqlite_world)
    for key in ("ningbo_clerk", "officer", "sysadmin", "auditor", "expert1"):
        browser = sqlite_world.browser(key)
        refused, absent = browser.get(address(attachment)), browser.get("/files/12345/x.pdf")
        assert refused.status_code == absent.status_code == 404
        assert "方案" not in refused.text.replace(quote("方案"), "")


def test_a_kind_without_rule_is_closed(sqlite_world: World) -> None:
    attachment = put(sqlite_world)
    rule = OWNERS.pop(KIND)
    assert sqlite_world.browser("hangzhou_clerk").get(address(attachment)).status_code == 404
    OWNERS[KIND] = rule


def test_every_download_leaves_an_audit_row_under_the_owners_seal(world: World) -> None:
    with world.uow() as uow:
        close_seal(uow.session, "secret")
    open_file, sealed_file = put(world), put(world, 2, "secret")
    with world.reading() as session:
        before = count_visible(session)
    browser = world.browser("hangzhou_clerk")
    browser.get(address(open_file), buffered=True)
    browser.get(address(sealed_file), buffered=True)
    with world.reading() as session:
        assert count_visible(session) == before + 1
        newest = session.scalars(visible_rows()).first()
        assert newest is not None
        assert newest.details == {"what": "方案.pdf"}
        sealed = session.scalars(select(AuditRow).where(AuditRow.seal_key == "secret")).all()
        assert [row.action for row in sealed] == ["FileAttached", "export"]


def test_a_refused_file_names_itself_and_the_reason(sqlite_world: World) -> None:
    with pytest.raises(Invalid) as refused:
        sqlite_world.do(
            "hangzhou_clerk",
            attach,
            owner_kind=KIND,
            owner_id=1,
            upload=given("假.pdf", b"MZ..."),
            field="proof",
        )
    message, params = refused.value.problems["proof"]
    assert "不符" in message
    assert params["file"] == "假.pdf"


def test_too_large_and_too_many_are_refused(sqlite_world: World) -> None:
    big = given(content=pdf() + bytes(20 * 1024 * 1024))
    with pytest.raises(Invalid, match="内容"):
        sqlite_world.do("hangzhou_clerk", attach, owner_kind=KIND, owner_id=1, upload=big)
    uploads = [given(f"{n}.pdf") for n in range(MOST_FILES + 1)]
    with pytest.raises(Invalid):
        sqlite_world.do("hangzhou_clerk", change_files, owner_kind=KIND, owner_id=1, uploads=uploads)
    with sqlite_world.reading() as session:
        assert attachments_of(session, KIND, [1]) == {1: []}


def test_uploads_of_an_hour_are_bounded(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_AN_HOUR", 3)

    def bring(key: str, *names: str) -> None:
        uploads = [given(name) for name in names]
        sqlite_world.do(key, change_files, owner_kind=KIND, owner_id=1, uploads=uploads, seal_key="secret")

    bring("hangzhou_clerk", "1.pdf", "2.pdf")
    with pytest.raises(Invalid):
        bring("hangzhou_clerk", "3.pdf", "4.pdf")
    bring("hangzhou_clerk", "3.pdf")
    bring("ningbo_clerk", "another's.pdf")
    sqlite_world.clock.forward(hours=1)
    bring("hangzhou_clerk", "4.pdf")


def test_missing_bytes_are_told_plainly_and_are_no_download(sqlite_world: World) -> None:
    attachment = put(sqlite_world)
    sqlite_world.runtime.files.remove(attachment.sha256)
    answer = sqlite_world.browser("hangzhou_clerk").get(address(attachment))
    assert answer.status_code == 404
    assert "附件的内容暂时无法读取" in answer.text
    with sqlite_world.reading() as session:
        assert session.scalars(select(AuditRow).where(AuditRow.action == "export")).all() == []


def test_dropping_touches_only_the_owners_own_files(sqlite_world: World) -> None:
    mine, other = put(sqlite_world, 1), put(sqlite_world, 2)
    sqlite_world.do(
        "hangzhou_clerk", change_files, owner_kind=KIND, owner_id=1, uploads=[given("新.pdf")],
        drop=[mine.id, other.id],
    )  # fmt: skip
    with sqlite_world.reading() as session, sqlite_world.statements() as seen:
        found = attachments_of(session, KIND, [1, 2])
    assert [a.name for a in found[1]] == ["新.pdf"]
    assert [a.id for a in found[2]] == [other.id]
    assert len(seen) == 1


def test_a_removed_file_keeps_its_bytes(sqlite_world: World) -> None:
    attachment = put(sqlite_world)
    sqlite_world.do("hangzhou_clerk", remove, (Attachment, attachment.id))
    with sqlite_world.reading() as session:
        assert attachments_of(session, KIND, [1]) == {1: []}
    assert sqlite_world.runtime.files.exists(attachment.sha256)
