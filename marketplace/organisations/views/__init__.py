"""Pages of people and organisations; each module adds its views to the one blueprint."""

from marketplace.organisations.views import account, hooks, one_time, sign_in
from marketplace.organisations.views.base import blueprint

__all__ = ["account", "blueprint", "hooks", "one_time", "sign_in"]
