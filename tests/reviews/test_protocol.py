"""The rules of a panel are fixed, with a fingerprint, before anybody can see a score."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.audit.queries import visible_rows
from marketplace.core.canonical import sha256_hex
from marketplace.reviews import operations
from marketplace.reviews.models import Panel
from marketplace.reviews.protocol import Protocol, protocol_for, protocol_from
from marketplace.topics.models import ChallengeList
from marketplace.topics.rules import DEFAULT_RULES, rules_from_dict
from tests.reviews.story import FIVE, convene, marks, scored_panel, scoring_panel, topic_with_bids
from tests.support.world import World

OWN = replace(DEFAULT_RULES, scores_per_item=3, disagreement=15, anchor=True)


def test_what_an_old_list_never_announced_does_not_hold() -> None:
    old = DEFAULT_RULES.to_dict()
    for name in ("official", "scores_per_item", "disagreement", "anchor", "blind"):
        del old[name]
    read = rules_from_dict(old)
    settings = (read.official, read.scores_per_item, read.disagreement, read.anchor)
    assert settings == ("announced", None, None, False)
    assert rules_from_dict(OWN.to_dict()) == OWN


def test_a_panel_takes_the_settings_of_its_list() -> None:
    assert protocol_from(protocol_for(OWN, "bid")) == Protocol("announced", 3, 15, True)
    assert protocol_from(protocol_for(OWN, "outcome")) == Protocol("announced", None, 15, False)
    assert protocol_from(None) == Protocol()


def test_release_freezes_the_protocol(world: World) -> None:
    draft = convene(world, topic_with_bids(world)[0])
    released = scoring_panel(world)
    with world.reading() as session:
        assert session.get_one(Panel, draft).protocol_sha256 is None
        panel = session.get_one(Panel, released)
        assert panel.protocol is not None
        assert panel.protocol_sha256 == sha256_hex(panel.protocol)
        assert panel.protocol["rubric"] == panel.rubric
        assert panel.protocol["items"] == [item.id for item in panel.items]
        event = session.scalars(visible_rows().where(AuditRow.label == "评审组开始评分")).one()
        assert panel.protocol_sha256 in str(event.details)


def test_the_result_and_the_pages_name_the_protocol(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, [[marks(80), marks(70), marks(60)]] * 5, conclude=False)
    with sqlite_world.reading() as session:
        told = session.get_one(Panel, panel_id).protocol_sha256
    assert told
    for language, words in (("zh", "评审规程"), ("en", "Panel protocol")):
        page = sqlite_world.browser("officer", language).get(f"/panels/{panel_id}").text
        assert told in page
        assert words in page
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with sqlite_world.reading() as session:
        assert (session.get_one(Panel, panel_id).result or {})["protocol_sha256"] == told
    for key in ("officer", "auditor", FIVE[0]):
        assert told in sqlite_world.browser(key).get(f"/panels/{panel_id}").text


@pytest.mark.parametrize(("language", "words"), [("zh", "之差超过 20 分"), ("en", "More than 20 points")])
def test_the_public_rules_say_so(sqlite_world: World, language: str, words: str) -> None:
    topic_with_bids(sqlite_world)
    with sqlite_world.reading() as session:
        code = session.scalars(select(ChallengeList.code)).one()
    assert words in sqlite_world.browser(None, language).get(f"/rules/{code}").text
