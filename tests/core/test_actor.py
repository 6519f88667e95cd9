"""Nobody but the program itself is the system."""

import pytest
from sqlalchemy import select

from marketplace.core.actor import ANONYMOUS, SYSTEM, Actor, Role
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.organisations.operations.invitations import may_give
from tests.support.world import World


def test_the_program_is_the_system() -> None:
    assert SYSTEM.is_system


@pytest.mark.parametrize(
    "actor",
    [
        ANONYMOUS,
        Actor(None, "", 1, "省局"),
        Actor(7, "系统", None, ""),
        Actor(7, "张三", 1, "省局", "province", frozenset({Role.SYSTEM_ADMIN})),
    ],
)
def test_nobody_else_is(actor: Actor) -> None:
    assert not actor.is_system


def test_a_visitor_grants_no_role_where_the_system_may(sqlite_world: World) -> None:
    """What made the difference: the first people are invited by the system, and a visitor looked like it."""
    with sqlite_world.uow() as uow:
        province = uow.session.scalars(
            select(Organisation).where(Organisation.kind == OrganisationKind.PROVINCE)
        ).one()
        assert may_give(uow, province, Role.OFFICER, [])
        assert not may_give(uow.as_actor(ANONYMOUS), province, Role.OFFICER, [])
