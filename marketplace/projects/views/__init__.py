"""Pages of projects; each module adds its views to the one blueprint."""

from marketplace.projects.views import milestones, outcomes, projects, recusals
from marketplace.projects.views.base import blueprint

__all__ = ["blueprint", "milestones", "outcomes", "projects", "recusals"]
