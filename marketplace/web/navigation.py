"""The main menu: each feature adds its entries; everybody sees those of her roles."""

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask_login import current_user

from marketplace.core.actor import PROVINCE_ROLES, Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.web.i18n import page_gettext
from marketplace.web.requests import current_actor


@dataclass(frozen=True, slots=True)
class Entry:
    """One menu entry: ``label`` is a msgid; empty ``roles`` means everybody signed in; ``order`` sorts; ``shown`` may
    narrow it further."""

    order: int
    label: str
    endpoint: str
    roles: frozenset[Role] = frozenset()
    public: bool = False
    active: Callable[[str], bool] | None = None
    shown: Callable[[Actor], bool] | None = None

    def is_active(self, endpoint: str) -> bool:
        if self.active is not None:
            return self.active(endpoint)
        return endpoint == self.endpoint


def is_visitor(actor: Actor) -> bool:
    """For entries that only visitors need: whoever is signed in has the workbench and the mark in the head."""
    return actor.person_id is None


def has_room(actor: Actor) -> bool:
    """For public entries that the province's people find on the front page: their own menu is long enough."""
    return not actor.has(*PROVINCE_ROLES)


ENTRIES: list[Entry] = []


def add_entry(entry: Entry) -> None:
    """Adds an entry once, at import of a feature's views."""
    if entry not in ENTRIES:
        ENTRIES.append(entry)


def navigation() -> list[dict[str, Any]]:
    """The entries for whoever looks, in order."""
    actor, here = current_actor(), request.endpoint or ""
    signed_in = bool(current_user.is_authenticated)
    return [
        {"label": page_gettext(entry.label), "url": _address(entry.endpoint), "active": entry.is_active(here)}
        for entry in sorted(ENTRIES, key=lambda entry: entry.order)
        if (entry.public or signed_in)
        and (not entry.roles or actor.has(*entry.roles))
        and (entry.shown is None or entry.shown(actor))
    ]


_ADDRESSES: dict[tuple[str, str], str] = {}


def _address(endpoint: str) -> str:
    key = (request.script_root, endpoint)
    if key not in _ADDRESSES:
        _ADDRESSES[key] = url_for(endpoint)
    return _ADDRESSES[key]
