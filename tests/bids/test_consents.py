"""联合揭榜: no joint bid without the word of every partner, on the terms it was shown, and of nobody else."""

import io
from datetime import timedelta
from typing import Any

import pytest

from marketplace.audit.chain import chain_key
from marketplace.bids.consent import Evidence, Standing, fingerprint, standing
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.operations import (
    change_bid_files,
    revise_bid,
    send_to_head,
    withdraw_bid,
)
from marketplace.bids.partners import (
    PartnerTerms,
    ask_partners,
    drop_partner,
    give_consent,
    refuse_consent,
    set_partners,
)
from marketplace.bids.queries import AGREEMENT
from marketplace.bids.reminders import remind_unsubmitted
from marketplace.bids.todos import todos_for
from marketplace.core.errors import Invalid, NotFound, Refused, WrongState
from marketplace.doctor import CHECKS, Context
from marketplace.files.operations import GivenFile
from marketplace.topics.models import Topic
from tests.bids.test_operations import deadline, mails, organisation
from tests.support.bidding import bid_of, draft_bid, pass_deadline, submit, submitted_bid
from tests.support.samples import pdf
from tests.support.world import World
from tests.topics.content import published_topic

NINGBO, HUZHOU, COMPANY = "330200", "330500", "P-C1"


def joint_draft(world: World, *codes: str) -> tuple[int, int]:
    """A draft of Hangzhou with these partners: topic and bid."""
    topic_id = published_topic(world)
    units = tuple(organisation(world, code) for code in codes)
    return topic_id, draft_bid(world, topic_id, partners=units)


def place(world: World, bid_id: int, code: str = NINGBO) -> BidPartner:
    with world.reading() as session:
        bid = session.get_one(Bid, bid_id)
        return next(p for p in bid.partners if p.organisation.code == code)


def ask(world: World, bid_id: int) -> Any:
    return world.do("hangzhou_clerk", ask_partners, (Bid, bid_id))


def agree(world: World, bid_id: int, key: str = "ningbo_head", code: str = NINGBO) -> None:
    world.do(key, give_consent, (Bid, bid_id), place(world, bid_id, code).terms_sha256)


def waits(world: World, key: str) -> list[str]:
    with world.reading() as session:
        return [item.what for item in todos_for(session, world.actor(key), world.clock.now)]


def test_the_word_of_every_partner_opens_the_way(world: World) -> None:
    _, bid_id = joint_draft(world, NINGBO, COMPANY)
    with pytest.raises(Refused, match="还没有请参与单位确认"):
        submit(world, bid_id)
    assert ask(world, bid_id) == 1
    with pytest.raises(Refused, match="参与单位还没有确认"):
        submit(world, bid_id)
    agree(world, bid_id)
    with pytest.raises(Refused, match="联合体协议"):
        submit(world, bid_id)
    agreement = [GivenFile("协议.pdf", io.BytesIO(pdf("x")))]
    world.do("hangzhou_clerk", change_bid_files, (Bid, bid_id), agreement, (), AGREEMENT)
    receipt = submit(world, bid_id)
    facts = receipt.content["partners"]
    assert [fact["consent"] for fact in facts] == ["given", "by_agreement"]
    assert all(len(fact["terms_sha256"]) == 64 and fact["answered_at"] for fact in facts)
    pass_deadline(world, bid_of(world, bid_id).topic_id)
    with world.uow() as uow:
        context = Context(uow.session, uow.files, world.clock.now, chain_key(uow.settings))
        assert list(CHECKS["joint-bids-rest-on-the-word-of-every-partner"](context)) == []


def test_the_receipt_matches_at_the_opening(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    units = organisation(sqlite_world, NINGBO), organisation(sqlite_world, COMPANY)
    submitted_bid(sqlite_world, topic_id, partners=units)
    pass_deadline(sqlite_world, topic_id)
    page = sqlite_world.browser("officer").get(f"/manage/topics/{topic_id}/bids").text
    assert "与回执一致" in page
    assert "与回执不一致" not in page


def test_the_partner_is_asked_by_mail_and_at_its_desk_under_the_seal(sqlite_world: World) -> None:
    world = sqlite_world
    _, bid_id = joint_draft(world, NINGBO)
    assert waits(world, "ningbo_head") == []
    ask(world, bid_id)
    assert waits(world, "ningbo_head") == ["确认是否参与联合揭榜"]
    sent = mails(world, "consent_asked")
    assert {mail.to_address.split("@")[0] for mail in sent} == {"ningbo.clerk", "ningbo.head"}
    assert {mail.seal_key for mail in sent} == {f"bid:{bid_id}"}
    agree(world, bid_id)
    assert waits(world, "ningbo_head") == []
    answer = mails(world, "consent_answered")
    assert {mail.to_address.split("@")[0] for mail in answer} == {"hangzhou.clerk", "hangzhou.head"}
    submit(world, bid_id)
    assert {mail.to_address.split("@")[0] for mail in mails(world, "partner_news")} == {
        "ningbo.clerk", "ningbo.head",
    }  # fmt: skip


def test_changed_terms_void_the_word_and_unchanged_ones_keep_it(sqlite_world: World) -> None:
    world = sqlite_world
    _, bid_id = joint_draft(world, NINGBO)
    ask(world, bid_id)
    agree(world, bid_id)
    unit = organisation(world, NINGBO)
    same = [PartnerTerms(unit, "示例协作"), PartnerTerms(organisation(world, HUZHOU), "试用")]
    world.do("hangzhou_clerk", set_partners, (Bid, bid_id), same)
    assert place(world, bid_id).state == "given"
    world.do("hangzhou_clerk", set_partners, (Bid, bid_id), [PartnerTerms(unit, "示例协作", 100)])
    assert (place(world, bid_id).state, place(world, bid_id).answered_by) == ("unasked", None)
    world.do("hangzhou_head", drop_partner, (Bid, bid_id), unit)
    assert len(submit(world, bid_id).content["partners"]) == 0


def test_the_partner_agrees_to_the_terms_it_was_shown_only(sqlite_world: World) -> None:
    world = sqlite_world
    _, bid_id = joint_draft(world, NINGBO)
    ask(world, bid_id)
    shown = place(world, bid_id).terms_sha256
    unit = organisation(world, NINGBO)
    world.do("hangzhou_clerk", set_partners, (Bid, bid_id), [PartnerTerms(unit, "别的任务")])
    ask(world, bid_id)
    with pytest.raises(WrongState, match="条款已经变动"):
        world.do("ningbo_head", give_consent, (Bid, bid_id), shown)
    assert place(world, bid_id).state == "asked"


def test_a_refusal_stops_the_bid_until_the_partner_is_asked_again_or_dropped(sqlite_world: World) -> None:
    world = sqlite_world
    _, bid_id = joint_draft(world, NINGBO)
    ask(world, bid_id)
    with pytest.raises(Invalid):
        world.do("ningbo_head", refuse_consent, (Bid, bid_id), " ")
    world.do("ningbo_head", refuse_consent, (Bid, bid_id), "人手不足")
    assert "人手不足" in mails(world, "consent_answered")[0].text_body
    with pytest.raises(Refused, match="不同意参与"):
        submit(world, bid_id)
    assert ask(world, bid_id) == 1
    agree(world, bid_id)
    world.do("ningbo_head", refuse_consent, (Bid, bid_id), "再想想")
    world.do("hangzhou_clerk", send_to_head, (Bid, bid_id))
    with pytest.raises(Refused, match="由负责人办理"):
        world.do("hangzhou_clerk", drop_partner, (Bid, bid_id), organisation(world, NINGBO))
    world.do("hangzhou_head", drop_partner, (Bid, bid_id), organisation(world, NINGBO))
    assert {m.to_address.split("@")[0] for m in mails(world, "partner_news")} == {
        "ningbo.clerk",
        "ningbo.head",
    }
    submit(world, bid_id)


def test_five_minutes_before_the_deadline_the_silent_partner_is_dropped(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id, bid_id = joint_draft(world, NINGBO)
    ask(world, bid_id)
    world.do("hangzhou_clerk", send_to_head, (Bid, bid_id))
    world.clock.now = deadline(world, topic_id) - timedelta(minutes=5)
    browser = world.browser("hangzhou_head")
    page = browser.get(f"/bids/{bid_id}/check").text
    assert "参与单位还没有确认" in page
    assert "提交后立即封存" not in page
    unit = organisation(world, NINGBO)
    answer = browser.post(f"/bids/{bid_id}/partners/{unit}/drop", follow_redirects=True)
    assert "提交后立即封存" in answer.text
    version = bid_of(world, bid_id).version
    sent = browser.post(f"/bids/{bid_id}/submit", {"confirmed": "y", "version": str(version)})
    assert sent.status_code == 302
    assert bid_of(world, bid_id).state == "submitted"


def test_withdrawn_and_submitted_again_the_word_stands(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    units = organisation(world, NINGBO), organisation(world, COMPANY)
    bid_id = submitted_bid(world, topic_id, partners=units)
    with pytest.raises(Refused, match="已经提交"):
        world.do("ningbo_head", refuse_consent, (Bid, bid_id), "后悔")
    world.do("hangzhou_head", withdraw_bid, (Bid, bid_id), "补充")
    world.do("hangzhou_clerk", revise_bid, (Bid, bid_id))
    assert [place(world, bid_id, code).state for code in (NINGBO, COMPANY)] == ["given", "unasked"]
    assert submit(world, bid_id).content["partners"][0]["consent"] == "given"


def test_a_unit_takes_part_in_one_bid_of_a_topic_only(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id, bid_id = joint_draft(world, NINGBO)
    ask(world, bid_id)
    agree(world, bid_id)
    own = draft_bid(world, topic_id, "ningbo")
    with pytest.raises(Refused, match="同一榜题只能参加一份申请"):
        submit(world, own, "ningbo")
    other = draft_bid(world, topic_id, "huzhou", partners=(organisation(world, NINGBO),))
    world.do("huzhou_clerk", ask_partners, (Bid, other))
    with pytest.raises(Refused, match="同一榜题只能参加一份申请"):
        agree(world, other)
    world.do("ningbo_head", refuse_consent, (Bid, bid_id), "自己揭榜")
    submit(world, own, "ningbo")
    with pytest.raises(Refused, match="已对本榜题提交"):
        agree(world, other)


def test_only_those_who_are_asked_read_the_bid_before_the_opening(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id, bid_id = joint_draft(world, NINGBO)
    urls = (f"/bids/{bid_id}", f"/bids/{bid_id}/consent", f"/bids/{bid_id}/print")

    def read(key: str) -> set[int]:
        return {world.browser(key).get(url).status_code for url in urls}

    assert read("ningbo_head") == {404}
    ask(world, bid_id)
    assert read("ningbo_head") == read("ningbo_clerk") == {200}
    for key in ("huzhou_head", "officer", "auditor", "sysadmin", "expert1"):
        assert read(key) == {404}, key
    assert world.browser("ningbo_head").get(f"/bids/{bid_id}/edit/plan").status_code == 404
    with pytest.raises(Refused):
        world.do("ningbo_clerk", give_consent, (Bid, bid_id), place(world, bid_id).terms_sha256)
    world.do("ningbo_head", refuse_consent, (Bid, bid_id), "不参与")
    assert read("ningbo_head") == {404}
    assert "参与单位不同意" in world.browser("ningbo_head").get("/bids").text
    ask(world, bid_id)
    pass_deadline(world, topic_id)
    assert read("ningbo_head") == {404}


def test_the_partner_answers_on_its_page(sqlite_world: World) -> None:
    world = sqlite_world
    _, bid_id = joint_draft(world, NINGBO)
    lead = world.browser("hangzhou_clerk")
    lead.get(f"/bids/{bid_id}")
    assert "已请1家参与单位确认" in lead.post(f"/bids/{bid_id}/partners/ask", follow_redirects=True).text
    head = world.browser("ningbo_head")
    page = head.get(f"/bids/{bid_id}/consent").text
    terms = place(world, bid_id).terms_sha256
    assert terms
    assert terms in page
    assert "示例协作" in page
    assert head.post(f"/bids/{bid_id}/consent", {"terms": terms}).status_code == 422
    assert head.post(f"/bids/{bid_id}/consent", {"terms": "x", "confirmed": "y"}).status_code == 409
    said = head.post(f"/bids/{bid_id}/consent", {"terms": terms, "confirmed": "y"}, follow_redirects=True)
    assert "已同意参与" in said.text
    assert "收回同意" in said.text
    assert head.post(f"/bids/{bid_id}/consent/refuse", {"opinion": ""}).status_code == 422
    assert head.post(f"/bids/{bid_id}/consent/refuse", {"opinion": "收回"}).status_code == 302
    assert place(world, bid_id).state == "refused"
    assert world.browser("hangzhou_head").get(f"/bids/{bid_id}").text.count("收回") == 2


def test_partners_that_have_not_answered_are_reminded_with_the_lead(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id, bid_id = joint_draft(world, NINGBO)
    ask(world, bid_id)
    world.clock.now = deadline(world, topic_id) - timedelta(hours=2)
    for _ in range(2):
        with world.uow() as uow:
            remind_unsubmitted(uow)
    assert len(mails(world, "consent_asked")) == 4
    assert any("不到2小时" in mail.text_body for mail in mails(world, "consent_asked"))


def test_terms_must_be_complete_before_anybody_is_asked(sqlite_world: World) -> None:
    world = sqlite_world
    _, bid_id = joint_draft(world, NINGBO)
    unit = organisation(world, NINGBO)
    for terms in (PartnerTerms(unit), PartnerTerms(unit, "任务", 5_000_001)):
        world.do("hangzhou_clerk", set_partners, (Bid, bid_id), [terms])
        with pytest.raises(Invalid):
            ask(world, bid_id)
    with pytest.raises(NotFound):
        world.do("hangzhou_clerk", drop_partner, (Bid, bid_id), organisation(world, HUZHOU))


@pytest.mark.parametrize(
    ("state", "head", "agreement", "expected"),
    [
        ("given", True, False, Standing.SETTLED),
        ("given", False, False, Standing.SETTLED),
        ("asked", True, True, Standing.WAITING),
        ("asked", False, True, Standing.SETTLED),
        ("refused", True, True, Standing.REFUSED),
        ("unasked", True, True, Standing.UNASKED),
        ("unasked", False, False, Standing.NO_AGREEMENT),
        ("historic", True, False, Standing.UNASKED),
    ],
)
def test_how_a_partner_stands(state: str, head: bool, agreement: bool, expected: Standing) -> None:
    bid = Bid(topic=Topic(code="T"), lead_id=1)
    partner = BidPartner(organisation_id=2, task="任务", share_fen=0, state=state)
    partner.terms_sha256 = fingerprint(bid, partner)
    evidence = Evidence(frozenset({2}) if head else frozenset(), agreement)
    assert standing(bid, partner, evidence) == expected
