"""Pages kept for visitors: true to the second that matters, and never for anybody with a session."""

from dataclasses import replace

import pytest

from marketplace.audit.operations import record
from marketplace.web.caching import MOST_KEPT
from tests.support.builders import build_topic
from tests.support.world import World


@pytest.fixture
def keeping(sqlite_world: World) -> World:
    """A world that keeps its pages for ten seconds, with one open topic."""
    sqlite_world.runtime.settings = replace(sqlite_world.runtime.settings, page_seconds=10)
    add_topic(sqlite_world, "甲")
    return sqlite_world


def add_topic(world: World, title: str, audited: bool = True) -> None:
    """One more open topic; an operation would leave its audit row."""
    with world.uow() as uow:
        topic = build_topic(uow, "open", title=title)
        if audited:
            record(uow, action="TopicPublished", label="发榜", subject_kind="topic", subject_id=topic.id)


def visited(world: World, path: str = "/topics") -> tuple[int, str]:
    """Statements and text of a visit; the first one of all tells that the page may be kept."""
    with world.statements() as seen:
        text = world.browser().get(path).text
    return len(seen), text


def test_a_second_visitor_gets_the_kept_page_with_a_clock_that_goes(keeping: World) -> None:
    first = [visited(keeping) for _ in range(2)][-1][1]
    keeping.clock.forward(seconds=3)
    count, text = visited(keeping)
    assert count == 1
    assert "09:00:00" in first
    assert "09:00:00" not in text
    assert "09:00:03" in text
    assert f'data-server-now="{keeping.clock().isoformat()}"' in text


def test_whatever_happens_is_seen_at_once(keeping: World) -> None:
    assert all("乙" not in visited(keeping)[1] for _ in range(3))
    add_topic(keeping, "乙")
    assert "乙" in visited(keeping)[1]


def test_time_alone_makes_a_kept_page_too_old(keeping: World) -> None:
    for _ in range(2):
        visited(keeping)
    add_topic(keeping, "丙", audited=False)
    assert "丙" not in visited(keeping)[1]
    keeping.clock.forward(seconds=10)
    assert "丙" in visited(keeping)[1]


def test_languages_addresses_and_people_do_not_mix(keeping: World) -> None:
    for _ in range(2):
        visited(keeping)
        visited(keeping, "/topics?state=awarded")
    assert '<html lang="en"' in keeping.browser(language="en").get("/topics").text
    assert "甲" not in visited(keeping, "/topics?state=awarded")[1]
    own = keeping.browser("officer").get("/topics")
    assert "user-menu" in own.text
    assert own.headers["Cache-Control"] == "no-store"
    assert "user-menu" not in visited(keeping)[1]


def test_a_page_that_has_not_changed_is_not_sent_again(keeping: World) -> None:
    for _ in range(2):
        visited(keeping)
    etag = keeping.browser().get("/topics").headers["ETag"]
    keeping.clock.forward(seconds=2)
    assert keeping.browser().get("/topics", headers={"If-None-Match": etag}).status_code == 304


def test_strange_addresses_do_not_fill_the_memory(keeping: World) -> None:
    for number in range(MOST_KEPT + 20):
        visited(keeping, f"/about?page={number}")
    assert len(keeping.app.extensions["visitor_pages"]._kept) == MOST_KEPT
