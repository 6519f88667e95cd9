"""Who may call an endpoint at all. Every view names its access; one that names none is closed to everybody."""

from collections.abc import Callable
from typing import TypeVar

from marketplace.core.actor import Role
from marketplace.core.dataclass import dataclass

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Access:
    """Public, or signed in with at least one of ``roles`` (empty: any role)."""

    public: bool
    roles: frozenset[Role] = frozenset()


def public(view: View) -> View:
    """Marks a view that needs no sign-in. The set of these is listed literally in a test."""
    view._access = Access(public=True)  # type: ignore[attr-defined]
    return view


def signed_in(*roles: Role) -> Callable[[View], View]:
    """Marks a view for signed-in people, with one of ``roles`` if any are named. Finer rules belong to policies."""

    def mark(view: View) -> View:
        view._access = Access(public=False, roles=frozenset(roles))  # type: ignore[attr-defined]
        return view

    return mark


def access_of(view: object) -> Access | None:
    """The access a view names, or None."""
    return getattr(view, "_access", None)
