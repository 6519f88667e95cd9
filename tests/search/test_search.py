"""Finding, on both databases alike."""

from typing import Any

from marketplace.audit.queries import visible_rows
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.search.finders import matters
from marketplace.search.operations import Document, forget, index, rebuild
from marketplace.search.queries import Found, audiences_of, search
from marketplace.topics.models import Topic
from marketplace.topics.operations import submit_topic
from tests.support.bidding import draft_bid
from tests.support.projects import opened_project
from tests.support.world import World
from tests.topics.content import make_list, make_topic, published_topic

TEXTS = (
    ("公物仓建设与运行管理规范", "盘活闲置资产", "public"),
    ("公务用车服务规范", "车辆调度，车辆安全；详见 GB/T 41568—2022", "public"),
    ("内部草稿", "公物仓的内部意见", "province"),
    ("本局申请", "公物仓方案", "org:7"),
    ("仓储", 'it\'s 100% "quoted" \\ <b>车</b>', "public"),
)


def fill(uow: UnitOfWork) -> None:
    for number, (title, body, audience) in enumerate(TEXTS, 1):
        index(uow, Document("note", number, title, body, audience, f"/n/{number}"))


def find(world: World, words: str, audiences: tuple[str, ...] = ("public",), **more: Any) -> Found:
    with world.reading() as session:
        return search(session, audiences, words, **more)


def urls(found: Found) -> list[str]:
    return sorted(hit.url for hit in found.hits)


def test_words_of_every_length_are_found(world: World) -> None:
    world.do(None, fill)
    for words, wanted in (
        ("公物仓", ["/n/1"]), ("公物", ["/n/1"]), ("仓", ["/n/1", "/n/5"]), ("车辆", ["/n/2"]),
        ("车", ["/n/2", "/n/5"]),
        ("41568", ["/n/2"]), ("gb 2022", ["/n/2"]), ("规范 资产", ["/n/1"]), ("规范", ["/n/1", "/n/2"]),
        ("物公", []), ("仓建", ["/n/1"]), ("理规范盘", []), ("没有", []), ("quot", ["/n/5"]), ("100", ["/n/5"]),
    ):  # fmt: skip
        assert urls(find(world, words)) == wanted, words


def test_signs_of_the_query_language_do_no_harm(world: World) -> None:
    world.do(None, fill)
    for words in (
        '"',
        "'",
        "*",
        "公物 OR 车辆",
        "a AND",
        "NEAR(",
        "\\",
        "%",
        ":*",
        "& |",
        "'; DROP TABLE person;--",
        "\u200b",
    ):
        find(world, words)
    assert urls(find(world, "公物仓\"'*")) == ["/n/1"]


def test_everybody_finds_only_her_own(world: World) -> None:
    world.do(None, fill)
    assert urls(find(world, "公物仓", ("public", "province"))) == ["/n/1", "/n/3"]
    assert urls(find(world, "公物仓", ("public", "org:7"))) == ["/n/1", "/n/4"]
    assert find(world, "公物仓", ("public", "org:8")).total == 1


def test_a_title_weighs_more_than_a_body(world: World) -> None:
    def two(uow: UnitOfWork) -> None:
        index(uow, Document("note", 1, "别的", "这里提到公物仓", "public", "/body"))
        index(uow, Document("note", 2, "公物仓", "别的", "public", "/title"))

    world.do(None, two)
    assert [hit.url for hit in find(world, "公物仓").hits] == ["/title", "/body"]


def test_indexing_again_replaces_and_forgetting_removes(world: World) -> None:
    world.do(None, fill)
    world.do(None, index, Document("note", 1, "改名", "别的内容", "public", "/n/1"))
    assert urls(find(world, "公物仓")) == []
    assert urls(find(world, "改名")) == ["/n/1"]
    world.do(None, forget, "note", 1)
    world.do(None, forget, "note", 1)
    assert urls(find(world, "改名")) == []


def test_hits_are_highlighted_and_paged(world: World) -> None:
    def many(uow: UnitOfWork) -> None:
        for number in range(25):
            index(
                uow,
                Document(
                    "note",
                    number,
                    f"公物仓{number}",
                    "长" * 100 + "公物仓" + "尾" * 200,
                    "public",
                    f"/{number}",
                ),
            )

    world.do(None, many)
    first, second = find(world, "公物仓", per_page=20), find(world, "公物仓", number=2, per_page=20)
    assert (first.total, len(first.hits), len(second.hits)) == (25, 20, 5)
    assert {hit.url for hit in first.hits} & {hit.url for hit in second.hits} == set()
    assert first.hits[0].title[0] == ("公物仓", True)
    excerpt = first.hits[0].excerpt
    assert ("公物仓", True) in excerpt
    assert excerpt[0][0].startswith("…")
    assert excerpt[-1][0].endswith("…")


def test_one_finds_the_bids_and_projects_one_may_open(world: World) -> None:
    topic_id = published_topic(world)
    bid_id = draft_bid(world, topic_id)
    opened_project(world, "anji", partners=("ningbo",))
    with world.reading() as session:
        title = session.get_one(Topic, topic_id).title

    def found(key: str, words: str) -> list[tuple[str, str]]:
        actor = world.actor(key)
        with world.reading() as session, world.statements() as seen:
            own = matters(session, actor, words)
        assert len(seen) <= 2
        return [(matter.kind, matter.unit) for matter in own]

    assert found("hangzhou_clerk", title) == [("揭榜申请", "杭州市机关事务管理局")]
    assert found("ningbo_clerk", title) == found("officer", title) == found("expert1", title) == []
    for key in ("anji_head", "ningbo_clerk", "officer", "auditor"):
        assert ("项目", "安吉县机关事务管理中心") in found(key, "安吉 管理"), key
    assert found("wenzhou_head", "安吉") == found("sysadmin", "安吉") == found("officer", "%") == []
    page = world.browser("hangzhou_clerk").get(f"/search?q={title}").text
    assert f"/bids/{bid_id}" in page
    assert f"/bids/{bid_id}" not in world.browser().get(f"/search?q={title}").text


def test_two_statements_whatever_the_size(world: World) -> None:
    world.do(None, fill)
    with world.statements() as seen:
        find(world, "公物仓")
    assert len(seen) == 2


def test_the_rebuild_makes_the_same_again(world: World) -> None:
    list_id = make_list(world)
    published_topic(world, 3, list_id)
    make_topic(world, list_id, 4)
    before = [urls(find(world, words, ("public", "province"))) for words in ("公物仓", "测绘")]
    world.do(None, index, Document("note", 9, "公物仓的残留", "", "public", "/gone"))
    assert world.do(None, rebuild) == 3
    assert [urls(find(world, words, ("public", "province"))) for words in ("公物仓", "测绘")] == before


def test_the_command_rebuilds(sqlite_world: World) -> None:
    published_topic(sqlite_world)
    result = sqlite_world.app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert (result.exit_code, result.output) == (0, "2 documents\n")


def test_drafts_are_found_by_the_province_alone_until_published(sqlite_world: World) -> None:
    list_id = make_list(sqlite_world)
    topic_id = make_topic(sqlite_world, list_id, 3)
    for key, found in (
        ("officer", True),
        ("auditor", True),
        ("hangzhou_clerk", False),
        ("expert1", False),
        (None, False),
    ):
        text = sqlite_world.browser(key).get("/search?q=公物仓").text
        assert ("<mark>公物仓</mark>" in text) == found, key
    sqlite_world.do("officer", submit_topic, (Topic, topic_id))
    assert "<mark>" not in sqlite_world.browser().get("/search?q=公物仓").text


def test_the_page_escapes_and_survives_anything(sqlite_world: World) -> None:
    sqlite_world.do(None, fill)
    browser = sqlite_world.browser()
    page = browser.get("/search?q=车").text
    assert "<mark>车</mark>" in page
    assert "&lt;b&gt;" in page
    assert "<script>x" not in browser.get("/search?q=<script>x").text
    for query in ("q=", "q=%22", "q=公物仓&page=99", "q=公物仓&page=-1", "q=" + "长" * 500):
        assert browser.get(f"/search?{query}").status_code == 200, query


def test_audiences_follow_the_role(sqlite_world: World) -> None:
    assert audiences_of(sqlite_world.actor("officer")) == ("public", "province")
    clerk = sqlite_world.actor("anji_clerk")
    assert audiences_of(clerk) == ("public", f"org:{clerk.organisation_id}")
    for key in ("expert1", "sysadmin", "auditadmin"):
        assert audiences_of(sqlite_world.actor(key)) == ("public",)


def test_searching_leaves_no_trace_of_words(sqlite_world: World) -> None:
    sqlite_world.browser().get("/search?q=公物仓")
    with sqlite_world.reading() as session:
        assert session.scalars(visible_rows()).all() == []
