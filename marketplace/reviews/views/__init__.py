"""Pages of reviewing; each module adds its views to the one blueprint."""

from marketplace.reviews.views import (
    analysis,
    assignment,
    blinding,
    offline,
    opinion,
    own,
    panels,
    preferences,
    ratings,
    recusals,
    results,
    seats,
)
from marketplace.reviews.views.base import blueprint

__all__ = [
    "analysis",
    "assignment",
    "blinding",
    "blueprint",
    "offline",
    "opinion",
    "own",
    "panels",
    "preferences",
    "ratings",
    "recusals",
    "results",
    "seats",
]
