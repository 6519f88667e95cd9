"""Until the opening a bid leaves no trace for anybody outside its unit: two worlds that differ only in a sealed bid
answer every address, for every part of the cast, with the same bytes."""

import io
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from marketplace.bids.models import Bid
from marketplace.bids.partners import ask_partners, drop_partner, refuse_consent
from marketplace.files.models import Attachment
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Organisation
from marketplace.sample.cast import CAST
from marketplace.topics.models import ChallengeList, Topic
from tests.bids.test_operations import receipts
from tests.support.bidding import draft_bid, pass_deadline, submitted_bid
from tests.support.samples import pdf
from tests.support.world import Browser, World, build_world
from tests.topics.content import published_topic

CANARY = "金丝雀暗语"
OWNERS = {"hangzhou_clerk", "hangzhou_head"}
VARIES = (
    (re.compile(r'(name="csrf_token"[^>]*value=|data-csrf[^=]*=)"[^"]*"'), r'\1""'),
    (re.compile(r"\b[0-9a-f]{16}\b"), ""),
)
"""What differs between any two answers: the token of the form, the random name of a request."""


@dataclass
class Twins:
    """Two worlds that were one until the bid came."""

    empty: World
    sealed: World
    topic_id: int
    addresses: dict[str, str | int]


def copy(world: World, folder: Path) -> World:
    """The same program on a copy of the database."""
    folder.mkdir()
    with sqlite3.connect(world.engine.url.database) as source, sqlite3.connect(folder / "test.db") as target:
        source.backup(target)
    source.close()
    target.close()
    made = build_world(f"sqlite:///{folder / 'test.db'}", folder, demo=True)
    made.people, made.tokens, made.clock.now = world.people, dict(world.tokens), world.clock.now
    return made


@pytest.fixture(scope="module")
def twins(
    sqlite_template: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Twins]:
    """Both worlds after the owner has drafted, uploaded, submitted, downloaded and been refused in one of them."""
    folder = tmp_path_factory.mktemp("twins")
    shutil.copy(sqlite_template[0], folder / "test.db")
    base = build_world(f"sqlite:///{folder / 'test.db'}", folder)
    base.people = dict(sqlite_template[1])
    topic_id = published_topic(base)
    for part in CAST:
        base.token(part.key)
    empty, sealed = copy(base, folder / "empty"), copy(base, folder / "sealed")
    yield Twins(empty, sealed, topic_id, _bid_in_secret(sealed, topic_id))
    for world in (base, empty, sealed):
        world.engine.dispose()


def _bid_in_secret(world: World, topic_id: int) -> dict[str, str | int]:
    with world.reading() as session:
        units = {code: key for code, key in session.execute(select(Organisation.code, Organisation.id))}
    bid_id = submitted_bid(
        world, topic_id, word=CANARY, file=(f"{CANARY}.pdf", pdf(CANARY)),
        partners=(units["330300"], units["P-C1"]),
    )  # fmt: skip
    _other_joint_bids(world, topic_id, units)
    browser = world.browser("wenzhou_clerk")
    browser.get(f"/bids/{bid_id}")
    assert browser.post(f"/bids/{bid_id}/consent", {"confirmed": "y", "terms": CANARY}).status_code == 403
    addresses = _addresses(world, bid_id)
    clerk = world.browser("hangzhou_clerk")
    clerk.get(f"/files/{addresses['attachment_id']}/{quote(str(addresses['name']))}", buffered=True)
    clerk.get(f"/bids/{bid_id}")
    _refused_upload(world, topic_id)
    assert clerk.post(f"/bids/{bid_id}/withdraw", {"opinion": CANARY}).status_code == 403
    return addresses


def _refused_upload(world: World, topic_id: int) -> None:
    """A form with a good and a bad file, then without the good one: what was kept comes and goes unseen."""
    bid_id = draft_bid(world, topic_id, "jiaxing", CANARY)
    with world.reading() as session:
        version = session.get_one(Bid, bid_id).version
    clerk, url = world.browser("jiaxing_clerk"), f"/bids/{bid_id}/edit/pledge"
    clerk.get(url)
    sent = {"pledged": "y", "version": str(version)}
    chosen = [(io.BytesIO(pdf(CANARY)), f"{CANARY}.pdf"), (io.BytesIO(b"MZ"), "x.pdf")]
    answer = clerk.post(url, {**sent, "files": chosen}, content_type="multipart/form-data")
    assert answer.status_code == 422
    (kept,) = re.findall(r'name="files-pending" value="(\d+)"', answer.text)
    assert clerk.post(url, {**sent, "files-pending": kept, "files-drop": kept}).status_code == 302


def _other_joint_bids(world: World, topic_id: int, units: dict[str, int]) -> None:
    """A partner that was named and not yet asked, one that refused, one that was dropped."""
    draft_bid(world, topic_id, "huzhou", CANARY, partners=(units["330200"],))
    refused = draft_bid(world, topic_id, "quzhou", CANARY, partners=(units["330400"],))
    world.do("quzhou_clerk", ask_partners, (Bid, refused))
    world.do("jiaxing_head", refuse_consent, (Bid, refused), CANARY)
    dropped = draft_bid(world, topic_id, "shaoxing", CANARY, partners=(units["330000-U2"],))
    world.do("shaoxing_clerk", ask_partners, (Bid, dropped))
    world.do("shaoxing_clerk", drop_partner, (Bid, dropped), units["330000-U2"])


def _addresses(world: World, bid_id: int) -> dict[str, str | int]:
    """What stands in addresses: the sealed things themselves wherever there are any."""
    with world.reading() as session:
        bid = session.get_one(Bid, bid_id)
        topic = session.get_one(Topic, bid.topic_id)
        own = Attachment.owner_id == bid_id, Attachment.purpose == ""
        file = session.scalars(select(Attachment).where(*own)).one()
        mail = session.scalars(select(OutboxMail.id).where(OutboxMail.kind == "bid_receipt")).first()
        return {
            "bid_id": bid_id, "topic_id": topic.id, "list_id": topic.list_id, "attachment_id": file.id,
            "name": file.name, "receipt_id": receipts(world, bid_id)[0].id, "mail_id": mail or 0, "section": "plan",
            "code": topic.code,
            "list_code": session.get_one(ChallengeList, topic.list_id).code, "subject_id": bid_id,
        }  # fmt: skip


def urls(twins: Twins) -> list[str]:
    """Every address that can be asked for, and some questions."""
    app = twins.sealed.app
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "static"
    ]
    found = [_fill(rule, twins.addresses) for rule in rules if rule.endpoint != "web.set_language"]
    words = [CANARY, "杭州", str(twins.addresses["code"])]
    found += [f"/search?q={quote(word)}" for word in words]
    found += [f"/audit?{field}={quote(word)}" for field in ("q", "words", "who") for word in words]
    return sorted(found)


def _fill(rule: Rule, addresses: dict[str, str | int]) -> str:
    def value(match: re.Match[str]) -> str:
        converter, name = match.group(1), match.group(2)
        known = (
            addresses["list_code"] if rule.rule.startswith(("/rules", "/lists")) and name == "code" else None
        )
        return quote(str(known or addresses.get(name, 1 if converter else "x")))

    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", value, rule.rule)


def answer(browser: Browser, url: str) -> tuple[int, str, str]:
    """Status, place and body, without what differs between any two answers."""
    response = browser.get(url, buffered=True)
    body = text_of(response.data)
    for pattern, plain in VARIES:
        body = pattern.sub(plain, body)
    return response.status_code, response.headers.get("Location", ""), body


def text_of(content: bytes) -> str:
    """The body; of a workbook its sheets (the file also tells when it was made)."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in sorted(book.namelist()) if name.startswith("xl/"))


VIEWERS = [
    None, "officer", "approver", "auditor", "sysadmin", "secadmin", "auditadmin", "ningbo_clerk", "ningbo_head",
    "anji_clerk", "canteen_head", "expert1", "expert8", "recused_expert",
]  # fmt: skip
"""A visitor and one of each part: a partner named and not asked, other units of each level, experts of each kind."""


def test_the_viewers_stand_for_the_whole_cast() -> None:
    parts = {part.key: (frozenset(role for _, role in part.posts)) for part in CAST if part.key not in OWNERS}
    assert {parts[key] for key in VIEWERS if key} == set(parts.values())


@pytest.mark.parametrize("key", VIEWERS)
def test_a_sealed_bid_changes_no_answer(twins: Twins, key: str | None) -> None:
    asked = urls(twins)
    assert len(asked) > 40
    sealed, empty = twins.sealed.browser(key), twins.empty.browser(key)
    for url in asked:
        with_bid, without = answer(sealed, url), answer(empty, url)
        assert CANARY not in with_bid[2] or quote(CANARY) in url, url
        assert with_bid == without, url


def test_the_crawl_would_notice_an_opened_bid(twins: Twins, tmp_path: Path) -> None:
    opened = copy(twins.sealed, tmp_path / "opened")
    pass_deadline(opened, twins.topic_id)
    assert CANARY in answer(opened.browser("officer"), f"/bids/{twins.addresses['bid_id']}")[2]
    for key, url in (("officer", f"/manage/topics/{twins.topic_id}/bids"), ("auditor", "/audit")):
        assert answer(opened.browser(key), url) != answer(twins.empty.browser(key), url)
    opened.engine.dispose()


@pytest.mark.parametrize("command", [["audit", "list"], ["outbox", "list"]])
def test_the_command_line_tells_nothing(twins: Twins, command: list[str]) -> None:
    runs = [world.app.test_cli_runner().invoke(args=command) for world in (twins.sealed, twins.empty)]
    assert [run.exit_code for run in runs] == [0, 0]
    assert CANARY not in runs[0].output
    assert runs[0].output == runs[1].output


def test_a_sealed_mail_cannot_be_shown_by_its_number(twins: Twins) -> None:
    number = str(twins.addresses["mail_id"])
    shown = twins.sealed.app.test_cli_runner().invoke(args=["outbox", "show", number])
    assert CANARY not in shown.output
    assert "回执" not in shown.output
