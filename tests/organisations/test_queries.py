"""Who belongs to which line, who holds which role, in official order."""

import pytest
from sqlalchemy import select

from marketplace.core.actor import SYSTEM, Role
from marketplace.core.clock import beijing_date
from marketplace.core.errors import NotFound
from marketplace.organisations.models import Appointment, Organisation, Person, PersonState
from marketplace.organisations.queries import (
    line_of,
    organisation_for,
    organisations_in_order,
    partners_choices,
    people_with_roles,
    superior_of,
)
from tests.support.world import World


def ids(world: World) -> dict[str, int]:
    with world.reading() as session:
        return {code: key for code, key in session.execute(select(Organisation.code, Organisation.id))}


def test_the_line_of_a_city_holds_its_counties_and_the_province(world: World) -> None:
    org = ids(world)
    with world.reading() as session, world.statements() as seen:
        line = line_of(session, [org["330500"]])
    assert len(seen) == 1
    assert {org["330000"], org["330523"], org["330521"]} <= line
    assert org["330500"] not in line
    assert org["330100"] not in line
    assert org["330000-U1"] not in line


def test_the_line_of_a_county_goes_up_only(world: World) -> None:
    org = ids(world)
    with world.reading() as session:
        assert line_of(session, [org["330523"]]) == {org["330500"], org["330000"]}
        assert line_of(session, []) == set()
        assert line_of(session, [org["P-C1"]]) == set()


def test_superiors(sqlite_world: World) -> None:
    org = ids(sqlite_world)
    with sqlite_world.reading() as session:
        found = {
            code: superior_of(session, org[code]) for code in ("330523", "330100", "330000-U1", "330000")
        }
    assert {code: o.code if o else None for code, o in found.items()} == {
        "330523": "330500", "330100": "330000", "330000-U1": "330000", "330000": None,
    }  # fmt: skip


def test_people_with_roles_are_found_once_and_only_while_they_hold_the_role(world: World) -> None:
    org = ids(world)
    with world.reading() as session, world.statements() as seen:
        found = people_with_roles(session, [org["330100"], org["330523"]], [Role.CLERK, Role.HEAD])
    assert len(seen) == 1
    assert [r.name for r in found] == [
        "杭州市局填报员（示例）", "杭州市局负责人（示例）", "安吉县局填报员（示例）", "安吉县局负责人（示例）",
    ]  # fmt: skip
    with world.uow() as uow:
        uow.session.get_one(Person, world.people["hangzhou_clerk"]).state = PersonState.DEACTIVATED
        post = uow.session.scalars(
            select(Appointment).where(Appointment.person_id == world.people["hangzhou_head"])
        ).one()
        post.ended_at = uow.now
    with world.reading() as session:
        assert people_with_roles(session, [org["330100"]], [Role.CLERK, Role.HEAD]) == []
        assert len(people_with_roles(session, None, [Role.OFFICER])) == 2


def test_lists_stand_in_official_order_and_know_validity(sqlite_world: World) -> None:
    today = beijing_date(sqlite_world.clock())
    org = ids(sqlite_world)
    with sqlite_world.reading() as session:
        cities = organisations_in_order(session, ["municipal"], today)
        before = partners_choices(session, today, without=org["330100"])
    assert [city.code for city in cities] == sorted(city.code for city in cities)
    assert len(cities) == 11
    names = [name for _, name in before]
    assert org["330100"] not in dict(before)
    assert names.index("浙江省级机关行政餐务管理中心") < names.index("宁波市机关事务管理局")
    assert names[-1] == "示例后勤服务有限公司"
    with sqlite_world.uow() as uow:
        uow.session.get_one(Organisation, org["P-C1"]).valid_to = today
    with sqlite_world.reading() as session:
        assert org["P-C1"] not in dict(partners_choices(session, today))


def test_an_unknown_organisation_is_not_found(sqlite_world: World) -> None:
    with sqlite_world.reading() as session, pytest.raises(NotFound):
        organisation_for(session, SYSTEM, 10**9)
