"""Pages of the expert pool; each module adds its views to the one blueprint."""

from marketplace.experts.views import imports, own, pool
from marketplace.experts.views.base import blueprint

__all__ = ["blueprint", "imports", "own", "pool"]
