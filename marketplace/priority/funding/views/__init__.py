"""Pages of funding; each module adds its views to the blueprint of priority rounds."""

from marketplace.priority.funding.views import archive, page, plan, requests, terms, trials

__all__ = ["archive", "page", "plan", "requests", "terms", "trials"]
