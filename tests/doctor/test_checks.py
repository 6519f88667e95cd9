"""A healthy world has no findings; each kind of damage is found by its check."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from marketplace.audit.chain import chain_key
from marketplace.core.canonical import sha256_hex
from marketplace.core.clock import beijing_date
from marketplace.core.database import reading_session
from marketplace.doctor import CHECKS, Context, examine
from marketplace.files.models import Attachment
from marketplace.files.operations import GivenFile, attach
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.organisations.models import Organisation
from marketplace.priority.funding.models import FundingTerms
from marketplace.priority.models import MeetingDecision
from marketplace.reviews.models import Panel, PanelOpinion, Seat
from marketplace.reviews.opinion.operations import finalise_opinion
from tests.reviews.test_opinion import ALONE, ready_panel
from tests.support.funding import confirmed, drafted, terms
from tests.support.projects import accepted_project
from tests.support.rounds import announced, computed, decided, published
from tests.support.world import World


def findings(world: World) -> dict[str, list[str]]:
    """Only the checks that found something."""
    with reading_session(world.engine) as session:
        found = examine(
            Context(session, world.runtime.files, world.clock(), chain_key(world.runtime.settings))
        )
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


def test_changed_bytes_are_found(sqlite_world: World) -> None:
    given = GivenFile("a.txt", io.BytesIO(b"as uploaded"))
    attached = sqlite_world.do("hangzhou_clerk", attach, owner_kind="leaflet", owner_id=1, upload=given)
    assert findings(sqlite_world) == {}
    sqlite_world.runtime.files.path(attached.sha256).write_bytes(b"as altered")
    assert findings(sqlite_world)["stored-files-match-their-hash"] == [f"file {attached.sha256}"]


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


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        ("UPDATE priority_list SET places = places + 1", ["announced-rounds-kept-their-rules"]),
        ("UPDATE snapshot SET reason = '事后改写'", ["numbered-snapshots-compute-again"]),
        ("UPDATE snapshot SET taken_at = '2026-01-01 00:00:00.000000'", ["numbered-snapshots-compute-again"]),
    ],
)
def test_a_round_changed_behind_its_hash_is_found(sqlite_world: World, damage: str, names: list[str]) -> None:
    accepted_project(sqlite_world, "hangzhou", "85")
    published(sqlite_world)
    before = findings(sqlite_world)
    assert before.keys().isdisjoint(names)
    with sqlite_world.engine.begin() as connection:
        connection.exec_driver_sql(damage)
    assert sorted(findings(sqlite_world).keys() - before.keys()) == names


def test_terms_changed_behind_the_announced_hash_are_found(sqlite_world: World) -> None:
    one = drafted(sqlite_world, ())
    confirmed(sqlite_world, one, terms(sqlite_world))
    with sqlite_world.uow() as uow:
        (found,) = uow.session.query(FundingTerms).all()
        found.rules = {**found.rules, "cut_off": "60"}
    assert list(findings(sqlite_world)) == ["funding-terms-match-their-hash"]
    with sqlite_world.uow() as uow:
        (found,) = uow.session.query(FundingTerms).all()
        found.sha256 = sha256_hex(found.rules)
    assert list(findings(sqlite_world)) == ["announced-rounds-kept-their-rules"]


def test_a_topic_that_notes_a_panel_it_does_not_have_is_found(sqlite_world: World) -> None:
    accepted_project(sqlite_world, "hangzhou", "85")
    assert "topics-know-their-panel" not in findings(sqlite_world)
    with sqlite_world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE topic SET convened_at = '2026-01-01 00:00:00.000000'")
    assert "topics-know-their-panel" in findings(sqlite_world)


def test_an_opinion_that_the_head_never_saw_is_found(sqlite_world: World) -> None:
    panel_id = ready_panel(sqlite_world)
    sqlite_world.do("officer", finalise_opinion, (Panel, panel_id), **ALONE)
    names = {"final-opinions-have-the-heads-word", "heads-are-members-of-their-panels"}
    assert not names & set(findings(sqlite_world))
    with sqlite_world.uow() as uow:
        uow.session.query(PanelOpinion).one().confirmation = {"by": "某人", "at": "", "sha256": "0" * 64}
        uow.session.query(Seat).filter_by(heads=True).one().extra = True
    assert names <= set(findings(sqlite_world))


def test_an_opinion_without_its_meeting_is_found_unless_it_is_of_old(sqlite_world: World) -> None:
    world = sqlite_world
    for unit in ("hangzhou", "ningbo", "wenzhou"):
        accepted_project(world, unit, "85")
    key = computed(world, announced(world, places=2))
    decided(world, key)
    ids = select(MeetingDecision.id).order_by(MeetingDecision.id)
    with world.uow() as uow:
        first, *rest = uow.session.scalars(ids).all()
    assert rest
    unnamed = update(MeetingDecision).values(meeting_name=None, meeting_on=None)
    with world.uow() as uow:
        uow.session.execute(unnamed.where(MeetingDecision.id == first))
    assert "meeting-opinions-name-their-meeting" not in findings(world), "of old"
    tomorrow = beijing_date(world.clock()) + timedelta(days=1)
    with world.uow() as uow:
        uow.session.execute(unnamed.where(MeetingDecision.id == rest[0]))
        late = update(MeetingDecision).values(meeting_name="局长办公会（示例）", meeting_on=tomorrow)
        uow.session.execute(late.where(MeetingDecision.id == first))
    assert findings(world)["meeting-opinions-name-their-meeting"] == [
        f"MeetingDecision {rest[0]}", f"MeetingDecision {first}",
    ]  # fmt: skip
