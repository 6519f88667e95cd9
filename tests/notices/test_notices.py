"""One notice for each fact; typed text is never taken for Markdown."""

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notices.models import NoticeKind
from marketplace.notices.operations import announce
from marketplace.notices.queries import latest
from marketplace.topics.models import Topic
from marketplace.topics.operations import withdraw_topic
from tests.support.world import World
from tests.topics.content import published_topic


def tell(uow: UnitOfWork, title: str) -> int:
    return announce(
        uow, kind=NoticeKind.OUTCOME, dedupe_key="one", topic_id=None, title=title, title_en="Accepted",
        body="通过", body_en="Passed",
    ).id  # fmt: skip


def test_the_same_fact_is_announced_once(world: World) -> None:
    first = world.do(None, tell, "验收结果")
    world.clock.forward(hours=1)
    assert world.do(None, tell, "别的标题") == first
    with world.reading() as session:
        [notice] = latest(session, 5)
    assert (notice.title, notice.is_sample) == ("验收结果", False)


def test_notices_of_sample_topics_are_marked(sqlite_world: World) -> None:
    published_topic(sqlite_world)
    assert "示例" in sqlite_world.browser().get("/notices/1").text.split("<main")[1]


def test_a_typed_reason_stays_plain_text(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    sqlite_world.do(
        "approver", withdraw_topic, (Topic, topic_id), "[点我](https://elsewhere.example) **重** <b>x</b>"
    )
    page = sqlite_world.browser().get("/notices/2").text
    assert "elsewhere.example)" in page
    assert 'href="https://elsewhere' not in page
    assert "**重**" in page
    assert "<b>x</b>" not in page


def test_the_list_narrows_to_a_kind(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    sqlite_world.do("approver", withdraw_topic, (Topic, topic_id), "撤回")
    browser = sqlite_world.browser()
    assert "关于发布榜题" not in browser.get("/notices?kind=withdrawal").text
    assert "关于发布榜题" in browser.get("/notices?kind=nonsense").text
