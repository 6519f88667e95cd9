"""What visitors read, and what they never learn."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notices.models import NoticeKind
from marketplace.notices.operations import announce
from marketplace.topics.models import Topic
from marketplace.topics.operations import withdraw_topic
from tests.support.world import World
from tests.topics.content import make_list, make_topic, published_topic

PAGES = (
    "/", "/topics", "/topics/JB-2026-001", "/notices", "/notices/1", "/results", "/rules/2026-1", "/about",
    "/feed.atom", "/search",
)  # fmt: skip
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_every_page_opens_for_a_visitor_and_asks_no_other_host(sqlite_world: World, language: str) -> None:
    published_topic(sqlite_world)
    browser = sqlite_world.browser(language=language)
    for path in PAGES:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert "None" not in answer.text, path
        if path != "/feed.atom":
            assert not re.findall(r'(?:src|action)="(?!/)[^"]+"|<link [^>]*href="(?!/)[^"]+"', answer.text), (
                path
            )


@pytest.mark.parametrize(
    "path", ["/topics/JB-2026-009", "/topics/x%27", "/notices/99", "/rules/none", "/notices/x"]
)
def test_what_does_not_exist_is_not_found(sqlite_world: World, path: str) -> None:
    published_topic(sqlite_world)
    assert sqlite_world.browser().get(path).status_code == 404


def test_drafts_and_their_lists_are_unknown_to_the_public(sqlite_world: World) -> None:
    make_topic(sqlite_world, make_list(sqlite_world, publish=False))
    browser = sqlite_world.browser()
    assert browser.get("/topics/JB-2026-001").status_code == 404
    assert browser.get("/rules/2026-1").status_code == 404
    title = "行政中心综合集成管理规范研制"
    for path in ("/", "/topics", "/topics?state=draft", "/notices", "/feed.atom", "/search?q=行政中心"):
        assert title not in browser.get(path).text, path


def test_filters_narrow_the_list_and_odd_values_do_not_break_it(sqlite_world: World) -> None:
    list_id = make_list(sqlite_world)
    for number in (0, 3, 8):
        published_topic(sqlite_world, number, list_id)
    sqlite_world.do("approver", withdraw_topic, (Topic, 1), "撤回")
    browser = sqlite_world.browser()

    def found(query: str) -> set[str]:
        table = re.findall(r"<table.*?</table>", browser.get(f"/topics?{query}").text, re.S)
        return set(re.findall(r'/topics/(JB-2026-\d+)"', table[0])) if table else set()

    everything = {"JB-2026-001", "JB-2026-002", "JB-2026-003"}
    assert found("") == found("state=draft&level=company&page=0") == found("page=x") == everything
    assert found("state=open") == {"JB-2026-002", "JB-2026-003"}
    assert found("state=withdrawn") == {"JB-2026-001"}
    assert found("level=direct_unit") == {"JB-2026-001"}
    assert found("q=公物仓") == found("q=公物仓 建设") == {"JB-2026-002"}
    assert found("q=100%25") == found("page=9") == set()
    assert found("list=2026-1") == everything
    assert found("category=标准库建设") == {"JB-2026-003"}


def test_the_countdown_stands_in_the_page_without_script(sqlite_world: World) -> None:
    published_topic(sqlite_world)
    sqlite_world.clock.forward(days=2, hours=1, minutes=3)
    text = sqlite_world.browser().get("/topics/JB-2026-001").text
    assert "剩余 27 天 22 小时 57 分" in text
    sqlite_world.clock.forward(days=40)
    over = sqlite_world.browser().get("/topics/JB-2026-001").text
    assert "已截止" in over
    assert "不接受揭榜" in over


def test_eligible_clerks_are_offered_the_bid_and_nobody_else(sqlite_world: World) -> None:
    published_topic(sqlite_world, 0)
    start = 'action="/topics/1/bid"'
    for key, offered in (("hangzhou_clerk", True), ("hangzhou_head", True), ("canteen_clerk", True),
                         ("anji_clerk", False), ("officer", False), ("expert1", False), (None, False)):  # fmt: skip
        assert (start in sqlite_world.browser(key).get("/topics/JB-2026-001").text) == offered, key


def test_pages_of_visitors_are_kept_a_minute_and_those_of_members_never(sqlite_world: World) -> None:
    published_topic(sqlite_world)
    for path in ("/", "/topics", "/topics/JB-2026-001", "/notices", "/feed.atom"):
        visitor = sqlite_world.browser().get(path)
        assert visitor.headers["Cache-Control"] == "public, max-age=60"
        assert "Cookie" in visitor.headers["Vary"]
        assert "Set-Cookie" not in visitor.headers
        for key in ("officer", "hangzhou_clerk"):
            member = sqlite_world.browser(key).get(path)
            assert member.headers["Cache-Control"] == "no-store"
            assert "ETag" not in member.headers


def test_an_unchanged_page_is_not_sent_again(sqlite_world: World) -> None:
    published_topic(sqlite_world)
    browser = sqlite_world.browser()
    tag = browser.get("/topics").headers["ETag"]
    sqlite_world.clock.forward(seconds=5)
    again = browser.get("/topics", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    sqlite_world.do("approver", withdraw_topic, (Topic, 1), "撤回")
    assert browser.get("/topics", headers={"If-None-Match": tag}).status_code == 200


def test_the_feed_is_well_formed_atom_with_absolute_links(sqlite_world: World) -> None:
    published_topic(sqlite_world, title="a < b & “c”")
    answer = sqlite_world.browser().get("/feed.atom")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.data)  # noqa: S314 - our own
    [entry] = root.findall(f"{ATOM}entry")
    assert "“a < b & ‘c’”" in str(entry.findtext(f"{ATOM}title"))
    links = [str(link.get("href")) for link in root.iter(f"{ATOM}link")]
    assert all(link.startswith("http://127.0.0.1:5000/") for link in links)
    assert root.findtext(f"{ATOM}updated") == "2026-03-02T01:00:00Z"


def test_an_empty_feed_is_well_formed_too(sqlite_world: World) -> None:
    root = ElementTree.fromstring(sqlite_world.browser().get("/feed.atom").data)  # noqa: S314
    assert root.findall(f"{ATOM}entry") == []


def test_results_show_results_only(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)

    def tell(uow: UnitOfWork) -> None:
        announce(
            uow, kind=NoticeKind.RESULT, dedupe_key="r", topic_id=topic_id, title="揭榜结果公示（示例）",
            title_en="Result of bids (sample)", body="**甲局**<script>alert(1)</script>", body_en="**A**",
            ends_at=uow.now + timedelta(days=7),
        )  # fmt: skip

    sqlite_world.do(None, tell)
    browser = sqlite_world.browser()
    results = browser.get("/results").text
    assert "揭榜结果公示（示例）" in results
    assert "关于发布榜题" not in results
    notice = browser.get("/notices/2").text
    assert "<strong>甲局</strong>" in notice
    assert "<script>alert" not in notice
    assert "公示中" in notice
    sqlite_world.clock.forward(days=7)
    assert "公示期满" in browser.get("/notices/2").text
    assert "Result of bids (sample)" in sqlite_world.browser(language="en").get("/results").text


@pytest.mark.parametrize("path", ["/", "/topics/JB-2026-001", "/notices", "/results", "/feed.atom"])
def test_public_pages_take_few_statements(sqlite_world: World, path: str) -> None:
    list_id = make_list(sqlite_world)
    published_topic(sqlite_world, 0, list_id)
    browser = sqlite_world.browser()
    with sqlite_world.statements() as few:
        browser.get(path)
    for number in range(1, 12):
        published_topic(sqlite_world, number, list_id)
    with sqlite_world.statements() as many:
        browser.get(path)
    assert len(few) == len(many) <= 6
