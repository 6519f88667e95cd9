"""Pages of reviewing; each module adds its views to the one blueprint."""

from marketplace.reviews.views import experts, own, panels, results
from marketplace.reviews.views.base import blueprint

__all__ = ["blueprint", "experts", "own", "panels", "results"]
