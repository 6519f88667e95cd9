"""What the desk's pages share: the blueprint, the menu, the loading of one topic."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.text import N_
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.presentation import WORDS
from marketplace.topics.queries import list_for, topic_for
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.requests import current_actor, db_session

blueprint = Blueprint("topics", __name__)
READERS = (Role.OFFICER, Role.APPROVER, Role.AUDITOR)
Page = str | Response | tuple[str, int]

LIST_PAGES = ("topics.lists", "topics.new_list", "topics.show_list", "topics.save_rules")
add_entry(
    Entry(14, N_("榜单管理"), "topics.lists", frozenset(READERS), active=lambda name: name in LIST_PAGES)
)
add_entry(
    Entry(
        15, N_("榜题管理"), "topics.desk", frozenset(READERS),
        active=lambda name: name.startswith("topics.") and name not in LIST_PAGES,
    )
)  # fmt: skip


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """How templates speak of topics."""
    return {"topic_words": WORDS}


def the_topic(topic_id: int) -> Topic:
    """The topic of this page."""
    return topic_for(db_session(), current_actor(), topic_id)


def the_list(list_id: int) -> ChallengeList:
    """The list of this page."""
    return list_for(db_session(), current_actor(), list_id)
