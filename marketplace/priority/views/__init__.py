"""Pages of the ledger and of priority rounds; each module adds its views to the one blueprint."""

from marketplace.priority.funding import views as funding
from marketplace.priority.views import (
    areas,
    declarations,
    drafting,
    exports,
    ledger,
    meeting,
    rounds,
    weights,
    whatif,
)
from marketplace.priority.views.base import blueprint

__all__ = [
    "areas",
    "blueprint",
    "declarations",
    "drafting",
    "exports",
    "funding",
    "ledger",
    "meeting",
    "rounds",
    "weights",
    "whatif",
]
