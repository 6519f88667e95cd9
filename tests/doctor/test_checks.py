"""A healthy world has no findings; each kind of damage is found by its check."""

from datetime import timedelta

import pytest

from marketplace.core.database import reading_session
from marketplace.doctor import CHECKS, Context, examine
from marketplace.files.models import Attachment
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.organisations.models import Organisation
from tests.support.world import World


def findings(world: World) -> dict[str, list[str]]:
    """Only the checks that found something."""
    with reading_session(world.engine) as session:
        found = examine(Context(session, world.runtime.files, world.clock()))
    return {name: rows for name, rows in found.items() if rows}


def test_a_new_world_is_healthy(world: World) -> None:
    assert len(CHECKS) >= 30
    assert findings(world) == {}


def test_an_attachment_without_its_file_is_found(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        uow.session.add(
            Attachment(
                owner_kind="bid", owner_id=1, name="a.pdf", media_type="application/pdf", size=3, sha256="a" * 64,
                uploaded_at=uow.now,
            )
        )  # fmt: skip
    assert list(findings(sqlite_world)) == ["attachments-have-their-file"]


def test_a_file_without_attachment_is_found(sqlite_world: World) -> None:
    path = sqlite_world.runtime.files.path("b" * 64)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"lost")
    assert list(findings(sqlite_world)) == ["files-have-their-attachment"]


def test_a_circle_of_organisations_is_found(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        city = uow.session.query(Organisation).filter_by(code="330100").one()
        county = uow.session.query(Organisation).filter_by(parent_id=city.id).first()
        assert county is not None
        city.parent_id = county.id
    assert "organisations-hang-in-one-tree" in findings(sqlite_world)


@pytest.mark.parametrize(
    ("state", "claim_hours", "name"),
    [
        (MailState.SENT, None, "sent-mails-have-their-time"),
        (MailState.SENDING, -2, "no-claim-outlives-its-time"),
    ],
)
def test_a_stuck_mail_is_found(
    sqlite_world: World, state: MailState, claim_hours: int | None, name: str
) -> None:
    with sqlite_world.uow() as uow:
        until = None if claim_hours is None else uow.now + timedelta(hours=claim_hours)
        uow.session.add(
            OutboxMail(
                dedupe_key="x", kind="x", to_address="a@b.example", subject="x", text_body="x", html_body="x",
                state=state, created_at=uow.now, next_at=uow.now, claim_until=until,
            )
        )  # fmt: skip
    assert list(findings(sqlite_world)) == [name]
