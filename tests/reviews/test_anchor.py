"""The item that all score first, and giving a submitted sheet back."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.audit.queries import visible_rows
from marketplace.core.canonical import sha256_hex
from marketplace.core.errors import Invalid, Refused
from marketplace.notifications.models import OutboxMail
from marketplace.reviews import operations, policy
from marketplace.reviews.models import Panel, PanelItem, ScoreSheet
from marketplace.reviews.queries.own import may_read_subject, place_for, seat_for
from marketplace.reviews.queries.workload import duties_of
from marketplace.reviews.workflow import PanelState, SeatState, SheetState
from marketplace.topics.rules import DEFAULT_RULES
from tests.reviews.story import (
    FIVE,
    LEADS,
    confirm,
    convene,
    item_ids,
    marks,
    release,
    score,
    scored_panel,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.support.world import World

ANCHORED = replace(DEFAULT_RULES, anchor=True, disagreement=None)


def anchored(world: World, **rules: object) -> tuple[int, int]:
    """A scoring panel whose second item comes first: panel, item."""
    own = replace(ANCHORED, **rules)  # type: ignore[arg-type]
    panel_id = convene(world, topic_with_bids(world, LEADS, rules=own)[0])
    seat(world, panel_id, *FIVE)
    with pytest.raises(Invalid) as refused:
        release(world, panel_id)
    assert "anchor" in refused.value.problems
    first = item_ids(world, panel_id)[1]
    assert world.browser("officer").post(f"/panels/{panel_id}/anchor", {"item": "x"}).status_code == 422
    assert (
        world.browser("officer").post(f"/panels/{panel_id}/anchor", {"item": str(first)}).status_code == 302
    )
    if own.scores_per_item:
        world.do("officer", operations.request_assignment, (Panel, panel_id))
        world.compute()
    release(world, panel_id)
    confirm(world, panel_id, *FIVE)
    return panel_id, first


def save(world: World, panel_id: int, key: str, item: int, points: int = 80) -> None:
    mine = seat_id(world, panel_id, key)
    with world.uow(key) as uow:
        operations.save_sheet(uow, place_for(uow.session, uow.actor, mine, item), marks(points))


def submit(world: World, panel_id: int, key: str) -> None:
    with world.uow(key) as uow:
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, seat_id(world, panel_id, key)))


def test_the_others_open_after_the_first_is_in(world: World) -> None:
    panel_id, first = anchored(world)
    other = item_ids(world, panel_id)[0]
    mine, browser = seat_id(world, panel_id, "expert1"), world.browser("expert1")
    with pytest.raises(Refused, match="先评的一项"):
        save(world, panel_id, "expert1", other)
    assert "请先评完并提交全体专家先评的一项" in browser.get(f"/reviews/{mine}/items/{other}").text
    with world.reading() as session:
        actor = world.actor("expert1")
        subject = {item.id: item.subject_id for item in session.get_one(Panel, panel_id).items}
        assert not may_read_subject(session, actor, "bid", subject[other])
        assert may_read_subject(session, actor, "bid", subject[first])
    with pytest.raises(Invalid):
        submit(world, panel_id, "expert1")
    save(world, panel_id, "expert1", first)
    assert "提交先评的一项" in browser.get(f"/reviews/{mine}").text
    submit(world, panel_id, "expert1")
    for item in item_ids(world, panel_id):
        if item != first:
            save(world, panel_id, "expert1", item)
    submit(world, panel_id, "expert1")
    with pytest.raises(Refused, match="不能再修改"):
        submit(world, panel_id, "expert1")
    with pytest.raises(Refused, match="先评的一项"):
        save(world, panel_id, "expert2", other)


def test_the_first_item_is_everybodys_also_where_the_rest_is_shared(sqlite_world: World) -> None:
    panel_id, first = anchored(sqlite_world, scores_per_item=3)
    with sqlite_world.reading() as session:
        duties = duties_of(session, panel_id)
        by_item = {
            item: [one.origin for one in duties if one.item_id == item]
            for item in item_ids(sqlite_world, panel_id)
        }
        assert by_item.pop(first) == ["anchor"] * 5
        assert all(origins == ["assigned"] * 3 for origins in by_item.values())
        assert (session.get_one(Panel, panel_id).protocol or {})["anchor_item"] == first


def test_where_no_list_asks_for_it_nobody_chooses_a_first(sqlite_world: World) -> None:
    panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    item = item_ids(sqlite_world, panel_id)[0]
    with pytest.raises(Refused, match="没有规定"):
        sqlite_world.do("officer", operations.choose_anchor, (Panel, panel_id), item)


def reopen(
    world: World, panel_id: int, key: str, item: int, by: str = "officer", reason: str = "漏评一处"
) -> None:
    with world.uow(by) as uow:
        sheet = uow.session.scalars(
            select(ScoreSheet).where(
                ScoreSheet.item_id == item, ScoreSheet.seat_id == seat_id(world, panel_id, key)
            )
        ).one()
        operations.reopen_sheet(uow, sheet, reason)


def test_the_chair_gives_a_sheet_back_with_a_reason(world: World) -> None:
    panel_id = scored_panel(world, [[marks(80), marks(70), marks(60)]] * 5, conclude=False)
    item = item_ids(world, panel_id)[0]
    with pytest.raises(Invalid):
        reopen(world, panel_id, "expert1", item, reason="")
    with pytest.raises(Refused, match="只有省局经办"):
        reopen(world, panel_id, "expert1", item, by="auditor")
    reopen(world, panel_id, "expert1", item)
    with pytest.raises(Refused, match="还没有提交"):
        reopen(world, panel_id, "expert1", item)
    with pytest.raises(Refused, match="未提交全部评分"):
        world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        mail = session.scalars(select(OutboxMail.text_body).where(OutboxMail.kind == "sheet_reopened")).one()
        assert "漏评一处" in mail
        row = session.scalars(visible_rows().where(AuditRow.subject_kind == "panel")).first()
        assert (row.label, row.reason) == ("主持人重开评分表", "漏评一处")
        sheet = session.scalars(select(ScoreSheet).where(ScoreSheet.state == "draft")).one()
        assert (sheet.total, sheet.earlier[0]["total"]) == (None, "80.00")
        assert row.details["earlier_sha256"] == sha256_hex(sheet.earlier[0])
        assert "80" not in str(row.details.get("marks", ""))
    save(world, panel_id, "expert1", item, 90)
    submit(world, panel_id, "expert1")
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    page = world.browser("officer").get(f"/panels/{panel_id}/items/{item}").text
    assert "原总分80.00" in page
    with world.reading() as session:
        found = session.get_one(PanelItem, item)
        assert found.trace is not None
        assert sorted(one["total"] for one in found.trace["sheets"])[-1] == "90.00"


def test_reopening_by_form_shows_no_mark(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, [[marks(83), marks(71), marks(62)]] * 5, conclude=False)
    item, mine = item_ids(sqlite_world, panel_id)[0], seat_id(sqlite_world, panel_id, "expert1")
    address = f"/panels/{panel_id}/seats/{mine}"
    browser = sqlite_world.browser("officer")
    page = browser.get(address).text
    assert "重开评分表" in page
    assert "83" not in page.split("<main", 1)[1].split("</main", 1)[0]
    assert "Reopen score sheet" in sqlite_world.browser("officer", "en").get(address).text
    assert "重开评分表<" not in sqlite_world.browser("auditor").get(address).text
    for key in ("expert1", "hangzhou_head"):
        assert sqlite_world.browser(key).get(address).status_code == 403
    assert browser.post(f"{address}/items/{item}/reopen", {"reason": ""}).status_code == 422
    assert browser.post(f"{address}/items/999999/reopen", {"reason": "x"}).status_code == 404
    assert browser.post(f"{address}/items/{item}/reopen", {"reason": "漏评"}).status_code == 302


@pytest.mark.parametrize(
    ("key", "chair", "panel_state", "seat_state", "sheet_state", "allowed"),
    [
        ("officer", "officer", PanelState.SCORING, SeatState.CONFIRMED, SheetState.SUBMITTED, True),
        ("officer", None, PanelState.SCORING, SeatState.CONFIRMED, SheetState.SUBMITTED, True),
        ("officer", "approver", PanelState.SCORING, SeatState.CONFIRMED, SheetState.SUBMITTED, False),
        ("officer", "officer", PanelState.CONCLUDED, SeatState.CONFIRMED, SheetState.SUBMITTED, False),
        ("officer", "officer", PanelState.SCORING, SeatState.RECUSED, SheetState.SUBMITTED, False),
        ("officer", "officer", PanelState.SCORING, SeatState.CONFIRMED, SheetState.DRAFT, False),
        ("approver", "approver", PanelState.SCORING, SeatState.CONFIRMED, SheetState.SUBMITTED, False),
        ("expert1", "expert1", PanelState.SCORING, SeatState.CONFIRMED, SheetState.SUBMITTED, False),
    ],
)
def test_who_may_reopen(
    sqlite_world: World,
    key: str,
    chair: str | None,
    panel_state: str,
    seat_state: str,
    sheet_state: str,
    allowed: bool,
) -> None:
    chair_id = None if chair is None else sqlite_world.people[chair]
    verdict = policy.may_reopen(sqlite_world.actor(key), chair_id, panel_state, seat_state, sheet_state)
    assert bool(verdict) is allowed


def test_a_reopened_sheet_does_not_close_the_others(sqlite_world: World) -> None:
    panel_id, first = anchored(sqlite_world)
    save(sqlite_world, panel_id, "expert1", first)
    submit(sqlite_world, panel_id, "expert1")
    reopen(sqlite_world, panel_id, "expert1", first)
    save(sqlite_world, panel_id, "expert1", first, 75)
    submit(sqlite_world, panel_id, "expert1")
    others = [item for item in item_ids(sqlite_world, panel_id) if item != first]
    for item in others:
        save(sqlite_world, panel_id, "expert1", item)
    submit(sqlite_world, panel_id, "expert1")
    with pytest.raises(Refused, match="不能再修改"):
        score(sqlite_world, panel_id, "expert1", [marks(80)] * 3)
