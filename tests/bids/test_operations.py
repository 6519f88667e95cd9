"""From a draft to the receipt, to withdrawal and to a second receipt, on both databases."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from marketplace.bids.content import BudgetLine, Indicator, Source, digest
from marketplace.bids.models import Bid, Receipt
from marketplace.bids.operations import (
    return_bid,
    revise_bid,
    save_bid,
    send_to_head,
    start_bid,
    submit_bid,
    withdraw_bid,
)
from marketplace.bids.partners import PartnerTerms, set_partners
from marketplace.core.errors import Invalid, MarketplaceError, Refused, StaleVersion
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Organisation
from marketplace.topics.models import Topic
from tests.support.bidding import (
    bid_of,
    complete_bid,
    content_of_bid,
    draft_bid,
    partners_agree,
    submit,
    submitted_bid,
)
from tests.support.samples import pdf
from tests.support.world import World
from tests.topics.content import published_topic


def organisation(world: World, code: str) -> int:
    with world.reading() as session:
        return session.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def deadline(world: World, topic_id: int) -> Any:
    with world.reading() as session:
        return session.get_one(Topic, topic_id).deadline


def receipts(world: World, bid_id: int) -> list[Receipt]:
    with world.reading() as session:
        return list(
            session.scalars(
                select(Receipt).where(Receipt.bid_id == bid_id).order_by(Receipt.submitted_at, Receipt.id)
            )
        )


def mails(world: World, kind: str) -> list[OutboxMail]:
    with world.reading() as session:
        return list(session.scalars(select(OutboxMail).where(OutboxMail.kind == kind)))


def test_starting_twice_comes_back_to_the_same_draft(world: World) -> None:
    topic_id = published_topic(world)
    first = world.do("hangzhou_clerk", start_bid, (Topic, topic_id)).id
    assert world.do("hangzhou_head", start_bid, (Topic, topic_id)).id == first
    assert world.do("ningbo_clerk", start_bid, (Topic, topic_id)).id != first


def test_a_new_draft_holds_what_the_topic_already_says(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = sqlite_world.do("hangzhou_clerk", start_bid, (Topic, topic_id)).id
    content = content_of_bid(sqlite_world, bid_id)
    with sqlite_world.reading() as session:
        topic = session.get_one(Topic, topic_id)
    assert [line.deliverable_key for line in content.indicators] == [d["key"] for d in topic.deliverables]
    assert [line.name for line in content.milestones] == [m["name"] for m in topic.milestones]


def test_the_receipt_says_what_was_submitted_and_when(world: World) -> None:
    topic_id = published_topic(world)
    partner = organisation(world, "P-U1")
    bid_id = draft_bid(world, topic_id, file=("方案.pdf", pdf("x")), partners=(partner,))
    partners_agree(world, bid_id)
    world.clock.forward(hours=1, milliseconds=123.456)
    receipt = submit(world, bid_id)
    bid = bid_of(world, bid_id)
    with world.reading() as session:
        code = session.get_one(Topic, topic_id).code
    assert (bid.state, bid.number, bid.submitted_at) == ("submitted", receipt.number, receipt.submitted_at)
    assert receipt.number.startswith(f"{code}-")
    assert receipt.content_sha256 == digest(receipt.content)
    assert {(file["name"], file.get("purpose")) for file in receipt.content["files"]} == {
        ("方案.pdf", None), ("联合体协议.pdf", "agreement"),
    }  # fmt: skip
    fact = receipt.content["partners"][0]
    assert (fact["organisation_id"], fact["consent"]) == (partner, "by_agreement")
    assert sum(line["weight"] for line in receipt.content["content"]["milestones"]) == 100


def test_the_receipt_goes_to_the_units_own_people_under_the_seal(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = submitted_bid(sqlite_world, topic_id)
    receipt = receipts(sqlite_world, bid_id)[0]
    sent = mails(sqlite_world, "bid_receipt")
    assert {mail.to_address.split("@")[0] for mail in sent} == {"hangzhou.clerk", "hangzhou.head"}
    assert {mail.seal_key for mail in sent} == {f"bid:{bid_id}"}
    for mail in sent:
        assert receipt.number in mail.subject
        assert receipt.content_sha256 in mail.text_body
        assert f"/bids/{bid_id}/receipt/{receipt.id}" in mail.text_body


def test_a_bid_counts_only_before_the_deadline(world: World) -> None:
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id)
    for microseconds in (1, 0):
        world.clock.now = deadline(world, topic_id) + timedelta(microseconds=microseconds)
        with pytest.raises(Refused, match="截止"):
            submit(world, bid_id)
        assert receipts(world, bid_id) == []
    world.clock.now = deadline(world, topic_id) - timedelta(microseconds=1)
    assert submit(world, bid_id).submitted_at == world.clock.now


def test_withdrawing_is_over_at_the_deadline_too(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = submitted_bid(sqlite_world, topic_id)
    sqlite_world.clock.now = deadline(sqlite_world, topic_id)
    with pytest.raises(Refused, match="截止"):
        sqlite_world.do("hangzhou_head", withdraw_bid, (Bid, bid_id), "理由")


def test_withdrawn_revised_and_submitted_again_keeps_both_receipts(world: World) -> None:
    topic_id = published_topic(world)
    bid_id = submitted_bid(world, topic_id)
    world.clock.forward(minutes=5)
    world.do("hangzhou_head", withdraw_bid, (Bid, bid_id), "补充材料")
    assert (bid_of(world, bid_id).number, bid_of(world, bid_id).submitted_at) == (None, None)
    world.do("hangzhou_clerk", revise_bid, (Bid, bid_id))
    with world.reading() as session:
        changed = complete_bid(session.get_one(Topic, topic_id), "第二稿")
    world.do("hangzhou_clerk", save_bid, (Bid, bid_id), changed)
    world.clock.forward(minutes=5)
    second = submit(world, bid_id)
    first, last = receipts(world, bid_id)
    assert first.withdrawn_at is not None
    assert (last.id, last.withdrawn_at) == (second.id, None)
    assert first.content_sha256 != last.content_sha256
    assert bid_of(world, bid_id).number == last.number
    assert len(mails(world, "bid_withdrawn")) == 2


def test_two_submissions_at_once_give_one_receipt(world: World) -> None:
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id)
    world.token("hangzhou_head")
    gate, outcomes = Barrier(2), []

    def press() -> None:
        gate.wait()
        try:
            submit(world, bid_id)
            outcomes.append("accepted")
        except (MarketplaceError, StaleDataError) as error:
            outcomes.append(type(error).__name__)

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("accepted") == 1, outcomes
    assert len(receipts(world, bid_id)) == 1


def test_the_head_returns_with_a_reason_and_the_clerk_learns_it(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = draft_bid(sqlite_world, topic_id)
    sqlite_world.do("hangzhou_clerk", send_to_head, (Bid, bid_id))
    with pytest.raises(Invalid):
        sqlite_world.do("hangzhou_head", return_bid, (Bid, bid_id), "  ")
    sqlite_world.do("hangzhou_head", return_bid, (Bid, bid_id), "请补充佐证")
    bid = bid_of(sqlite_world, bid_id)
    assert (bid.state, bid.returned_reason) == ("draft", "请补充佐证")
    assert "请补充佐证" in mails(sqlite_world, "bid_returned")[0].text_body


def test_an_incomplete_bid_is_neither_sent_nor_submitted(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = draft_bid(sqlite_world, topic_id, understanding="", pledged=False)
    for key, operation in (("hangzhou_clerk", send_to_head), ("hangzhou_head", submit_bid)):
        with pytest.raises(Invalid) as refused:
            sqlite_world.do(key, operation, (Bid, bid_id))
        assert {name.rpartition(".")[0] for name in refused.value.problems} == {
            "goals.understanding", "pledge.pledged",
        }  # fmt: skip


def test_a_stale_version_is_refused_with_both_texts(world: World) -> None:
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id)
    opened = bid_of(world, bid_id).version
    stored = content_of_bid(world, bid_id)
    world.do("hangzhou_clerk", save_bid, (Bid, bid_id), replace(stored, approach="甲的方案"), opened)
    with pytest.raises(StaleVersion) as stale:
        world.do("hangzhou_head", save_bid, (Bid, bid_id), replace(stored, approach="乙的方案"), opened)
    assert stale.value.theirs == {"工作方案与技术路线": "甲的方案"}
    assert stale.value.yours == {"工作方案与技术路线": "乙的方案"}
    assert content_of_bid(world, bid_id).approach == "甲的方案"


MALFORMED: list[tuple[str, dict[str, Any]]] = [
    ("understanding", {"understanding": "长" * 3001}),
    ("approach", {"approach": "a\x00b"}),
    ("indicators.0.deliverable_key", {"indicators": (Indicator("forged", "x", "", "y", "z"),)}),
    ("budget.0.fen", {"budget": (BudgetLine(Source.OWN, "x", -1),)}),
    ("budget.0.fen", {"budget": (BudgetLine(Source.OWN, "x", 10**15),)}),
    ("budget.0.source", {"budget": (BudgetLine("casino", "x", 1),)}),
    ("indicators", {"indicators": (Indicator(),) * 41}),
]


def test_malformed_drafts_are_not_stored(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    bid_id = draft_bid(sqlite_world, topic_id)
    stored = content_of_bid(sqlite_world, bid_id)
    for where, changes in MALFORMED:
        with pytest.raises(Invalid) as refused:
            sqlite_world.do("hangzhou_clerk", save_bid, (Bid, bid_id), replace(stored, **changes))
        assert where in refused.value.problems
        assert content_of_bid(sqlite_world, bid_id) == stored


def test_partners_are_registered_units_each_once_and_not_the_lead(world: World) -> None:
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id)
    own, company = organisation(world, "330100"), organisation(world, "P-C1")
    for wrong in (
        [(own, "")],
        [(999_999, "")],
        [(company, ""), (company, "")],
        [(company, "长" * 401)],
        [(company, "后勤", -1)],
    ):
        wrong = [PartnerTerms(*terms) for terms in wrong]
        with pytest.raises(Invalid):
            world.do("hangzhou_clerk", set_partners, (Bid, bid_id), wrong)
    before = bid_of(world, bid_id).version
    world.do(
        "hangzhou_clerk",
        set_partners,
        (Bid, bid_id),
        [PartnerTerms(company, "后勤"), PartnerTerms(organisation(world, "P-U1"), "研究")],
    )
    world.do(
        "hangzhou_clerk", set_partners, (Bid, bid_id), [PartnerTerms(organisation(world, "P-U1"), "研究")]
    )
    assert bid_of(world, bid_id).version == before + 2


def test_no_partners_where_the_topic_takes_single_bidders_only(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world, joint_allowed=False)
    bid_id = draft_bid(sqlite_world, topic_id)
    with pytest.raises(Invalid):
        sqlite_world.do(
            "hangzhou_clerk", set_partners, (Bid, bid_id), [PartnerTerms(organisation(sqlite_world, "P-U1"))]
        )


def test_a_unit_at_its_limit_of_running_projects_cannot_submit(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    with sqlite_world.uow() as uow:
        template = uow.session.get_one(Topic, topic_id)
        for number in range(2):
            columns = {c.name: getattr(template, c.name) for c in Topic.__table__.columns if c.name != "id"}
            past = Topic(**{**columns, "code": f"PAST-{number}", "state": "awarded", "version": None})
            uow.session.add(past)
            uow.session.flush()
            uow.session.add(
                Bid(
                    topic_id=past.id, lead_id=organisation(sqlite_world, "330100"), state="awarded",
                    drafted_at=uow.now, saved_at=uow.now,
                )
            )  # fmt: skip
    bid_id = draft_bid(sqlite_world, topic_id)
    with pytest.raises(Refused, match="上限"):
        submit(sqlite_world, bid_id)


def test_one_lead_bid_for_each_unit_and_topic_is_kept_by_the_database(world: World) -> None:
    topic_id = published_topic(world)
    bid = bid_of(world, draft_bid(world, topic_id))

    def insert_another(uow: UnitOfWork) -> None:
        uow.session.add(Bid(topic_id=topic_id, lead_id=bid.lead_id, drafted_at=uow.now, saved_at=uow.now))
        uow.session.flush()

    with pytest.raises(IntegrityError):
        world.do(None, insert_another)
