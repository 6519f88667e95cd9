"""Who may manage whom; three administrators apart: tables of role × case → verdict."""

from itertools import product

import pytest

from marketplace.core.actor import ADMINISTRATOR_ROLES, Actor, Role
from marketplace.core.errors import WrongState
from marketplace.organisations import policy
from marketplace.organisations.models import OrganisationKind, Person
from marketplace.organisations.workflow import PERSON, PersonState

STORY_ROLES = set(Role) - ADMINISTRATOR_ROLES


def actor(*roles: Role, unit: int = 1, kind: str = OrganisationKind.MUNICIPAL, person: int = 99) -> Actor:
    return Actor(person, "某人", unit, "某单位", kind, frozenset(roles))


def person(state: PersonState = PersonState.ACTIVE, stored: str | None = "hash", key: int = 5) -> Person:
    return Person(id=key, state=state, password_hash=stored, is_demo=False, name="某人", email="a@b.c")


@pytest.mark.parametrize("role", list(Role))
def test_only_security_administrators_and_heads_manage_people(role: Role) -> None:
    allowed = role in (Role.SECURITY_ADMIN, Role.HEAD)
    assert policy.may_manage_people(actor(role)).allowed is allowed


@pytest.mark.parametrize("role", list(Role))
def test_only_the_system_administrator_manages_organisations(role: Role) -> None:
    assert policy.may_manage_organisations(actor(role)).allowed is (role == Role.SYSTEM_ADMIN)


@pytest.mark.parametrize(("kind", "role"), list(product(OrganisationKind, Role)))
def test_the_security_administrator_gives_the_roles_that_exist_there(
    kind: OrganisationKind, role: Role
) -> None:
    verdict = policy.may_grant(actor(Role.SECURITY_ADMIN), 7, kind, role)
    assert verdict.allowed is (role in policy.roles_in(kind))


@pytest.mark.parametrize(("unit", "role"), list(product((1, 2), Role)))
def test_a_head_gives_clerk_and_head_in_the_own_unit_only(unit: int, role: Role) -> None:
    verdict = policy.may_grant(actor(Role.HEAD), unit, OrganisationKind.MUNICIPAL, role)
    assert verdict.allowed is (unit == 1 and role in (Role.CLERK, Role.HEAD))
    assert verdict.allowed or verdict.reason


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECURITY_ADMIN, Role.HEAD}))
def test_nobody_else_gives_any_role(role: Role) -> None:
    granted = [r for r in Role if policy.may_grant(actor(role), 1, OrganisationKind.MUNICIPAL, r)]
    assert granted == []


def test_administrator_roles_exist_in_the_province_only() -> None:
    kinds = {kind for kind in OrganisationKind if policy.roles_in(kind) & ADMINISTRATOR_ROLES}
    assert kinds == {OrganisationKind.PROVINCE}


@pytest.mark.parametrize(("held", "added"), list(product(Role, Role)))
def test_an_administrator_holds_nothing_else(held: Role, added: Role) -> None:
    both_admin_or_mixed = held != added and bool({held, added} & ADMINISTRATOR_ROLES)
    assert policy.roles_compatible([held], added).allowed is not both_admin_or_mixed


def test_nobody_manages_the_own_account() -> None:
    oneself = person(key=99)
    for role in (Role.SECURITY_ADMIN, Role.HEAD):
        assert not policy.may_change_person(actor(role), oneself, [])
        assert not policy.may_deactivate(actor(role), oneself, [], [])
        post = (1, Role.CLERK)
        assert not policy.may_add_post(actor(role), oneself, [], post, OrganisationKind.MUNICIPAL)
        assert not policy.may_end_post(actor(role), oneself, post, OrganisationKind.MUNICIPAL, [])


@pytest.mark.parametrize(
    ("posts", "allowed"),
    [
        ([(1, Role.CLERK)], True),
        ([(1, Role.CLERK), (1, Role.HEAD)], True),
        ([(1, Role.CLERK), (2, Role.CLERK)], False),
        ([(1, Role.EXPERT)], False),
        ([(2, Role.CLERK)], False),
        ([], True),
    ],
)
def test_a_head_manages_accounts_of_the_own_unit_alone(posts: list[policy.Post], allowed: bool) -> None:
    assert policy.may_deactivate(actor(Role.HEAD), person(), posts, []).allowed is allowed
    assert policy.may_deactivate(actor(Role.SECURITY_ADMIN), person(), posts, []).allowed


def test_the_last_holder_of_a_role_stays() -> None:
    post = (1, Role.HEAD)
    for sole, allowed in (([post], False), ([(2, Role.HEAD)], True), ([], True)):
        verdict = policy.may_end_post(
            actor(Role.SECURITY_ADMIN), person(), post, OrganisationKind.MUNICIPAL, sole
        )
        assert verdict.allowed is allowed
    assert not policy.may_deactivate(actor(Role.SECURITY_ADMIN), person(), [post], [post])


@pytest.mark.parametrize(("state", "password"), list(product(PersonState, (None, "hash"))))
def test_what_may_be_done_in_which_state(state: PersonState, password: str | None) -> None:
    manager, subject = actor(Role.SECURITY_ADMIN), person(state, password)
    verdicts = {
        "deactivate": policy.may_deactivate(manager, subject, [], []),
        "reactivate": policy.may_reactivate(manager, subject, []),
        "invite": policy.may_invite_again(manager, subject, []),
        "cancel": policy.may_cancel_invitation(manager, subject, []),
    }
    allowed = {name for name, verdict in verdicts.items() if verdict.allowed}
    expected = {
        (PersonState.ACTIVE, None): {"deactivate"},
        (PersonState.ACTIVE, "hash"): {"deactivate"},
        (PersonState.INVITED, None): {"invite", "cancel"},
        (PersonState.INVITED, "hash"): {"cancel"},
        (PersonState.DEACTIVATED, None): {"invite"},
        (PersonState.DEACTIVATED, "hash"): {"reactivate"},
    }[(state, password)]
    assert allowed == expected
    assert all(verdict.reason for verdict in verdicts.values() if not verdict.allowed)


@pytest.mark.parametrize(
    ("state", "action"),
    list(product(PersonState, ("accept", "invite", "cancel", "deactivate", "reactivate"))),
)
def test_every_move_of_an_account(state: PersonState, action: str) -> None:
    moves = {
        ("invited", "accept"): "active", ("invited", "invite"): "invited", ("invited", "cancel"): "deactivated",
        ("active", "deactivate"): "deactivated", ("deactivated", "reactivate"): "active",
        ("deactivated", "invite"): "invited",
    }  # fmt: skip
    subject = person(state)
    if (state, action) in moves:
        PERSON.advance(subject, action)
        assert subject.state == moves[(state, action)]
    else:
        with pytest.raises(WrongState):
            PERSON.advance(subject, action)


@pytest.mark.parametrize(("people", "units", "allowed"), [(0, 0, True), (1, 0, False), (0, 1, False)])
def test_an_organisation_ends_when_it_is_empty(people: int, units: int, allowed: bool) -> None:
    assert policy.may_end_organisation(actor(Role.SYSTEM_ADMIN), people, units).allowed is allowed
    assert not policy.may_end_organisation(actor(Role.SECURITY_ADMIN), people, units)
