"""Code names: drawn by a seed, and the only names an expert of a blind panel is given."""

from dataclasses import replace

import pytest

from marketplace.core.actor import Role
from marketplace.core.errors import Invalid
from marketplace.reviews import operations
from marketplace.reviews.codes import code_of, in_drawn_order
from marketplace.reviews.models import Panel
from marketplace.reviews.policy import sees_names
from marketplace.reviews.presentation import item_labels
from marketplace.reviews.protocol import protocol_for, protocol_from
from marketplace.reviews.queries.own import bidding_units, may_read_subject, seat_for
from marketplace.reviews.subjects import Subject
from marketplace.reviews.workflow import PanelState
from marketplace.topics.rules import DEFAULT_RULES, rules_from_dict
from tests.reviews.story import NEVER, scoring_panel, seat_id
from tests.support.world import World

BLIND = replace(NEVER, blind=True)


def test_only_the_bids_are_scored_blindly() -> None:
    bids = protocol_from(protocol_for(BLIND, "bid", 7))
    assert (bids.blind, bids.blind_seed) == (True, 7)
    outcome = protocol_from(protocol_for(BLIND, "outcome", 7))
    assert (outcome.blind, outcome.blind_seed) == (False, None)
    old = {key: value for key, value in DEFAULT_RULES.to_dict().items() if key != "blind"}
    assert rules_from_dict(old).blind is False


def test_the_seed_alone_draws_the_order() -> None:
    items = [Subject(key, f"单位{key}", key) for key in range(1000, 1030)]
    drawn = [in_drawn_order(items, protocol_from(protocol_for(BLIND, "bid", seed))) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0] == in_drawn_order(items[::-1], protocol_from(protocol_for(BLIND, "bid", 1)))
    assert set(drawn[0]) == set(items)
    assert drawn[0] != items
    assert in_drawn_order(items, protocol_from(protocol_for(NEVER, "bid", 1))) == items
    assert code_of(3) == ("材料%(number)s", {"number": "03"})


@pytest.mark.parametrize(
    ("key", "state", "blind", "member", "named"),
    [
        ("expert1", PanelState.SCORING, False, True, True),
        ("expert1", PanelState.SCORING, True, True, False),
        ("expert1", PanelState.SCORING, True, False, False),
        ("expert1", PanelState.CONCLUDED, True, True, True),
        ("hangzhou_head", PanelState.SCORING, True, False, False),
        ("officer", PanelState.DRAFT, True, False, True),
        ("approver", PanelState.SCORING, True, False, True),
        ("auditor", PanelState.SCORING, True, False, True),
        ("officer", PanelState.SCORING, True, True, False),
    ],
)
def test_who_sees_names(
    sqlite_world: World, key: str, state: PanelState, blind: bool, member: bool, named: bool
) -> None:
    assert sees_names(sqlite_world.actor(key), state, blind, member) is named


def test_labels_follow_the_viewer(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world, rules=BLIND)
    expert, officer = sqlite_world.actor("expert1"), sqlite_world.actor("officer")
    with sqlite_world.app.test_request_context(), sqlite_world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert list(item_labels(expert, panel, panel.items).values()) == ["材料01", "材料02", "材料03"]
        named = item_labels(officer, panel, panel.items)
        assert all(named[item.id].endswith(item.label) for item in panel.items)
        assert Role.OFFICER in officer.roles
        assert set(item_labels(officer, panel, panel.items, member=True).values()) == {
            "材料01", "材料02", "材料03"
        }  # fmt: skip
        assert not any(may_read_subject(session, expert, "bid", item.subject_id) for item in panel.items)
        assert len(bidding_units(session, panel_id)) == 3


def test_what_an_expert_gets_before_and_after_the_declaration_names_no_code_and_no_unit(
    sqlite_world: World,
) -> None:
    panel_id = scoring_panel(
        sqlite_world, rules=BLIND, keys=("expert1", "expert2", "expert3", "expert4", "expert5")
    )
    mine = seat_id(sqlite_world, panel_id, "expert1")
    page = sqlite_world.browser("expert1").get(f"/reviews/{mine}").text
    assert "材料01" in page
    assert "杭州市" not in page
    assert "Submission 01" in sqlite_world.browser("expert1", "en").get(f"/reviews/{mine}").text
    with pytest.raises(Invalid) as refused, sqlite_world.uow("expert1") as uow:
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, mine))
    assert "杭州" not in str(refused.value.problems)
