"""The disagreement rule: who is called, how often, what waits for her, and that it happens once."""

import threading
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.audit.models import AuditRow
from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.experts.models import Expert
from marketplace.notifications.models import OutboxMail
from marketplace.reviews import operations
from marketplace.reviews.disagreement import calls_extra, extra_seed
from marketplace.reviews.draws import draws_in, is_repeatable
from marketplace.reviews.models import Duty, Panel, Seat
from marketplace.reviews.operations.extra import call_extras
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.queries.own import place_for, seat_for
from marketplace.reviews.queries.workload import disputes_of
from tests.reviews.story import (
    FIVE,
    NEVER,
    confirm,
    convene,
    item_ids,
    marks,
    score,
    scoring_panel,
    seat_id,
    topic_with_bids,
)
from tests.support.world import World


@pytest.mark.parametrize(
    ("totals", "extras", "called"),
    [
        ((80, 70, 60), 0, False),
        ((80, 70, "59.99"), 0, True),
        ((80,), 0, False),
        ((), 0, False),
        ((80, 78, 79, 50), 1, False),
        ((80, 59, 79, 50), 1, True),
        ((80, 79, 61, 58), 1, False),
        ((80, 78, 79, 50, 20), 2, False),
    ],
)
def test_when_another_expert_is_called(totals: tuple[int | str, ...], extras: int, called: bool) -> None:
    given = [Decimal(str(one)) for one in totals]
    assert calls_extra(given, extras, 20) is called
    assert not calls_extra(given, extras, None)


def test_nobody_chooses_the_seed() -> None:
    assert extra_seed("a", 1, 1) == extra_seed("a", 1, 1)
    assert (
        len({extra_seed("a", 1, 1), extra_seed("a", 1, 2), extra_seed("a", 2, 1), extra_seed("b", 1, 1)}) == 4
    )


def disputed(world: World, last: int = 40, keys: tuple[str, ...] = FIVE) -> int:
    """A panel on which the last expert finds the first item far worse than the others do."""
    panel_id = scoring_panel(world)
    for key in keys:
        first = last if key == "expert5" else 80
        score(world, panel_id, key, [marks(first), marks(70), marks(60)])
    return panel_id


def extra_of(world: World, panel_id: int) -> tuple[str, int, int]:
    """Who has been called last: her key, seat and item."""
    with world.reading() as session:
        duty = session.scalars(
            select(Duty).where(Duty.panel_id == panel_id, Duty.origin == "extra").order_by(Duty.id.desc())
        ).first()
        assert duty is not None
        by_person = {person: key for key, person in world.people.items()}
        return by_person[duty.seat.expert.person_id], duty.seat_id, duty.item_id


def score_extra(world: World, panel_id: int, points: int) -> None:
    """The one called last scores."""
    key, mine, item = extra_of(world, panel_id)
    confirm(world, panel_id, key)
    with world.uow(key) as uow:
        operations.save_sheet(uow, place_for(uow.session, uow.actor, mine, item), marks(points))
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, mine))


def test_the_rule_calls_one_more_expert_and_the_result_waits_for_her(world: World) -> None:
    panel_id = disputed(world)
    key, mine, item = extra_of(world, panel_id)
    assert item == item_ids(world, panel_id)[0]
    assert key not in FIVE
    with pytest.raises(Refused, match="未确认是否回避"):
        world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        seat = session.get_one(Seat, mine)
        assert seat.extra
        drawn = list(draws_in(session.get_one(Panel, panel_id).draw))
        assert [one["item"] for one in drawn] == [item]
        assert all(is_repeatable(one) for one in drawn)
        called = session.scalars(select(AuditRow).where(AuditRow.action == "ExtraCalled")).one()
        assert (called.person_id, called.details["seat_id"]) == (None, mine)
        kinds = session.execute(select(OutboxMail.kind, func.count()).group_by(OutboxMail.kind)).all()
        assert dict(kinds)["extra_called"] >= 1
        assert "sheets_complete" not in dict(kinds)
        assert (
            session.scalar(
                select(func.count()).select_from(Duty).where(Duty.seat_id == mine, Duty.state == "live")
            )
            == 1
        )
    score_extra(world, panel_id, 75)
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        first = session.get_one(Panel, panel_id).items[0]
        assert first.trace is not None
        assert len(first.trace["sheets"]) == 6
        assert first.total == Decimal("78.75")
        mails = session.scalars(select(OutboxMail.kind)).all()
        assert "sheets_complete" in mails


def test_an_auditor_repeats_every_draw(sqlite_world: World) -> None:
    panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    sqlite_world.do("officer", operations.propose_members, (Panel, panel_id), 3)
    sqlite_world.do("officer", operations.propose_members, (Panel, panel_id), 2)
    run = sqlite_world.app.test_cli_runner().invoke
    told = run(args=["review", "draw-check", str(panel_id)])
    assert (told.exit_code, told.output.count("identical"), "2 draws" in told.output) == (0, 3, True)
    assert sqlite_world.browser("auditor").get(f"/panels/{panel_id}").text.count("一致</span>") == 2
    with sqlite_world.uow() as uow:
        panel = uow.session.get_one(Panel, panel_id)
        assert panel.draw is not None
        drawn = panel.draw["chosen"]
        instead = next(expert for expert in panel.draw["candidates"] if expert not in drawn)
        panel.draw = {**panel.draw, "chosen": [drawn[0], instead]}
    changed = run(args=["review", "draw-check", str(panel_id)])
    assert (changed.exit_code, "DIFFERENT" in changed.output) == (1, True)
    assert "不一致" in sqlite_world.browser("auditor").get(f"/panels/{panel_id}").text
    assert run(args=["review", "draw-check", "999"]).exit_code == 1


def test_at_most_two_for_one_item(sqlite_world: World) -> None:
    panel_id = disputed(sqlite_world, last=5)
    score_extra(sqlite_world, panel_id, 40)
    first = extra_of(sqlite_world, panel_id)
    score_extra(sqlite_world, panel_id, 100)
    assert extra_of(sqlite_world, panel_id) == first
    with sqlite_world.reading() as session:
        count = session.scalar(select(func.count()).select_from(Duty).where(Duty.origin == "extra"))
        assert count == 2
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))


def test_calling_twice_calls_once(sqlite_world: World) -> None:
    panel_id = disputed(sqlite_world)
    with sqlite_world.uow() as uow:
        panel = uow.session.get_one(Panel, panel_id)
        lock(uow, panel)
        assert call_extras(uow, panel) == []
    with sqlite_world.uow("officer") as uow, pytest.raises(Refused, match="没有需要增加"):
        operations.call_again(uow, uow.session.get_one(Panel, panel_id))


def test_two_who_submit_at_the_same_time_call_one(world: World) -> None:
    panel_id = disputed(world, keys=FIVE[:3])
    for key, first in (("expert4", 80), ("expert5", 40)):
        score(world, panel_id, key, [marks(first), marks(70), marks(60)], submit=False)
    ready, failed = threading.Barrier(2), []

    def submit(key: str) -> None:
        try:
            mine = seat_id(world, panel_id, key)
            actor = world.actor(key)
            with world.uow(key) as uow:
                own = seat_for(uow.session, actor, mine)
                if world.engine.dialect.name == "postgresql":
                    ready.wait(10)
                operations.submit_sheets(uow, own)
        except Exception as error:  # noqa: BLE001 - told to the test below
            failed.append(error)

    threads = [threading.Thread(target=submit, args=(key,)) for key in ("expert4", "expert5")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    with world.reading() as session:
        assert session.scalar(select(func.count()).select_from(Duty).where(Duty.origin == "extra")) == 1


def test_without_the_rule_nobody_is_called(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world, rules=NEVER)
    for key in FIVE:
        score(sqlite_world, panel_id, key, [marks(5 if key == "expert5" else 95)] * 3)
    with sqlite_world.reading() as session:
        assert disputes_of(session, session.get_one(Panel, panel_id)) == []
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))


def test_nobody_left_to_call_stops_the_result_until_the_pool_grows(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    with sqlite_world.uow() as uow:
        seated = {one.expert_id for one in uow.session.get_one(Panel, panel_id).seats}
        terms = {one.id: one.term_to for one in uow.session.scalars(select(Expert))}
        for one in uow.session.scalars(select(Expert).where(Expert.id.not_in(seated))):
            one.term_to = one.term_from
    for key in FIVE:
        score(sqlite_world, panel_id, key, [marks(40 if key == "expert5" else 80), marks(70), marks(60)])
    with sqlite_world.reading() as session:
        assert "extra_missing" in session.scalars(select(OutboxMail.kind)).all()
    with pytest.raises(Refused, match="还有1项分歧较大"):
        sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with sqlite_world.uow("officer") as uow, pytest.raises(Invalid):
        operations.call_again(uow, uow.session.get_one(Panel, panel_id))
    browser = sqlite_world.browser("officer")
    assert "没有选到人" in browser.get(f"/panels/{panel_id}").text
    assert browser.post(f"/panels/{panel_id}/extra").status_code == 422
    with sqlite_world.uow() as uow:
        for one in uow.session.scalars(select(Expert)):
            one.term_to = terms[one.id]
    assert browser.post(f"/panels/{panel_id}/extra").status_code == 302
    score_extra(sqlite_world, panel_id, 78)
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))


def test_an_extra_expert_who_recuses_is_replaced_by_the_rule(sqlite_world: World) -> None:
    panel_id = disputed(sqlite_world)
    key, mine, item = extra_of(sqlite_world, panel_id)
    with sqlite_world.uow(key) as uow:
        operations.recuse_seat(uow, seat_for(uow.session, uow.actor, mine), "与该单位有合作（示例）")
    other, _, same = extra_of(sqlite_world, panel_id)
    assert (other != key, same) == (True, item)
    with sqlite_world.reading() as session, pytest.raises(NotFound):
        place_for(session, sqlite_world.actor(key), mine, item)


def test_the_pages_tell_of_it(sqlite_world: World) -> None:
    panel_id = disputed(sqlite_world)
    key, mine, _ = extra_of(sqlite_world, panel_id)
    confirm(sqlite_world, panel_id, key)
    for language, office, own in (
        ("zh", "评分相差超过20分", "各位专家的评分相差较大"),
        ("en", "Scores more than 20 points apart", "The experts disagree"),
    ):
        page = sqlite_world.browser("officer", language).get(f"/panels/{panel_id}").text
        assert office in page
        assert own in sqlite_world.browser(key, language).get(f"/reviews/{mine}").text
    assert sqlite_world.browser(key).post(f"/panels/{panel_id}/extra").status_code == 403
    with pytest.raises(Refused, match="未提交全部评分"):
        sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
