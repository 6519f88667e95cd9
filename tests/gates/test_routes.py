"""Every route says who may call it; nothing is public by accident; GET changes nothing."""

from marketplace.core.actor import Role
from marketplace.web.access import access_of
from tests.support.world import World

PUBLIC = {
    "web.set_language",
    "web.healthz",
    "web.styleguide",
    "notifications.readyz",
    "organisations.sign_in",
    "organisations.enter",
    "organisations.step_in",
    "search.find",
    "notices.index",
    "notices.show",
    "public.front",
    "public.topics",
    "public.topic",
    "public.results",
    "public.rules",
    "public.about",
    "public.feed",
    "organisations.forgotten",
    "organisations.ask_for_reset",
    "organisations.open_reset",
    "organisations.reset_password",
    "organisations.open_invitation",
    "organisations.accept_invitation",
}
"""All endpoints that need no sign-in. Adding one here is a decision, not a formality."""


def test_every_route_names_its_access(sqlite_world: World) -> None:
    views = {name: view for name, view in sqlite_world.app.view_functions.items() if name != "static"}
    assert not [name for name, view in views.items() if access_of(view) is None]


def test_the_public_endpoints_are_exactly_these(sqlite_world: World) -> None:
    views = sqlite_world.app.view_functions
    found = {
        name for name, view in views.items() if (access := access_of(view)) is not None and access.public
    }
    assert found == PUBLIC


def test_a_route_that_changes_something_is_not_reachable_by_get(sqlite_world: World) -> None:
    """A view takes either GET or POST: nothing that is only looked at shares a function with what changes."""
    mixed = {
        rule.endpoint
        for rule in sqlite_world.app.url_map.iter_rules()
        if rule.endpoint != "static" and {"GET", "POST"} <= (rule.methods or set())
    }
    assert mixed == set()


def test_administrators_have_no_route_into_bids_or_scores(sqlite_world: World) -> None:
    administrators = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    story = ("bids.", "awards.", "reviews.", "projects.", "priority.")
    open_to_them = {
        name
        for name, view in sqlite_world.app.view_functions.items()
        if name.startswith(story)
        and (access := access_of(view)) is not None
        and access.roles
        and access.roles & administrators
    }
    assert open_to_them == set()
