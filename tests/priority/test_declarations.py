"""What units declare: begun, submitted with evidence, decided with a reason, counted only when accepted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.notifications.models import OutboxMail
from marketplace.priority.declarations import (
    Declared,
    begin_declaration,
    decide_declaration,
    save_declaration,
    submit_declaration,
)
from marketplace.priority.models import Declaration, Snapshot
from marketplace.priority.operations import publish_list
from marketplace.priority.rules import Criterion, RoundRules, Source
from marketplace.priority.todos import todos_for
from tests.support.projects import accepted_project, evidence
from tests.support.rounds import Key, announced, computed
from tests.support.world import World

RULES = RoundRules(
    10,
    (
        Criterion("outcome", "成果质量", "Outcome", 70, Source.OUTCOME),
        Criterion("use", "采用单位数", "Adopting units", 30, Source.DECLARED, 10),
    ),
)


def open_round(world: World) -> Key:
    """A round in which hangzhou (unit of the first project) may declare for ten days."""
    accepted_project(world, "hangzhou", "90")
    return announced(world, rules=RULES, declare_until=world.clock() + timedelta(days=10))


def begun(world: World, key: Key, value: str = "7.5") -> tuple[type[Declaration], int]:
    """The clerk has filled in figure and evidence."""
    unit = world.actor("hangzhou_clerk").organisation_id
    one = world.do("hangzhou_clerk", begin_declaration, key, f"unit:{unit}", "use")
    found = (Declaration, one.id)
    declared = Declared(Decimal(value), "见佐证（示例）", [evidence()])
    world.do("hangzhou_clerk", save_declaration, found, declared)
    return found


def what(world: World, who: str) -> list[str]:
    with world.reading() as session:
        return [item.what for item in todos_for(session, world.actor(who), world.clock())]


def mails(world: World) -> set[str]:
    with world.reading() as session:
        return set(session.scalars(select(OutboxMail.kind).where(OutboxMail.kind.contains("declar"))))


def test_an_accepted_figure_counts(world: World) -> None:
    key = open_round(world)
    assert what(world, "hangzhou_clerk") == ["申报评选指标"]
    one = begun(world, key)
    assert what(world, "hangzhou_head") == ["提交指标申报"]
    with pytest.raises(Refused, match="单位负责人"):
        world.do("hangzhou_clerk", submit_declaration, one)
    world.do("hangzhou_head", submit_declaration, one)
    assert what(world, "hangzhou_head") == []
    assert what(world, "officer") == ["核定%(count)s项指标申报"]
    world.do("officer", decide_declaration, one, True, "")
    assert mails(world) == {"declaration_submitted", "declaration_decided"}
    world.clock.forward(days=11)
    world.do("approver", publish_list, computed(world, key))
    with world.reading() as session:
        (row,) = session.scalars(select(Snapshot)).one().content["rows"]
    assert [(part["figure"], part["contribution"]) for part in row["parts"]] == [
        ("90.00", "63.00"), ("7.50", "22.50"),
    ]  # fmt: skip


def test_a_refused_figure_counts_nothing_and_may_be_declared_again(sqlite_world: World) -> None:
    world = sqlite_world
    key = open_round(world)
    one = begun(world, key)
    world.do("hangzhou_head", submit_declaration, one)
    with pytest.raises(Refused, match="不能修改"):
        world.do("hangzhou_clerk", save_declaration, one, Declared(Decimal(9), ""))
    with pytest.raises(Invalid) as bare:
        world.do("officer", decide_declaration, one, False, "")
    assert bare.value.problems == {"reason": "不予采信须说明理由"}
    world.do("officer", decide_declaration, one, False, "佐证不足")
    world.do("hangzhou_clerk", save_declaration, one, Declared(Decimal(5), "改"))
    with world.reading() as session:
        assert session.get_one(*one).state == "draft"
    world.do("hangzhou_head", submit_declaration, one)
    world.clock.forward(days=11)
    computed(world, key)
    with pytest.raises(Invalid) as waiting:
        world.do("approver", publish_list, key)
    assert waiting.value.problems == {"rows": ("还有%(count)s项申报没有核定，不能发布", {"count": 1})}
    world.do("officer", decide_declaration, one, False, "佐证不足")
    world.do("approver", publish_list, computed(world, key))
    with world.reading() as session:
        (row,) = session.scalars(select(Snapshot)).one().content["rows"]
    assert (row["parts"][1]["figure"], row["base"]) == (None, "63.00")


def test_deadline_and_candidates(sqlite_world: World) -> None:
    world = sqlite_world
    key = open_round(world)
    one = begun(world, key)
    for candidate, code in (("unit:999999", "use"), ("project:1", "use"), ("", "use")):
        with pytest.raises(NotFound):
            world.do("hangzhou_clerk", begin_declaration, key, candidate, code)
    with pytest.raises(Refused, match="候选单位"):
        world.do("officer", begin_declaration, key, "unit:1", "use")
    world.clock.forward(days=10)
    for who, verb, args in (
        ("hangzhou_clerk", save_declaration, (Declared(Decimal(9), ""),)),
        ("hangzhou_head", submit_declaration, ()),
    ):
        with pytest.raises(Refused, match="申报已经截止"):
            world.do(who, verb, one, *args)


def test_nothing_is_submitted_without_figure_and_evidence(sqlite_world: World) -> None:
    world = sqlite_world
    key = open_round(world)
    unit = world.actor("hangzhou_clerk").organisation_id
    one = (Declaration, world.do("hangzhou_clerk", begin_declaration, key, f"unit:{unit}", "use").id)
    with pytest.raises(Invalid) as empty:
        world.do("hangzhou_head", submit_declaration, one)
    assert set(empty.value.problems) == {"value", "files"}
    bad: list[Any] = [
        None,
        Decimal("NaN"),
        Decimal(-1),
        Decimal("0.001"),
        Decimal("1e9"),
        Decimal("Infinity"),
    ]
    for value in bad:
        with pytest.raises(Invalid) as refused:
            world.do("hangzhou_clerk", save_declaration, one, Declared(value, ""))
        assert set(refused.value.problems) == {"value"}


def test_the_pages_of_a_declaration(sqlite_world: World) -> None:
    world = sqlite_world
    _, list_id = open_round(world)
    clerk, head, officer = (world.browser(key) for key in ("hangzhou_clerk", "hangzhou_head", "officer"))
    page = clerk.get(f"/priority/{list_id}/declarations").get_data(as_text=True)
    assert "未填报" in page
    unit = world.actor("hangzhou_clerk").organisation_id
    fields = {"candidate": f"unit:{unit}", "criterion": "use"}
    where = clerk.post(f"/priority/{list_id}/declarations", fields).location
    assert clerk.post(f"/priority/{list_id}/declarations", {**fields, "criterion": "x"}).status_code == 404
    assert "采用单位数" in clerk.get(where).get_data(as_text=True)
    assert officer.get(where).status_code == 404
    for typed in ("NaN", "-1", "1.234", "", "１e5"):
        bad = clerk.post(where, {"value": typed, "note": "保留的说明"})
        assert (bad.status_code, "保留的说明" in bad.get_data(as_text=True)) == (422, True), typed
    assert clerk.post(where, {"value": "7.5", "note": "说明"}).status_code == 302
    early = head.post(f"{where}/submit", {})
    assert (early.status_code, "请上传至少一份佐证材料" in early.get_data(as_text=True)) == (422, True)
    file = evidence()
    data = {"value": "7.5", "note": "说明", "files": (file.stream, file.filename)}
    clerk.get(where)
    assert clerk.post(where, data).status_code == 302
    assert head.post(f"{where}/submit", {}).status_code == 302
    assert world.browser("ningbo_clerk").get(where).status_code == 404
    assert "佐证.pdf" in officer.get(where).get_data(as_text=True)
    assert officer.post(f"{where}/decide", {"decision": "refuse", "reason": ""}).status_code == 422
    assert officer.post(f"{where}/decide", {"decision": "accept", "reason": ""}).status_code == 302
    assert "已采信" in officer.get(f"/priority/{list_id}/declarations").get_data(as_text=True)
    assert "采用单位数" not in world.browser("hangzhou_head", "en").get(where).get_data(as_text=True)
