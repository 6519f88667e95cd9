"""Pages of the ledger and of priority rounds; each module adds its views to the one blueprint."""

from marketplace.priority.funding import views as funding
from marketplace.priority.views import declarations, drafting, exports, ledger, rounds
from marketplace.priority.views.base import blueprint

__all__ = ["blueprint", "declarations", "drafting", "exports", "funding", "ledger", "rounds"]
