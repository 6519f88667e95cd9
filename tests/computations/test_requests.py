"""Asked for once, superseded, cancelled; seen by whom it concerns; sealed while its subject is."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.audit.queries import visible_rows
from marketplace.audit.seals import close_seal, open_seal
from marketplace.computations.models import Computation
from marketplace.computations.operations import cancel, request
from marketplace.computations.queries import latest
from marketplace.core.errors import Refused
from tests.support.world import World


def ask(
    world: World, n: int = 3, key: str | None = "officer", kind: str = "square", **more: Any
) -> Computation:
    asked: Computation = world.do(
        key, request, kind=kind, subject_kind="panel", subject_id=7, payload={"n": n}, **more
    )
    return asked


def state(world: World, computation: Computation) -> str:
    with world.reading() as session:
        return session.get_one(Computation, computation.id).state


def actions(world: World) -> list[str]:
    with world.reading() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.subject_kind == "computation").order_by(AuditRow.id)
        )
        return [row.action for row in rows]


def test_the_same_question_is_asked_once(world: World) -> None:
    first = ask(world)
    assert ask(world).id == first.id
    assert world.compute() == 1
    assert ask(world).id == first.id, "done with the same inputs"
    with world.reading() as session:
        newest = latest(session, "square", "panel", 7)
        assert newest is not None
        assert (newest.state, newest.progress, (newest.result or {})["square"]) == ("done", 100, 9)
        assert latest(session, "square", "panel", 8) is None
    assert actions(world) == ["ComputationRequested", "ComputationFinished"]


def test_other_inputs_supersede_what_waits(world: World) -> None:
    first, second = ask(world, 3), ask(world, 4)
    assert (state(world, first), state(world, second)) == ("cancelled", "queued")
    assert world.compute() == 1
    third = ask(world, 3)
    assert third.id > second.id, "the newest is always the one that was asked for last"


def test_what_failed_or_was_cancelled_can_be_asked_again(sqlite_world: World) -> None:
    failed = ask(sqlite_world, kind="refuse")
    sqlite_world.compute()
    assert state(sqlite_world, failed) == "failed"
    again = ask(sqlite_world, kind="refuse")
    sqlite_world.do("officer", cancel, (Computation, again.id))
    assert state(sqlite_world, again) == "cancelled"
    assert ask(sqlite_world, kind="refuse").id > again.id
    assert sqlite_world.compute() == 1


def test_an_ended_one_cannot_be_cancelled(sqlite_world: World) -> None:
    asked = ask(sqlite_world)
    sqlite_world.compute()
    with pytest.raises(Refused, match="已经结束"):
        sqlite_world.do("officer", cancel, (Computation, asked.id))


def test_only_known_kinds(sqlite_world: World) -> None:
    with pytest.raises(ValueError, match="no such kind"):
        ask(sqlite_world, kind="nonsense")


def test_the_trail_of_a_sealed_one_is_sealed(world: World) -> None:
    with world.uow() as uow:
        close_seal(uow.session, "topic:5")
    ask(world, seal_key="topic:5")
    world.compute()
    assert len(actions(world)) == 2

    def visible() -> int:
        with world.reading() as session:
            return sum(row.subject_kind == "computation" for row in session.scalars(visible_rows()))

    assert visible() == 0
    with world.uow() as uow:
        open_seal(uow.session, "topic:5", uow.now)
    assert visible() == 2


@pytest.mark.parametrize(
    ("key", "code"), [("officer", 200), ("approver", 200), ("hangzhou_clerk", 404), (None, 302)]
)
def test_who_sees_how_far_it_is(sqlite_world: World, key: str | None, code: int) -> None:
    asked = ask(sqlite_world)
    answer = sqlite_world.browser(key).get(f"/computations/{asked.id}")
    assert answer.status_code == code
    if code == 200:
        assert answer.json == {"ended": False, "label": "排队等待计算", "progress": 0, "note": ""}


def test_a_sealed_one_exists_for_its_requester_alone(sqlite_world: World) -> None:
    with sqlite_world.uow() as uow:
        close_seal(uow.session, "topic:5")
    asked = ask(sqlite_world, key="hangzhou_clerk", seal_key="topic:5")
    assert sqlite_world.browser("hangzhou_clerk").get(f"/computations/{asked.id}").status_code == 200
    assert sqlite_world.browser("officer").get(f"/computations/{asked.id}").status_code == 404
    assert sqlite_world.browser("officer").post(f"/computations/{asked.id}/cancel").status_code == 404


def test_cancelling_in_the_page(sqlite_world: World) -> None:
    asked = ask(sqlite_world)
    browser = sqlite_world.browser("approver")
    answer = browser.post(f"/computations/{asked.id}/cancel", {"next": "/workbench"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/workbench")
    assert state(sqlite_world, asked) == "cancelled"
    assert browser.get(f"/computations/{asked.id}").json == {
        "ended": True, "label": "计算已取消", "progress": 0, "note": "",
    }  # fmt: skip
    away = browser.post(f"/computations/{asked.id}/cancel", {"next": "//elsewhere.example"})
    assert away.status_code == 403
    english = sqlite_world.browser("officer", "en").get(f"/computations/{asked.id}")
    assert english.json is not None
    assert english.json["label"] == "Computation cancelled"
