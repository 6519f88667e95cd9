"""The audit page: for two roles, complete, in words, and without a trace of what is sealed."""

import io
import re

from openpyxl import load_workbook
from sqlalchemy import select

from marketplace.audit.labels import SUBJECTS, VALUES, event_kinds, shown_details
from marketplace.audit.models import AuditRow
from marketplace.audit.operations import record
from marketplace.audit.seals import close_seal, open_seal
from marketplace.organisations.models import Organisation
from marketplace.reviews.workflow import NOTE_KINDS
from marketplace.wiring import COMPUTATIONS
from tests.support.world import World

READERS = ("auditor", "auditadmin")
OTHERS = ("officer", "approver", "sysadmin", "secadmin", "hangzhou_clerk", "hangzhou_head", "expert1")
SEAL = "topic:7"


def note(world: World, who: str = "officer", seal: str | None = None, **more: object) -> None:
    with world.uow(who) as uow:
        if seal:
            close_seal(uow.session, seal)
        given = {"action": "TopicDrafted", "label": "起草榜题", "subject_kind": "topic", **more}
        record(uow, seal_key=seal, **given)  # type: ignore[arg-type]


def table(text: str) -> str:
    """The list on the page, without the filters above it."""
    found = re.search(r"<tbody>.*</tbody>", text, re.S)
    return found.group(0) if found else ""


def test_only_auditors_see_the_trail(sqlite_world: World) -> None:
    for key in READERS:
        response = sqlite_world.browser(key).get("/audit")
        assert (response.status_code, "error-summary" in response.text) == (200, False)
    for key in OTHERS:
        browser = sqlite_world.browser(key)
        assert (browser.get("/audit").status_code, browser.get("/audit/export").status_code) == (403, 403)
    assert sqlite_world.browser().get("/audit").status_code == 302


def test_a_row_is_told_in_words_without_database_numbers(sqlite_world: World) -> None:
    with sqlite_world.reading() as session:
        hangzhou = session.scalars(select(Organisation).where(Organisation.code == "330100")).one()
    note(
        sqlite_world, subject_kind="organisation", subject_id=hangzhou.id, reason="依据不足",
        details={"topic_id": 424242, "section": "basics", "member_ids": [434343], "on_time": True, "score": "91.25"},
    )  # fmt: skip
    shown = table(sqlite_world.browser("auditor").get("/audit").text)
    for word in (
        "省局经办（示例）",
        "起草榜题",
        "单位",
        hangzhou.name,
        "依据不足",
        "栏目：基本信息",
        "按时：是",
        "已办理",
    ):
        assert word in shown
    for number in ("424242", "434343", "91.25"):
        assert number not in shown


def test_sealed_rows_are_neither_shown_nor_counted_nor_exported(sqlite_world: World) -> None:
    note(sqlite_world)
    browser = sqlite_world.browser("auditor")
    before = browser.get("/audit").text
    note(sqlite_world, "ningbo_head", SEAL, label="提交揭榜申请", action="BidSubmitted", subject_kind="bid")
    assert table(browser.get("/audit").text) == table(before)
    assert re.findall(r"pages-total.*", browser.get("/audit").text) == re.findall(r"pages-total.*", before)
    assert "没有符合条件的记录" in browser.get("/audit?kind=BidSubmitted").text
    assert "宁波" not in str(exported(sqlite_world, "auditor", ""))
    with sqlite_world.uow() as uow:
        open_seal(uow.session, SEAL, uow.now)
    assert "宁波市局负责人（示例）" in table(browser.get("/audit?kind=BidSubmitted").text)


def exported(world: World, key: str, query: str) -> list[tuple[object, ...]]:
    response = world.browser(key).get(f"/audit/export?{query}")
    assert response.status_code == 200
    return list(load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]


def test_the_export_holds_the_filtered_rows_and_leaves_one_itself(sqlite_world: World) -> None:
    note(sqlite_world, details={"what": "=1+1"})
    note(sqlite_world, "approver")
    rows = exported(sqlite_world, "auditor", "person=省局经办")
    assert rows[0][:4] == ("时间", "人员", "单位", "事项")
    assert [row[1] for row in rows[1:]] == ["省局经办（示例）"]
    assert rows[1][0] == "2026-03-02 09:00:00"
    assert rows[1][8] == "内容：=1+1"
    with sqlite_world.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "export")).one()
    assert (row.person_id, row.subject_kind) == (sqlite_world.people["auditor"], "audit")


FILTERS = {
    "": 3,
    "person=审定": 1,
    "person=%25": 0,
    "organisation=杭州": 1,
    "kind=topic": 2,
    "kind=TopicDrafted": 2,
    "outcome=refused": 1,
    "since=2026-03-02&until=2026-03-02": 3,
    "since=2026-03-03": 0,
    "until=2026-03-01": 0,
    "person=nobody": 0,
}


def test_filters(sqlite_world: World) -> None:
    note(sqlite_world)
    note(sqlite_world, "approver")
    note(
        sqlite_world,
        "hangzhou_clerk",
        action="x",
        subject_kind="request",
        outcome="refused",
        label="操作被拒绝",
    )
    browser = sqlite_world.browser("auditadmin")
    pages = {query: browser.get(f"/audit?{query}").text for query in FILTERS}
    assert {query: table(page).count("<tr") for query, page in pages.items()} == FILTERS
    assert not [query for query, page in pages.items() if "error-summary" in page]


def test_bad_filters_are_named(sqlite_world: World) -> None:
    browser = sqlite_world.browser("auditor")
    for query in ("since=2026-02-30", "kind=nonsense", "outcome=x", "person=" + "长" * 200):
        response = browser.get(f"/audit?{query}")
        assert (response.status_code, "error-summary" in response.text) == (200, True), query


def test_the_page_costs_the_same_for_one_and_for_thirty_rows(sqlite_world: World) -> None:
    browser = sqlite_world.browser("auditor")
    person = {"subject_kind": "person", "subject_id": sqlite_world.people["officer"]}
    note(sqlite_world, **person)
    browser.get("/audit")
    with sqlite_world.statements() as few:
        browser.get("/audit")
    for _ in range(30):
        note(sqlite_world, **person)
    with sqlite_world.statements() as many:
        browser.get("/audit")
    assert len(few) == len(many) <= 6


def test_a_hash_is_short_on_the_page_and_whole_in_the_export(sqlite_world: World) -> None:
    note(sqlite_world, details={"rules_sha256": "ab" * 32})
    shown = table(sqlite_world.browser("auditor").get("/audit").text)
    assert "规则指纹：abababababab…" in shown
    assert exported(sqlite_world, "auditor", "")[1][8] == "规则指纹：" + "ab" * 32


def test_codes_are_called_by_their_names(sqlite_world: World) -> None:
    codes = {"how": "password", "role": "approver", "sections": ["basics", "terms"], "kind": "funding_trial"}
    note(sqlite_world, details=codes)
    shown = table(sqlite_world.browser("auditor").get("/audit").text)
    for text in ("方式：密码登录", "角色：省局审定", "标记栏目：基本信息、揭榜条件与截止", "类别：资金试算"):
        assert text in shown
    assert {*COMPUTATIONS, *(str(kind) for kind in NOTE_KINDS)} <= set(VALUES["kind"])


def test_pages_of_fifty(sqlite_world: World) -> None:
    for _ in range(53):
        note(sqlite_world)
    browser = sqlite_world.browser("auditor")
    assert table(browser.get("/audit").text).count("<tr") == 50
    assert table(browser.get("/audit?page=2").text).count("<tr") == 3


def test_every_kind_of_object_has_a_name(sqlite_world: World) -> None:
    assert set(event_kinds()) <= set(SUBJECTS)
    assert {"TopicPublished", "BidSubmitted", "MailRetried"} <= {
        name for events in event_kinds().values() for name in events
    }


def test_details_without_numbers() -> None:
    assert shown_details({"a_id": 1, "b_ids": [2], "opinion": "x", "kind": "bid"}) == {"kind": "bid"}


def test_the_command_lists_the_same(world: World) -> None:
    note(world, reason="line\nbreak \x1b[31m")
    note(world, "ningbo_head", SEAL, action="BidSubmitted")
    run = world.app.test_cli_runner().invoke
    output = run(args=["audit", "list"]).output
    assert output.count("\n") == 1
    assert "省局经办（示例）" in output
    assert "\x1b" not in output
    assert run(args=["audit", "list", "--since", "2026-03-03"]).output == ""
    assert (
        run(args=["audit", "list", "--until", "2026-03-02", "--person", "经办", "--kind", "topic"]).output
        == output
    )
    assert run(args=["audit", "list", "--since", "nonsense"]).exit_code == 2


def test_the_page_speaks_english(sqlite_world: World) -> None:
    note(sqlite_world)
    text = sqlite_world.browser("auditor", language="en").get("/audit").text
    assert "Audit records" in text
    assert "All matters" in text
    assert "Challenge topic: all" in text
    assert "Topic drafted" in table(text)


def test_dates_the_wrong_way_round_are_told(sqlite_world: World) -> None:
    page = sqlite_world.browser("auditadmin").get("/audit?since=2026-03-05&until=2026-03-01")
    assert page.status_code == 200
    assert "不能早于起始日期" in page.text
