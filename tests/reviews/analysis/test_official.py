"""The calibrated list as the official one, and what a disagreement asks of the award."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.bids.award import propose_award
from marketplace.bids.models import Bid
from marketplace.core.errors import Invalid, Refused
from marketplace.reviews import operations
from marketplace.reviews.analysis import operations as analyses
from marketplace.reviews.analysis.official import calibrated_places, record_as_calibrated
from marketplace.reviews.analysis.operations import Vote
from marketplace.reviews.models import Panel, PanelItem
from marketplace.reviews.scoring import fingerprint
from marketplace.topics.models import Topic
from marketplace.topics.rules import DEFAULT_RULES
from tests.reviews.analysis.panels import analysed, question
from tests.reviews.analysis.test_operations import TABLE, disputed_panel
from tests.reviews.analysis.test_record import incomplete
from tests.reviews.story import item_ids, scored_panel
from tests.support.world import World

CALIBRATED = replace(DEFAULT_RULES, official="calibrated", disagreement=None)


def test_contributions_add_to_the_calibrated_score() -> None:
    for table in (incomplete(), [[80.3, 70.1], [81, 72.7], [77.7, 90]]):
        for item in analysed(table)["items"]:
            assert sum(Decimal(part) for part in item["contributions"].values()) == Decimal(
                item["calibrated"]
            )


def test_both_lists_stand_in_the_record() -> None:
    asked = question(incomplete(), places=4)
    analysis = analysed(incomplete(), places=4)
    record = record_as_calibrated(asked.announced(), analysis)
    by_item = {place["item"]: place for place in record["places"]}
    for item in analysis["items"]:
        assert by_item[item["item"]]["score"] == item["calibrated"]
    assert [place["item"] for place in record["places"]] != [
        place["item"] for place in record["announced_places"]
    ]
    assert record["analysis_sha256"] == analysis["sha256"]


def test_equal_calibrated_scores_share_a_rank_and_wait_for_the_vote() -> None:
    table = [[80, 80, 70], [82, 82, 71]]
    places = calibrated_places(question(table).announced(), analysed(table))
    assert [(place.rank, place.needs_vote) for place in places] == [(1, True), (1, True), (3, False)]


def test_the_official_result_waits_for_its_own_computation_only(world: World) -> None:
    panel_id = scored_panel(world, TABLE, conclude=False, rules=CALIBRATED)
    with pytest.raises(Refused):
        world.do("officer", operations.conclude_panel, (Panel, panel_id))
    text = world.browser("officer").get(f"/panels/{panel_id}").get_data(as_text=True)
    assert "本评审组以校正分为正式得分" in text
    assert "90.00" not in text
    world.compute()
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    first, second, _third = item_ids(world, panel_id)
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert panel.result is not None
        assert panel.result["official"] == "calibrated"
        assert panel.result["sha256"] == fingerprint(panel.result)
        assert panel.protocol is not None
        assert panel.protocol["official"] == "calibrated"
        loser, winner = session.get_one(PanelItem, first), session.get_one(PanelItem, second)
        assert (loser.total, loser.rank, winner.total, winner.rank) == (
            Decimal("84.00"),
            2,
            Decimal("85.20"),
            1,
        )
        assert loser.trace is not None
        assert (loser.trace["announced"], loser.trace["announced_rank"]) == ("90.00", 1)
    text = world.browser("officer").get(f"/panels/{panel_id}/analysis").get_data(as_text=True)
    assert "校正分（正式）" in text
    text = world.browser("expert1").get(f"/panels/{panel_id}/items/{first}").get_data(as_text=True)
    assert "按公布规则的得分为90.00" in text


def test_the_office_may_ask_again_while_the_result_waits(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, TABLE, conclude=False, rules=CALIBRATED)
    officer = sqlite_world.browser("officer")
    officer.get(f"/panels/{panel_id}")
    answer = officer.post(f"/panels/{panel_id}/analysis")
    assert answer.headers["Location"].endswith(f"/panels/{panel_id}")


def test_no_award_before_the_meeting_has_voted(world: World) -> None:
    panel_id = disputed_panel(world)
    first, second, _third = item_ids(world, panel_id)
    with world.reading() as session:
        topic_id = session.get_one(Panel, panel_id).topic_id
        bids = {item: session.get_one(PanelItem, item).subject_id for item in (first, second)}

    def propose(item: int) -> None:
        with world.uow("officer") as uow:
            topic = uow.session.get_one(Topic, topic_id)
            propose_award(
                uow,
                topic,
                [uow.session.get_one(Bid, bids[item])],
                "按会议审议表决的结果确定揭榜单位（示例）。",
            )

    with pytest.raises(Invalid) as refusal:
        propose(first)
    assert "逐项表决" in str(refusal.value.problems["bids"])
    text = world.browser("officer").get(f"/manage/topics/{topic_id}/award").get_data(as_text=True)
    assert "逐项表决" in text
    for item, vote in (
        (first, Vote(5, 0, 0, "方案成熟（示例）")),
        (second, Vote(1, 4, 0, "基础不足（示例）")),
    ):
        world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), item, vote, 5)
    with pytest.raises(Invalid) as refusal:
        propose(second)
    assert "未获同意" in str(refusal.value.problems["bids"])
    propose(first)
