"""Pages of people and organisations; each module adds its views to the one blueprint."""

from marketplace.organisations.views import account, hooks, imports, one_time, organisations, people, sign_in
from marketplace.organisations.views.base import blueprint

__all__ = ["account", "blueprint", "hooks", "imports", "one_time", "organisations", "people", "sign_in"]
