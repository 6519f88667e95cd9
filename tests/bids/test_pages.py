"""The unit's own pages, from the first click to the receipt; outsiders; bad input that is kept."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.bids.models import Bid
from marketplace.bids.operations import send_to_head, withdraw_bid
from marketplace.bids.sections import SECTIONS
from marketplace.organisations.models import Organisation
from marketplace.topics.models import Topic
from tests.support.bidding import (
    bid_of,
    content_of_bid,
    draft_bid,
    pass_deadline,
    submitted_bid,
)
from tests.support.samples import pdf
from tests.support.world import Browser, World
from tests.topics.content import make_list, published_topic

OWN_PAGES = [
    "", "/print", "/check", "/receipt", "/return", "/withdraw", *(f"/edit/{section.code}" for section in SECTIONS),
]  # fmt: skip


def version(world: World, bid_id: int) -> int:
    return bid_of(world, bid_id).version


def save(browser: Browser, world: World, bid_id: int, section: str, **data: Any) -> Any:
    """Posts one section as its page would."""
    browser.get(f"/bids/{bid_id}/edit/{section}")
    return browser.post(
        f"/bids/{bid_id}/edit/{section}", {"version": version(world, bid_id), "stay": "1", **data}
    )


def test_from_the_topic_to_the_receipt(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    clerk, head = world.browser("hangzhou_clerk"), world.browser("hangzhou_head")
    clerk.get("/bids")
    begun = clerk.post(f"/topics/{topic_id}/bid")
    bid_id = int(begun.location.split("/")[2])
    with world.reading() as session:
        keys = [d["key"] for d in session.get_one(Topic, topic_id).deliverables]
        partner = session.scalars(select(Organisation.id).where(Organisation.code == "P-U1")).one()
    pages: dict[str, dict[str, Any]] = {
        "basics": {
            "leader_name": "甲", "leader_title": "处长", "leader_phone": "0571", "partners-0-organisation_id": partner,
            "partners-0-task": "研究",
        },
        "goals": {
            "understanding": "理解",
            **{f"indicators-{n}-{name}": value for n, key in enumerate(keys)
               for name, value in {"deliverable_key": key, "name": "指标", "target": "一项", "proof": "审查"}.items()},
        },
        "plan": {"approach": "方案"},
        "milestones": {
            f"milestones-{n}-{name}": value for n in range(2)
            for name, value in {"name": f"节点{n}", "month": n + 1, "deliverable": "物", "evidence": "证一\n证二"}
            .items()
        },
        "team": {
            "team-0-name": "甲", "team-0-unit": "杭州", "team-0-task": "起草", "team-0-months": "3", "basis": "基础",
        },
        "budget": {"budget-0-source": "own", "budget-0-subject": "调研", "budget-0-fen": "12.50"},
        "guarantee": {"organisation": "保障", "replication": "推广", "risks": "风险"},
        "pledge": {
            "pledged": "y", "files": (io.BytesIO(pdf()), "方案.pdf"), "agreement": (io.BytesIO(pdf("b")), "协议.pdf"),
        },
    }  # fmt: skip
    for section, data in pages.items():
        response = save(clerk, world, bid_id, section, **data)
        assert response.status_code == 302, (section, response.text)
    content = content_of_bid(world, bid_id)
    assert content.total_fen == 12_500_000
    assert content.milestones[0].evidence == ("证一", "证二")
    checked = clerk.get(f"/bids/{bid_id}/check")
    assert "内容已经完整" in checked.text
    assert "杭州市局负责人（示例）" in checked.text
    clerk.post(f"/bids/{bid_id}/send", {"version": version(world, bid_id)})
    assert bid_of(world, bid_id).state == "with_head"
    head.get(f"/bids/{bid_id}/check")
    unconfirmed = head.post(f"/bids/{bid_id}/submit", {"version": version(world, bid_id)})
    assert unconfirmed.status_code == 422
    done = head.post(f"/bids/{bid_id}/submit", {"version": version(world, bid_id), "confirmed": "y"})
    receipt = head.get(head.get(done.location).location)
    assert re.search(r"JB-\d{4}-\d+-[2-9A-Z]{8}", receipt.text)
    assert re.search(r"2026-03-02 09:00:00\.000", receipt.text)
    assert "方案.pdf" in receipt.text
    assert "以联合体协议为准" in receipt.text
    again = head.post(f"/bids/{bid_id}/submit", {"version": version(world, bid_id), "confirmed": "y"})
    assert again.location.endswith("/receipt")


OUTSIDERS = [
    "ningbo_clerk", "ningbo_head", "officer", "approver", "auditor", "sysadmin", "secadmin", "auditadmin", "expert1",
    "recused_expert",
]  # fmt: skip


def test_outsiders_find_nothing_whatever_they_ask(sqlite_world: World) -> None:
    world = sqlite_world
    bid_id = submitted_bid(world, published_topic(world))
    for key in OUTSIDERS:
        browser = world.browser(key)
        for path in OWN_PAGES:
            assert browser.get(f"/bids/{bid_id}{path}").status_code == 404, (key, path)
        for path in (
            "/edit/plan",
            "/edit/plan/autosave",
            "/send",
            "/submit",
            "/return",
            "/withdraw",
            "/revise",
        ):
            refused = browser.post(f"/bids/{bid_id}{path}", {"version": "1", "opinion": "x"})
            assert refused.status_code == 404, (key, path)
    assert bid_of(world, bid_id).state == "submitted"


def test_a_partner_reads_and_never_writes(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    with world.reading() as session:
        ningbo = session.scalars(select(Organisation.id).where(Organisation.code == "330200")).one()
    bid_id = submitted_bid(world, topic_id, partners=(ningbo,))
    partner = world.browser("ningbo_clerk")
    assert partner.get(f"/bids/{bid_id}").status_code == 200
    for path in ("/edit/plan", "/check", "/receipt", "/withdraw"):
        assert partner.get(f"/bids/{bid_id}{path}").status_code == 404
    pass_deadline(world, topic_id)
    partner = world.browser("ningbo_clerk")
    assert partner.get(f"/bids/{bid_id}").status_code == 200
    assert "杭州市机关事务管理局" in partner.get("/bids").text
    for path in ("/edit/plan", "/check", "/receipt", "/withdraw"):
        assert partner.get(f"/bids/{bid_id}{path}").status_code == 404


def test_after_the_opening_province_and_auditor_read_and_administrators_do_not(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    bid_id = submitted_bid(world, topic_id, word="方言")
    pass_deadline(world, topic_id)
    for key in ("officer", "approver", "auditor"):
        browser = world.browser(key)
        assert "方言" in browser.get(f"/bids/{bid_id}").text
        assert "与回执一致" in browser.get(f"/manage/topics/{topic_id}/bids").text
        assert browser.get(f"/bids/{bid_id}/edit/plan").status_code == 404
    for key in ("sysadmin", "secadmin", "auditadmin", "expert1", "wenzhou_head"):
        assert world.browser(key).get(f"/bids/{bid_id}").status_code == 404


def test_officers_record_the_formal_check_with_a_reason(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    bid_id = submitted_bid(world, topic_id)
    pass_deadline(world, topic_id)
    officer = world.browser("officer")
    assert "不予受理" in officer.get(f"/bids/{bid_id}").text
    officer.get(f"/bids/{bid_id}/disqualify")
    assert officer.post(f"/bids/{bid_id}/disqualify", {"opinion": " "}).status_code == 422
    assert officer.post(f"/bids/{bid_id}/disqualify", {"opinion": "未覆盖榜题"}).status_code == 302
    assert bid_of(world, bid_id).state == "disqualified"
    assert "未覆盖榜题" in world.browser("hangzhou_clerk").get(f"/bids/{bid_id}").text
    assert world.browser("auditor").get(f"/bids/{bid_id}/disqualify").status_code == 403


BAD_INPUT: list[tuple[str, dict[str, Any], str]] = [
    ("plan", {"approach": "长" * 8001}, "长长长"),
    ("budget", {"budget-0-subject": "调研", "budget-0-fen": "NaN"}, "NaN"),
    ("budget", {"budget-0-subject": "调研", "budget-0-fen": "-1"}, "-1"),
    ("budget", {"budget-0-subject": "调研", "budget-0-fen": "1.234"}, "1.234"),
    ("budget", {"budget-0-subject": "调研", "budget-0-fen": "1e99"}, "1e99"),
    ("budget", {"budget-0-subject": "调研", "budget-0-fen": "1", "budget-0-source": "casino"}, "调研"),
    ("milestones", {"milestones-0-name": "节点甲", "milestones-0-month": "十"}, "节点甲"),
    ("milestones", {"milestones-0-name": "节点甲", "milestones-0-month": "-3"}, "节点甲"),
    ("milestones", {"milestones-0-name": "节点甲", "milestones-0-weight": "101"}, "101"),
    ("team", {"team-0-name": "乙", "team-0-months": "61"}, "61"),
    ("goals", {"understanding": "我的理解", "indicators-0-deliverable_key": "forged"}, "我的理解"),
    ("basics", {"leader_name": "丙", "partners-0-organisation_id": "999999"}, "丙"),
    ("basics", {"leader_name": "丙", "partners-0-organisation_id": "abc"}, "丙"),
    ("pledge", {"pledged": "y", "files": (b"MZ", "假.pdf")}, "假.pdf"),
]


def test_bad_input_is_refused_and_kept(sqlite_world: World) -> None:
    world = sqlite_world
    bid_id = draft_bid(world, published_topic(world))
    stored = content_of_bid(world, bid_id)
    clerk = world.browser("hangzhou_clerk")
    for section, data, kept in BAD_INPUT:
        sent = {k: (io.BytesIO(v[0]), v[1]) if isinstance(v, tuple) else v for k, v in data.items()}
        response = save(clerk, world, bid_id, section, **sent)
        assert response.status_code == 422, data
        assert kept in response.text, data
        assert "data-error-summary" in response.text, data
        assert content_of_bid(world, bid_id) == stored, data


def test_control_characters_are_refused(sqlite_world: World) -> None:
    bid_id = draft_bid(sqlite_world, published_topic(sqlite_world))
    response = save(sqlite_world.browser("hangzhou_clerk"), sqlite_world, bid_id, "plan", approach="a\x00b")
    assert response.status_code == 400


def test_a_stale_page_answers_409_with_both_texts(sqlite_world: World) -> None:
    world = sqlite_world
    bid_id = draft_bid(world, published_topic(world))
    clerk, head = world.browser("hangzhou_clerk"), world.browser("hangzhou_head")
    opened = version(world, bid_id)
    for browser in (clerk, head):
        browser.get(f"/bids/{bid_id}/edit/plan")
    clerk.post(f"/bids/{bid_id}/edit/plan", {"version": opened, "approach": "甲的方案"})
    stale = head.post(f"/bids/{bid_id}/edit/plan", {"version": opened, "approach": "乙的方案"})
    assert stale.status_code == 409
    assert "甲的方案" in stale.text
    assert "乙的方案" in stale.text


def test_rows_are_added_and_removed_without_script(sqlite_world: World) -> None:
    world = sqlite_world
    bid_id = draft_bid(world, published_topic(world))
    clerk = world.browser("hangzhou_clerk")
    data = {"team-0-name": "甲", "team-1-name": "乙", "basis": "写了一半"}
    more = save(clerk, world, bid_id, "team", **data, **{"team-add": "1"})
    assert more.status_code == 200
    assert 'name="team-2-name"' in more.text
    less = save(clerk, world, bid_id, "team", **data, **{"team-remove": "0"})
    assert 'name="team-1-name"' not in less.text
    assert "乙" in less.text
    assert "写了一半" in less.text


def test_autosave_answers_the_new_version(sqlite_world: World) -> None:
    world = sqlite_world
    bid_id = draft_bid(world, published_topic(world))
    clerk = world.browser("hangzhou_clerk")
    clerk.get(f"/bids/{bid_id}/edit/plan")
    before = version(world, bid_id)
    answer = clerk.post(f"/bids/{bid_id}/edit/plan/autosave", {"version": before, "approach": "自动"})
    assert answer.json is not None
    assert answer.json["version"] == version(world, bid_id) > before
    assert content_of_bid(world, bid_id).approach == "自动"
    assert (
        clerk.post(f"/bids/{bid_id}/edit/plan/autosave", {"version": before, "approach": "旧"}).status_code
        == 409
    )


def test_uncovered_deliverables_are_shown(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id, indicators=())
    with world.reading() as session:
        names = [d["name"] for d in session.get_one(Topic, topic_id).deliverables]
    page = world.browser("hangzhou_clerk").get(f"/bids/{bid_id}/edit/goals").text
    assert f"本节还有 {len(names)} 处需要补充" in page
    assert all(f"“{name}”还没有考核指标" in page for name in names)
    check = world.browser("hangzhou_clerk").get(f"/bids/{bid_id}/check").text
    assert all(f"“{name}”还没有考核指标" in check for name in names)


def test_a_clerk_learns_her_own_next_step(sqlite_world: World) -> None:
    bid_id = draft_bid(sqlite_world, published_topic(sqlite_world), risks="")
    clerk = sqlite_world.browser("hangzhou_clerk")
    page, check = clerk.get(f"/bids/{bid_id}").text, clerk.get(f"/bids/{bid_id}/check").text
    assert page.index("填写申请") < page.index("检查并送审")
    assert "先送单位负责人审核" in check
    assert "暂不能提交" not in check
    section = clerk.get(f"/bids/{bid_id}/edit/guarantee").text
    assert "本节还有 1 处需要补充" in section
    assert "检查并送审" in section
    assert "检查并提交" not in section
    assert "处需要补充" not in clerk.get(f"/bids/{bid_id}/edit/plan").text
    assert "检查并提交" in sqlite_world.browser("hangzhou_head").get(f"/bids/{bid_id}/check").text
    whole = draft_bid(sqlite_world, published_topic(sqlite_world, 1))
    sqlite_world.do("hangzhou_clerk", send_to_head, (Bid, whole))
    assert "要修改，请负责人退回" in clerk.get(f"/bids/{whole}").text


def test_numbers_of_things_are_told_in_both_languages(sqlite_world: World) -> None:
    bid_id = draft_bid(sqlite_world, published_topic(sqlite_world), risks="", basis="", pledged=False)
    chinese = sqlite_world.browser("hangzhou_clerk").get(f"/bids/{bid_id}/check").text
    english = sqlite_world.browser("hangzhou_clerk", "en").get(f"/bids/{bid_id}/check").text
    assert "还有 3 处需要补充" in chinese
    assert "3 things still to add" in english


def test_files_are_dropped_and_kept_as_ticked(sqlite_world: World) -> None:
    world = sqlite_world
    bid_id = draft_bid(world, published_topic(world), file=("旧.pdf", pdf("old")))
    clerk = world.browser("hangzhou_clerk")
    page = clerk.get(f"/bids/{bid_id}/edit/pledge").text
    assert "严禁上传涉密信息" in page
    old = re.search(r'name="files-drop" value="(\d+)"', page)
    assert old is not None
    new = (io.BytesIO(pdf("new")), "新.pdf")
    save(clerk, world, bid_id, "pledge", pledged="y", files=new, **{"files-drop": old.group(1)})
    page = clerk.get(f"/bids/{bid_id}").text
    assert "新.pdf" in page
    assert "旧.pdf" not in page


def test_a_late_page_says_why_it_cannot_be_submitted(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id)
    head = world.browser("hangzhou_head")
    head.get(f"/bids/{bid_id}/check")
    opened = version(world, bid_id)
    pass_deadline(world, topic_id)
    head = world.browser("hangzhou_head")
    head.get(f"/bids/{bid_id}")
    late = head.post(f"/bids/{bid_id}/submit", {"version": opened, "confirmed": "y"})
    assert late.status_code == 403
    assert head.get(f"/bids/{bid_id}/edit/plan").location.endswith(f"/bids/{bid_id}")
    assert "没有提交" in head.get(f"/bids/{bid_id}").text


def test_reasons_are_required_and_kept(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id)
    world.do("hangzhou_clerk", send_to_head, (Bid, bid_id))
    head = world.browser("hangzhou_head")
    head.get(f"/bids/{bid_id}/return")
    too_long = head.post(f"/bids/{bid_id}/return", {"opinion": "长" * 1001})
    assert too_long.status_code == 422
    assert "长长长" in too_long.text
    assert head.post(f"/bids/{bid_id}/return", {"opinion": "请补充"}).status_code == 302
    assert "请补充" in world.browser("hangzhou_clerk").get(f"/bids/{bid_id}/edit/plan").text
    clerk = world.browser("hangzhou_clerk")
    assert clerk.get(f"/bids/{bid_id}/withdraw").status_code == 403


def test_withdrawn_and_revised_on_the_page(sqlite_world: World) -> None:
    world = sqlite_world
    bid_id = submitted_bid(world, published_topic(world))
    head = world.browser("hangzhou_head")
    head.get(f"/bids/{bid_id}/withdraw")
    head.post(f"/bids/{bid_id}/withdraw", {"opinion": "要改"})
    assert "已撤回" in head.get(f"/bids/{bid_id}").text
    assert head.post(f"/bids/{bid_id}/revise").location.endswith("/edit/basics")


def test_the_export_is_typed_and_has_no_formula(sqlite_world: World) -> None:
    import zipfile
    from urllib.parse import quote

    world = sqlite_world
    topic_id = published_topic(world)
    submitted_bid(world, topic_id, leader_name="=1+1")
    officer = world.browser("officer")
    assert officer.get(f"/manage/topics/{topic_id}/bids.xlsx").status_code == 404
    pass_deadline(world, topic_id)
    officer = world.browser("officer")
    answer = officer.get(f"/manage/topics/{topic_id}/bids.xlsx")
    assert quote("揭榜申请清单_") in answer.headers["Content-Disposition"]
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    strings = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml"))
    assert "<f>" not in sheet
    assert "=1+1" in strings
    assert "<v>5</v>" in sheet


@pytest.mark.parametrize("where", ["list", "topic"])
def test_lists_cost_the_same_with_one_and_with_many(sqlite_world: World, where: str) -> None:
    world = sqlite_world
    list_id = make_list(world)
    topic_id = published_topic(world, 0, list_id)
    submitted_bid(world, topic_id)

    def count(topic: int) -> int:
        key, url = (
            ("hangzhou_clerk", "/bids") if where == "list" else ("officer", f"/manage/topics/{topic}/bids")
        )
        browser = world.browser(key)
        with world.statements() as seen:
            assert browser.get(url).status_code == 200
        return len(seen)

    if where == "list":
        few = count(topic_id)
        for number in range(1, 4):
            draft_bid(world, published_topic(world, number, list_id, eligible_levels=("municipal",)))
        assert count(topic_id) == few <= 10
    else:
        many = published_topic(world, 1, list_id, eligible_levels=("municipal",))
        for unit in ("ningbo", "wenzhou", "jiaxing", "huzhou"):
            submitted_bid(world, many, unit)
        pass_deadline(world, many)
        pass_deadline(world, topic_id)
        assert count(topic_id) == count(many) <= 10


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_every_page_speaks_both_languages(sqlite_world: World, language: str) -> None:
    world = sqlite_world
    bid_id = draft_bid(world, published_topic(world))
    browser = world.browser("hangzhou_head", language)
    for path in OWN_PAGES:
        if path not in ("/receipt", "/return", "/withdraw"):
            assert browser.get(f"/bids/{bid_id}{path}").status_code == 200, path
    submitted = submitted_bid(world, published_topic(world, 1, eligible_levels=("municipal",)))
    for path in ("", "/print", "/withdraw"):
        assert browser.get(f"/bids/{submitted}{path}").status_code == 200
    world.do("hangzhou_head", withdraw_bid, (Bid, submitted), "x")
    assert browser.get(browser.get(f"/bids/{submitted}/receipt").location).status_code == 200
