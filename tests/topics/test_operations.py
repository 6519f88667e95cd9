"""From a draft to a published text and its versions, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.audit.models import Seal
from marketplace.audit.queries import history_of
from marketplace.audit.seals import topic_seal
from marketplace.core.errors import Invalid, Refused, StaleVersion, WrongState
from marketplace.notices.models import Notice
from marketplace.notifications.models import OutboxMail
from marketplace.search.models import SearchDocument
from marketplace.topics.models import ChallengeList, Topic, TopicVersion
from marketplace.topics.operations import (
    amend_topic,
    approve_topic,
    change_list_rules,
    content_of,
    draft_topic,
    publish_due_topics,
    publish_list,
    return_topic,
    save_section,
    submit_topic,
    withdraw_topic,
)
from marketplace.topics.rules import DEFAULT_RULES
from tests.support.world import World
from tests.topics.content import complete, make_list, make_topic, published_topic


def topic(world: World, topic_id: int) -> Topic:
    with world.reading() as session:
        return session.get_one(Topic, topic_id)


def texts_of(world: World, model: type[Any]) -> list[Any]:
    with world.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_publishing_a_list_freezes_its_rules(world: World) -> None:
    list_id = make_list(world)
    with world.reading() as session:
        assert len(str(session.get_one(ChallengeList, list_id).rules_sha256)) == 64
    with pytest.raises(Refused, match="规则已冻结"):
        world.do("officer", change_list_rules, (ChallengeList, list_id), replace(DEFAULT_RULES, panel_size=7))
    with pytest.raises(Refused, match="规则已冻结"):
        world.do("approver", publish_list, (ChallengeList, list_id))


def test_a_published_topic_is_announced_indexed_sealed_and_mailed(world: World) -> None:
    topic_id = published_topic(world)
    found = topic(world, topic_id)
    assert (found.state, found.published_at, found.published_version) == ("open", world.clock.now, 1)
    with world.reading() as session:
        seal = session.get_one(Seal, topic_seal(topic_id))
        assert seal.opened_at is None
        assert [row.label for row in history_of(session, "topic", topic_id)] == [
            "起草榜题",
            "提交榜题审定",
            "发榜",
        ]
    [notice] = texts_of(world, Notice)
    assert (notice.kind, notice.topic_id) == ("publication", topic_id)
    documents = {(d.kind, d.audience, d.url) for d in texts_of(world, SearchDocument)}
    assert documents == {
        ("topic", "public", f"/topics/{found.code}"), ("notice", "public", f"/notices/{notice.id}")
    }  # fmt: skip
    [version] = texts_of(world, TopicVersion)
    assert (version.number, version.changes, version.content["title"]) == (1, [], found.title)


def test_every_eligible_clerk_and_head_gets_one_mail(world: World) -> None:
    published_topic(world, eligible_levels=("county", "direct_unit"))
    mails = [mail for mail in texts_of(world, OutboxMail) if mail.kind == "topic_published"]
    addresses = {mail.to_address.split("@")[0] for mail in mails}
    units = ("anji", "deqing", "yiwu", "jingning", "canteen", "vehicles")
    assert addresses == {f"{unit}.{role}" for unit in units for role in ("clerk", "head")}
    assert len(mails) == len(addresses)
    assert "/topics/JB-2026-001" in mails[0].text_body


def test_a_draft_may_be_incomplete_but_not_malformed(world: World) -> None:
    topic_id = make_topic(world, make_list(world, publish=False))
    world.do("officer", save_section, (Topic, topic_id), "aims", {"background": "", "objectives": ()})
    assert topic(world, topic_id).objectives == []
    for section, values, name in (
        ("basics", {"title": "长" * 121}, "title"),
        ("budget", {"budget_min_fen": 5, "budget_max_fen": 4}, "budget_max_fen"),
        ("budget", {"budget_min_fen": -1, "budget_max_fen": None}, "budget_min_fen"),
        ("terms", {"eligible_levels": ("company",)}, "eligible_levels"),
        ("terms", {"award_mode": "lottery"}, "award_mode"),
        ("terms", {"award_mode": "single", "max_awardees": 2}, "max_awardees"),
        ("milestones", {"duration_months": 61}, "duration_months"),
    ):
        with pytest.raises(Invalid) as refusal:
            world.do("officer", save_section, (Topic, topic_id), section, values)
        assert name in refusal.value.problems


def test_submitting_checks_everything(world: World) -> None:
    list_id = make_list(world)

    def empty(uow: Any) -> int:
        return draft_topic(uow, uow.session.get_one(ChallengeList, list_id)).id

    topic_id = world.do("officer", empty)
    with pytest.raises(Invalid) as refusal:
        world.do("officer", submit_topic, (Topic, topic_id))
    assert set(refusal.value.problems) == {
        "title", "category", "field", "background", "objectives", "deliverables", "milestones", "eligible_levels"
    }  # fmt: skip
    assert topic(world, topic_id).state == "draft"


def test_a_stale_page_answers_with_both_texts(world: World) -> None:
    topic_id = make_topic(world, make_list(world))
    opened = topic(world, topic_id).version
    world.do("officer2", save_section, (Topic, topic_id), "basics", {"title": "他人改的题目"}, opened)
    with pytest.raises(StaleVersion) as stale:
        world.do("officer", save_section, (Topic, topic_id), "basics", {"title": "我改的题目"}, opened)
    assert (stale.value.theirs["榜题名称"], stale.value.yours["榜题名称"]) == ("他人改的题目", "我改的题目")


def test_saving_the_same_again_changes_nothing(world: World) -> None:
    topic_id = make_topic(world, make_list(world))
    before = topic(world, topic_id).version
    world.do("officer", save_section, (Topic, topic_id), "basics", {"title": topic(world, topic_id).title})
    assert topic(world, topic_id).version == before


def test_deliverable_keys_stay_and_forged_ones_are_replaced(world: World) -> None:
    topic_id = make_topic(world, make_list(world))
    items = content_of(topic(world, topic_id)).deliverables
    forged = (items[1], replace(items[0], key="d2"), replace(items[2], key="elsewhere"))
    world.do("officer", save_section, (Topic, topic_id), "deliverables", {"deliverables": forged})
    keys = [item["key"] for item in topic(world, topic_id).deliverables]
    assert keys[0] == "d2"
    assert len(set(keys)) == 3
    assert not {"d1", "d3", "elsewhere"} & set(keys)


def test_returned_sections_stay_marked_until_saved(world: World) -> None:
    topic_id = make_topic(world, make_list(world))
    world.do("officer", submit_topic, (Topic, topic_id))
    with pytest.raises(Invalid):
        world.do("approver", return_topic, (Topic, topic_id), ["budget"], "")
    world.do("approver", return_topic, (Topic, topic_id), ["budget", "terms", "forged"], "经费请核实")
    found = topic(world, topic_id)
    assert (found.state, found.returned_sections, found.returned_reason) == (
        "draft", ["budget", "terms"], "经费请核实"
    )  # fmt: skip
    world.do(
        "officer", save_section, (Topic, topic_id), "budget", {"budget_min_fen": None, "budget_max_fen": None}
    )
    assert topic(world, topic_id).returned_sections == ["terms"]
    kinds = [mail.kind for mail in texts_of(world, OutboxMail)]
    assert sorted(kinds) == ["topic_returned", "topic_submitted", "topic_submitted"]


def test_a_deadline_within_a_week_of_publication_is_refused(world: World) -> None:
    topic_id = make_topic(world, make_list(world))
    world.do("officer", submit_topic, (Topic, topic_id))
    world.clock.forward(days=23, seconds=1)
    with pytest.raises(Invalid, match="内容"):
        world.do("approver", approve_topic, (Topic, topic_id))
    world.clock.forward(seconds=-1)
    world.do("approver", approve_topic, (Topic, topic_id))
    assert topic(world, topic_id).state == "open"


def test_a_topic_is_published_only_under_a_published_list(world: World) -> None:
    topic_id = make_topic(world, make_list(world, publish=False))
    world.do("officer", submit_topic, (Topic, topic_id))
    with pytest.raises(Refused, match="榜单尚未发布"):
        world.do("approver", approve_topic, (Topic, topic_id))


def test_scheduled_topics_are_published_once_at_their_moment(world: World) -> None:
    topic_id = make_topic(world, make_list(world))
    world.do("officer", submit_topic, (Topic, topic_id))
    later = world.clock.now + timedelta(days=2)
    world.do("approver", approve_topic, (Topic, topic_id), later)
    assert topic(world, topic_id).state == "scheduled"
    assert world.do(None, publish_due_topics) == 0
    world.clock.forward(days=2)
    assert world.do(None, publish_due_topics) == 1
    assert world.do(None, publish_due_topics) == 0
    assert topic(world, topic_id).state == "open"
    assert len(texts_of(world, Notice)) == 1


def test_after_downtime_bureaus_still_have_a_week(world: World) -> None:
    topic_id = make_topic(world, make_list(world))
    world.do("officer", submit_topic, (Topic, topic_id))
    world.do("approver", approve_topic, (Topic, topic_id), world.clock.now + timedelta(days=2))
    world.clock.forward(days=25)
    world.do(None, publish_due_topics)
    found = topic(world, topic_id)
    assert found.published_at == world.clock.now
    assert found.deadline is not None
    assert timedelta(days=7) <= found.deadline - world.clock.now <= timedelta(days=8)


def test_an_amendment_is_a_new_version_with_its_differences(world: World) -> None:
    topic_id = published_topic(world)
    text = content_of(topic(world, topic_id))
    assert text.deadline is not None
    changed = replace(text, title="修改后的题目", deadline=text.deadline + timedelta(days=5))
    world.do("approver", amend_topic, (Topic, topic_id), changed, "延长期限")
    first, second = texts_of(world, TopicVersion)
    assert (first.number, second.number, second.reason) == (1, 2, "延长期限")
    assert [(c["field"], c["old"], c["new"]) for c in second.changes][0] == (
        "title",
        text.title,
        "修改后的题目",
    )
    assert [n.kind for n in texts_of(world, Notice)] == ["publication", "amendment"]
    sent = [mail.kind for mail in texts_of(world, OutboxMail)]
    assert sent.count("topic_amended") == sent.count("topic_published") > 0


@pytest.mark.parametrize(
    ("change", "field"),
    [({"eligible_levels": ("municipal",)}, "eligible_levels"), ({}, "content"), ({"title": ""}, "title")],
)
def test_what_may_not_be_amended(sqlite_world: World, change: dict[str, Any], field: str) -> None:
    topic_id = published_topic(sqlite_world)
    changed = replace(content_of(topic(sqlite_world, topic_id)), **change)
    with pytest.raises(Invalid) as refusal:
        sqlite_world.do("approver", amend_topic, (Topic, topic_id), changed, "理由")
    assert list(refusal.value.problems) == [field]


def test_the_deadline_never_moves_earlier_nor_after_it_has_passed(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    text = content_of(topic(sqlite_world, topic_id))
    assert text.deadline is not None
    earlier = replace(text, deadline=text.deadline - timedelta(seconds=1))
    with pytest.raises(Invalid) as refusal:
        sqlite_world.do("approver", amend_topic, (Topic, topic_id), earlier, "理由")
    assert list(refusal.value.problems) == ["deadline"]
    sqlite_world.clock.now = text.deadline
    later = replace(text, deadline=text.deadline + timedelta(days=1))
    with pytest.raises(Refused, match="已截止"):
        sqlite_world.do("approver", amend_topic, (Topic, topic_id), later, "理由")


def test_a_withdrawn_topic_takes_no_more_moves(world: World) -> None:
    topic_id = published_topic(world)
    world.do("approver", withdraw_topic, (Topic, topic_id), "条件变化")
    assert topic(world, topic_id).state == "withdrawn"
    assert texts_of(world, Notice)[-1].kind == "withdrawal"
    with pytest.raises((Refused, WrongState)):
        world.do("approver", withdraw_topic, (Topic, topic_id), "再撤")


def test_the_whole_reference_file_can_be_submitted(sqlite_world: World) -> None:
    list_id = make_list(sqlite_world)

    def all_of_them(uow: Any) -> int:
        challenge_list = uow.session.get_one(ChallengeList, list_id)
        made = [draft_topic(uow, challenge_list, complete(uow.now, number)) for number in range(24)]
        for one in made:
            submit_topic(uow, one)
        return len({one.code for one in made})

    assert sqlite_world.do("officer", all_of_them) == 24
